"""From an unknown frame to a call of prepare: guesses preset, the first rows checked, the call to paste."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

import pdprep
from pdprep import Prepared, infer_contract
from pdprep.errors import NotPreparedError
from pdprep.notebook.views import kinds, mapping, sheet
from pdprep.notebook.views.mapping import Mapper
from pdprep.notebook.views.mapping_table import MappingTable

N = 1_500
RATINGS = pl.DataFrame({"n": range(N)}).select(
    userId=pl.col("n") % 50,
    movieId=pl.col("n") % 40,
    timestamp=1_700_000_000 + pl.col("n"),
    device=pl.when(pl.col("n") % 2 == 0).then(pl.lit("tv")).otherwise(pl.lit("<b>")),
    rating=pl.lit("4.5"),
)
COLUMNS = (
    'columns={"USER_ID": "userId", "ITEM_ID": "movieId", "TIMESTAMP": "timestamp", "EVENT_VALUE": "rating"}'
)
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def mapper() -> Mapper:
    return Mapper.of(infer_contract(RATINGS, "interactions"), "ratings")


def line(mapper: Mapper, column: str) -> mapping.Line:
    return next(each for each in mapper.lines if each.column == column)


def made(mapper: Mapper) -> Prepared:
    prepared: Prepared = eval(mapper.code, {"pdprep": pdprep, "ratings": RATINGS})
    return prepared


def test_guesses_are_preset_with_their_reason(mapper: Mapper) -> None:
    assert line(mapper, "userId")[:3] == ("userId", "USER_ID", "a usual name for it")
    assert line(mapper, "device").type == "categorical string or null"
    assert COLUMNS in mapper.code


def test_the_first_rows_are_checked(mapper: Mapper) -> None:
    assert mapper.status == "The first 1,000 rows: every one is fine."
    swapped = mapper.choose("device", "TIMESTAMP")
    assert swapped.status == "The first 1,000 rows: 1,000 break a rule."
    assert line(swapped, "device").rows == "1,000: a timestamp cannot be read as a date or as a number"
    assert line(swapped, "timestamp").field == ""


@pytest.mark.parametrize(
    "choices",
    [
        [],
        [("device", "")],
        [("rating", "RATING")],
        [("rating", "RATING", "whole number")],
        [("device", "EVENT_TYPE"), ("rating", "")],
        [("device", "DEVICE", "plain text")],
    ],
)
def test_the_call_makes_what_one_sees(mapper: Mapper, choices: list[tuple[str, ...]]) -> None:
    for choice in choices:
        mapper = mapper.choose(*choice)
    assert mapper.first_rows.prepared is not None
    assert made(mapper).contract == mapper.first_rows.prepared.contract


def test_a_required_field_that_nothing_fills_is_named(mapper: Mapper) -> None:
    assert mapper.choose("userId", "").status == "No column for USER_ID yet."


@pytest.mark.parametrize("choice", [("nope", "USER_ID"), ("userId", "NOPE"), ("", "")])
def test_a_choice_that_there_is_not_changes_nothing(mapper: Mapper, choice: tuple[str, str]) -> None:
    assert mapper.choose(*choice) is mapper


def test_what_cannot_be_prepared_is_said_in_words() -> None:
    plots = {f"plot{n}": [f"{n} " * 60] for n in range(2)}
    mapper = Mapper.of(infer_contract(pl.DataFrame({"ITEM_ID": ["a"], **plots}), "items"))
    both = mapper.choose("plot0", "PLOT0", "long text").choose("plot1", "PLOT1", "long text")
    assert "more than one textual field" in both.status + " ".join(both.first_rows.advice("items"))


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_an_item_can_have_every_kind(kind: str) -> None:
    items = pl.DataFrame({"ITEM_ID": ["a"], "what": ["1"], "GENRES": ["x"]})
    mapper = Mapper.of(infer_contract(items, "items")).choose("what", "WHAT", kind)
    assert mapper.first_rows.prepared is not None
    field = mapper.first_rows.prepared.contract.field("WHAT")
    assert kinds.kind_of(field) == kind
    assert eval(mapper.code, {"pdprep": pdprep, "frame": items}).contract.field("WHAT") == field


def test_every_form_says_the_same(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDPREP_DISPLAY", "html")
    shell.user_ns["ratings"] = RATINGS
    formatter: Any = shell.display_formatter
    found = formatter.format(infer_contract(RATINGS, "interactions"))[0]
    for said in (
        "ratings to interactions, CUSTOM",
        "every one is fine",
        "a usual name for it",
        "EVENT_VALUE",
    ):
        assert said in found["text/plain"]
        assert said in found["text/html"]
    assert "<b>" not in found["text/html"]


def test_the_live_table_answers_a_choice(mapper: Mapper) -> None:
    table = MappingTable(mapper)
    assert table.required == ["USER_ID", "ITEM_ID", "TIMESTAMP"]
    assert table.columns[3]["examples"] == "tv, <b>"
    table.choice = {"column": "device", "field": "EVENT_TYPE", "turn": 7}
    assert table.view["turn"] == 7
    assert '"EVENT_TYPE": "device"' in table.view["code"]
    table.choice = {"column": ["x"], "field": None}
    assert table.view["code"] == table.mapper.code


def test_a_file_is_named_by_its_path(home: Path, shell: InteractiveShell) -> None:
    RATINGS.write_csv("ratings.csv")
    formatter: Any = shell.display_formatter
    found = formatter.format(infer_contract("ratings.csv", "interactions"))[0]["text/plain"]
    assert '"ratings.csv"' in found
    assert "every one is fine" in found


def test_a_frame_that_is_not_prepared_shows_what_it_could_become(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = CapturingDisplayPublisher()
    monkeypatch.setattr(shell, "display_pub", publisher)
    monkeypatch.setenv("PDPREP_DISPLAY", "html")
    shell.user_ns["ratings"] = RATINGS
    with pytest.raises(NotPreparedError):
        shell.run_line_magic("personalize_check", "ratings")
    (shown,) = publisher.outputs
    assert COLUMNS in shown["data"]["text/plain"]


def test_text_is_the_sheet(mapper: Mapper) -> None:
    assert sheet.to_text(mapping.sheet(mapper)).endswith('metadata={"DEVICE": "device"},\n    )')
