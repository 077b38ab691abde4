"""A report: frames to work with, text and HTML to read; values stay hidden unless asked for."""

from __future__ import annotations

import sys
from typing import Any

import polars as pl
import pytest

from pdprep import Report, prepare, validate
from pdprep.errors import InputError, NotPreparedError
from pdprep.validation.report_frames import COUNTS, FAILURES, ROWS

SECRET = "<b>anna@example.com|" + "x" * 80
TIME = 1_700_000_000


def frame(bad: int = 1) -> pl.DataFrame:
    users = [SECRET if n < bad else f"u{n}" for n in range(1_200)]
    items = [str(n) for n in range(1_200)]
    return pl.DataFrame({"USER_ID": users, "ITEM_ID": items, "TIMESTAMP": range(TIME, TIME + 1_200)})


def report(bad: int = 1, *, show_values: bool = False) -> Report:
    return validate(prepare(frame(bad), "interactions"), route="bulk", show_values=show_values)


def test_it_is_three_frames_with_the_same_columns_whatever_was_found() -> None:
    for found in (report(0), report(3)):
        assert (found.rows.schema, found.counts.schema, found.failures.schema) == (ROWS, COUNTS, FAILURES)


def test_a_fix_in_the_text_brings_the_imports_that_its_reader_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "pl", pl, raising=False)
    assert '    fix: frame.lazy().with_columns(pl.col("USER_ID")' in str(report())
    error = InputError("found", "expected", 'transforms.epoch(frame, pl.col("at"))  # pl.col')
    assert str(error).endswith(' Try: pdprep.transforms.epoch(frame, pl.col("at"))  # pl.col')
    monkeypatch.delattr(sys.modules["__main__"], "pl")
    assert " Try: import polars as pl; pdprep.transforms" in str(error)


def test_the_text_says_row_column_rule_and_how_to_fix_it() -> None:
    lines = str(report()).splitlines()
    assert lines[:2] == [
        "interactions: not ready for bulk: 1 rule broken",
        "  interactions: 1,200 read, 1,199 kept, 1 invalid",
    ]
    assert "  error id_bar (stops bulk and put), interactions.USER_ID, 1: an id holds '|'" in lines[2]
    assert lines[3] == (
        '    fix: import polars as pl; frame.lazy().with_columns(pl.col("USER_ID").cast(pl.String)'
        '.str.strip_chars().str.replace_all("%(25|7C)", "%25${1}").str.replace_many({"|": "%7C"}))'
        "  # items, users and later puts need the same change"
    )
    assert "  interactions row 0: USER_ID breaks id_bar" in lines
    assert repr(report()) == str(report())


def test_values_are_hidden_in_text_and_html_until_they_are_asked_for() -> None:
    hidden, shown = report(), report(show_values=True)
    for text in (str(hidden), hidden._repr_html_(), hidden.headline):
        assert "anna@example.com" not in text
    assert "anna@example.com" in str(shown)
    assert "anna@example.com" in shown._repr_html_()
    assert str(hidden.with_values()) == str(shown)
    assert hidden.failures["value"].to_list() == [SECRET]


def test_html_is_escaped_and_long_values_are_shortened() -> None:
    page = report(show_values=True)._repr_html_()
    assert "<b>" not in page
    assert "&lt;b&gt;anna@example.com" in page
    assert "x" * 60 not in page
    assert "…" in page


def test_ten_failing_rows_are_listed_and_a_hundred_kept() -> None:
    many = report(150)
    assert many.counts.row(0, named=True)["rows"] == 150
    assert many.failures.height == 100
    assert sum("breaks id_bar" in line for line in str(many).splitlines()) == 10
    assert "  ... 90 more in report.failures" in str(many)
    assert "Failing rows, the first 10" in many._repr_html_()


def test_a_good_report_is_short() -> None:
    assert str(report(0)).splitlines()[0] == "interactions: ready for bulk"
    assert report(0).ok


@pytest.mark.parametrize(
    ("rows", "user", "session", "headline", "is_open"),
    [
        (1_200, "u", "s", "ready", ["bulk", "put"]),
        (30, "u", "s", "ready for put, not for bulk: 1 rule broken", ["put"]),
        (1_200, "u", "null", "ready for bulk, not for put: 1 rule broken", ["bulk"]),
        (30, "u", "null", "not ready: 2 rules broken", []),
        (1_200, "a|b", "s", "not ready: 1 rule broken", []),
    ],
)
def test_without_a_route_the_headline_says_which_is_open(
    rows: int, user: str, session: str, headline: str, is_open: list[str]
) -> None:
    others = frame(0).head(rows).with_columns(pl.lit("s").alias("SESSION_ID"))
    first = others.head(1).with_columns(USER_ID=pl.lit(user), SESSION_ID=pl.lit(session))
    found = validate(prepare(pl.concat([first, others[1:]]), "interactions"))
    assert found.headline == f"interactions: {headline}"
    assert (found.open_routes, found.ok) == (is_open, bool(is_open))
    assert found.all_open == (len(is_open) == 2)


def test_several_datasets_in_one_report() -> None:
    items = prepare(pl.DataFrame({"ITEM_ID": ["a", None], "G": ["x", "y"]}), "items", metadata={"G": "G"})
    both = validate(prepare(frame(0), "interactions"), items)
    assert both.rows["dataset"].to_list() == ["interactions", "items"]
    assert (both.read, both.kept, both.ok) == (1_202, 1_201, False)
    assert str(both).startswith("interactions, items: not ready")


def test_rows_set_aside_no_longer_stop_their_route_and_still_stop_another() -> None:
    sessions = pl.Series("SESSION_ID", ["s"] * 1_200)
    anonymous = frame(1).with_columns(sessions, USER_ID=pl.when(pl.col("ITEM_ID") != "9").then("USER_ID"))
    found = validate(prepare(anonymous, "interactions", on_invalid="drop"), route="put")
    assert (found.ok, found.dropped, found.stops("put"), found.stops("bulk")) == (True, 1, False, True)


def test_rows_set_aside_are_a_warning_in_every_form_and_their_fix_is_not_asked_for_again() -> None:
    bad = frame(0).with_columns(TIMESTAMP=pl.when(pl.col("ITEM_ID") != "9").then("TIMESTAMP"))
    found = validate(prepare(bad, "interactions", on_invalid="drop"))
    shown = found._repr_html_()
    assert "warning timestamp_missing (its rows are set aside, the others go on)" in str(found)
    assert "▲ warning" in shown
    assert "on_invalid" not in str(found) + shown


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (pl.DataFrame(), "a DataFrame that is not prepared"),
        ("ratings.csv", "a str that is not prepared"),
        (7, "an int that is not prepared"),
        (None, "got None"),
    ],
)
def test_a_frame_that_is_not_prepared(value: object, said: str) -> None:
    with pytest.raises(NotPreparedError) as caught:
        validate(value)  # type: ignore[arg-type]  # that is the point
    assert caught.value.found == said
    assert bool(caught.value.hint) == isinstance(value, pl.DataFrame)


def test_nothing_and_an_unknown_route() -> None:
    with pytest.raises(InputError, match="no frame"):
        validate()
    with pytest.raises(InputError, match="route='bluk'"):
        validate(prepare(frame(0), "interactions"), route="bluk")  # type: ignore[arg-type]  # misspelt


@pytest.mark.parametrize("on_invalid", ["drop", "quarantine"])
@pytest.mark.parametrize(("most", "ok"), [(None, True), (0.5, True), (0.25, True), (0.2, False)])
def test_a_report_is_not_ok_where_more_rows_are_set_aside_than_max_invalid(
    on_invalid: Any, most: float | None, ok: bool
) -> None:
    frame = pl.DataFrame({"ITEM_ID": ["a", "b", "c", None], "GENRE": "x"})
    prepared = prepare(frame, "items", metadata={"GENRE": "GENRE"}, on_invalid=on_invalid, max_invalid=most)
    report = validate(prepared)
    assert report.ok is ok
    said = "items: 25.00% of its rows break a rule, at most 20.00% may (max_invalid)"
    assert (said in str(report), said in report._repr_html_()) == (not ok, not ok)
    assert report.blocking(None)["rule"].to_list() == ([] if ok else ["id_missing"])
