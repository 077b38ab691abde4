"""Counts add up, duplicates go, and bad rows are raised, dropped or kept aside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import Report, prepare, stage, validate
from pdprep.errors import ValidationError
from tests.engine.shop import TIME, dirty, events


def balanced(report: Report) -> bool:
    rows = report.rows
    parts = rows["kept"] + rows["duplicates"] + rows["quarantined"] + rows["dropped"] + rows["invalid"]
    return bool((rows["read"] == parts).all())


ROW = st.tuples(
    st.sampled_from(["a", "b", "a|b", "", None]),
    st.sampled_from(["x", "y", None]),
    st.sampled_from(["1700000000", "1700000001", "soon", "3", None]),
)


@given(st.lists(ROW, max_size=30), st.sampled_from(["raise", "drop", "quarantine"]))
def test_read_is_kept_and_duplicates_and_bad_for_any_frame(rows: list[Any], on_invalid: Any) -> None:
    frame = pl.DataFrame(
        rows, schema={"USER_ID": pl.String, "ITEM_ID": pl.String, "TIMESTAMP": pl.String}, orient="row"
    )
    report = validate(prepare(frame, "interactions", on_invalid=on_invalid), route="put")
    good = [row for row in rows if row[0] in ("a", "b") and row[1] and row[2] in ("1700000000", "1700000001")]
    assert balanced(report)
    assert (report.read, report.kept, report.duplicates) == (
        len(rows),
        len(set(good)),
        len(good) - len(set(good)),
    )


@pytest.mark.parametrize(("on_invalid", "where"), [("drop", "dropped"), ("quarantine", "quarantined")])
@pytest.mark.parametrize("partitions", [1, 8])
def test_bad_rows_are_counted_and_the_rest_goes_on(
    tmp_path: Path, on_invalid: str, where: str, partitions: int
) -> None:
    staged = stage(events(on_invalid=on_invalid), tmp_path, partitions=partitions)
    bad = dirty()["user"].null_count()
    assert (staged.report.ok, staged.report.read, getattr(staged.report, where)) == (True, 5_500, bad)
    assert balanced(staged.report)
    assert staged.rows == staged.report.kept == sum(part.rows for part in staged.parts)


def test_raise_leaves_no_part_and_carries_the_report(tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        stage(events(on_invalid="raise"), tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert caught.value.report is not None
    assert caught.value.report.counts["rule"][0] == "id_missing"
    assert "an id is missing (id_missing: " in caught.value.found
    assert "first row 1, column USER_ID" in caught.value.found
    assert caught.value.expected == "nothing was sent"
    assert caught.value.hint.startswith('on_invalid="quarantine"')


@pytest.mark.parametrize("partitions", [1, 8])
def test_quarantine_keeps_row_rule_and_source_value(tmp_path: Path, partitions: int) -> None:
    frame = dirty().with_columns(
        time=pl.when(pl.col("item").str.contains("96")).then(pl.lit("soon")).otherwise("time")
    )
    staged = stage(
        events(frame, on_invalid="quarantine"),
        tmp_path / "out",
        quarantine=tmp_path / "aside",
        partitions=partitions,
    )
    kept = pl.concat([pl.read_parquet(path) for path in staged.quarantine])
    assert kept.height == staged.report.quarantined
    assert set(kept["__rules"]) == {
        "id_missing:USER_ID",
        "timestamp_unreadable:TIMESTAMP",
        "timestamp_unreadable:TIMESTAMP,id_missing:USER_ID",
    }
    soon = kept.filter(pl.col("__rules").str.contains("timestamp"))
    assert set(soon["__raw_TIMESTAMP"]) == {"soon"}
    assert (
        sorted(kept["__row"])
        == frame.with_row_index()
        .filter(pl.col("user").is_null() | (pl.col("time") == "soon"))["index"]
        .to_list()
    )


def test_quarantine_of_an_earlier_run_is_not_mixed_in(tmp_path: Path) -> None:
    stage(events(on_invalid="quarantine"), tmp_path, partitions=8)
    good = stage(events(dirty().drop_nulls(), on_invalid="quarantine"), tmp_path)
    assert (good.quarantine, list(tmp_path.glob("quarantine*"))) == ((), [])


@pytest.mark.parametrize("on_invalid", ["drop", "quarantine"])
@pytest.mark.parametrize(("most", "fails"), [(0.0, True), (0.01, True), (0.05, False), (None, False)])
def test_max_invalid_bounds_both(tmp_path: Path, on_invalid: str, most: float | None, fails: bool) -> None:
    prepared = events(on_invalid=on_invalid, max_invalid=most)
    if not fails:
        assert stage(prepared, tmp_path).report.ok
        return
    with pytest.raises(ValidationError, match=r"of 5,500 rows break a rule; at most .*max_invalid") as caught:
        stage(prepared, tmp_path)
    assert list(tmp_path.glob("*.csv")) == []
    assert caught.value.report is not None


def test_the_first_of_equal_rows_is_kept_in_the_sources_order() -> None:
    frame = pl.DataFrame(
        {"USER_ID": ["b", "a", "b", "b"], "ITEM_ID": ["1", "1", "1", "2"], "TIMESTAMP": [TIME] * 4}
    )
    assert prepare(frame, "interactions").frame.collect().rows() == [
        ("b", "1", TIME),
        ("a", "1", TIME),
        ("b", "2", TIME),
    ]


def test_equal_means_after_conversion_in_every_field() -> None:
    frame = pl.DataFrame(
        {
            "USER_ID": ["1", " 1", "1"],
            "ITEM_ID": ["x"] * 3,
            "TIMESTAMP": [str(TIME), f"{TIME}000", str(TIME)],
            "SESSION_ID": ["s", "s", "t"],
        }
    )
    report = validate(prepare(frame, "interactions"))
    assert (report.read, report.kept, report.duplicates) == (3, 2, 1)


def test_a_shorter_key_makes_more_duplicates() -> None:
    frame = dirty().drop_nulls()
    report = validate(events(frame, dedupe_on=["USER_ID", "ITEM_ID"]))
    assert report.kept == frame.select("user", "item").n_unique()


def test_a_bad_row_is_no_duplicate_of_another() -> None:
    frame = pl.DataFrame({"USER_ID": ["a|b"] * 2, "ITEM_ID": ["1"] * 2, "TIMESTAMP": [TIME] * 2})
    report = validate(prepare(frame, "interactions"))
    assert report.counts.filter(rule="id_bar")["rows"].to_list() == [2]
    assert report.failures["row"].to_list() == [0, 1]


def test_an_anonymous_event_passes_a_put_and_stops_a_bulk_import() -> None:
    rows = {
        "USER_ID": [None, "a"],
        "ITEM_ID": ["1", "2"],
        "TIMESTAMP": [TIME, TIME],
        "SESSION_ID": ["s", None],
    }
    prepared = prepare(pl.DataFrame(rows), "interactions")
    assert (validate(prepared, route="put").ok, validate(prepared, route="put").kept) == (True, 2)
    bulk = validate(prepared, route="bulk")
    assert bulk.failures.select("row", "column", "rule").rows() == [(0, "USER_ID", "user_missing_in_bulk")]
    assert not bulk.ok


def test_neither_user_nor_session_passes_nowhere() -> None:
    rows = {"USER_ID": [None], "ITEM_ID": ["1"], "TIMESTAMP": [TIME], "SESSION_ID": [None]}
    report = validate(prepare(pl.DataFrame(rows), "interactions"), route="put")
    assert report.failures.select("row", "column", "rule").rows() == [(0, "USER_ID", "id_missing")]


def test_no_user_column_at_all_is_fine_where_there_are_sessions() -> None:
    rows = {"ITEM_ID": ["1"], "TIMESTAMP": [TIME], "SESSION_ID": ["s"]}
    assert validate(prepare(pl.DataFrame(rows), "interactions"), route="put").ok


@pytest.mark.parametrize("partitions", [2, 16])
def test_the_report_is_the_same_for_any_number_of_partitions(tmp_path: Path, partitions: int) -> None:
    one = stage(events(), tmp_path / "one", partitions=1).report
    other = stage(events(), tmp_path / "other", partitions=partitions).report
    assert other.rows.equals(one.rows)
    assert other.counts.equals(one.counts)
    assert other.failures.equals(one.failures)


def test_an_id_that_cannot_be_read_breaks_that_rule_alone() -> None:
    rows = {
        "USER_ID": [1.5, 2.5],
        "ITEM_ID": ["1", "2"],
        "TIMESTAMP": [TIME, TIME],
        "SESSION_ID": ["s", None],
    }
    found = validate(prepare(pl.DataFrame(rows), "interactions"), route="bulk").failures
    assert found.select("row", "rule").rows() == [(0, "id_unreadable"), (1, "id_unreadable")]


@pytest.mark.parametrize("partitions", [1, 8])
def test_of_rows_with_one_key_the_first_of_the_source_is_written(tmp_path: Path, partitions: int) -> None:
    frame = dirty().drop_nulls().with_row_index("n").with_columns(item=pl.col("n").cast(pl.String))
    staged = stage(events(frame.drop("n"), dedupe_on="USER_ID"), tmp_path, partitions=partitions, route="put")
    written = pl.read_csv(staged.parts[0].path, infer_schema=False).select("USER_ID", "ITEM_ID")
    first = frame.unique("user", keep="first").select("user", "item")
    assert set(written.rows()) == set(first.rows())
