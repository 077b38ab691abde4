"""One page of the records, as the controls ask for it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from pdprep.ledger.records import Records
from pdprep.notebook.views import pages, record_query, sheet, timeline
from pdprep.notebook.views import records as view
from pdprep.notebook.views.record_query import Query
from pdprep.notebook.views.table import RecordsTable, frame

LAST = 6
HOSTILE = (
    {"page": -3},
    {"page": "1; drop"},
    {"size": 10**9},
    {"field": 7},
    {"sort": "NOPE"},
    {"find": None},
)


def ids(view: dict[str, Any]) -> list[str]:
    return [row[view["columns"].index("USER_ID")] for row in view["rows"]]


def test_the_first_page_says_where_it_stands(records: Records) -> None:
    view = pages.view(records, Query())
    assert view["status"] == "Rows 1 to 10 of 65. Page 1 of 7."
    assert len(view["rows"]) == 10


@pytest.mark.parametrize("page", [LAST, LAST + 1, 10**12])
def test_a_page_past_the_end_is_the_last_one(records: Records, page: int) -> None:
    view = pages.view(records, Query(page=page))
    assert view["query"]["page"] == LAST
    assert view["status"] == "Rows 61 to 65 of 65. Page 7 of 7."


@pytest.mark.parametrize(("origin", "total"), [("", 65), ("bulk", 60), ("incremental", 4), ("both", 1)])
def test_an_origin_filters(records: Records, origin: str, total: int) -> None:
    assert pages.view(records, Query(origin=origin))["total"] == total


def test_an_id_is_found_by_its_beginning(records: Records) -> None:
    assert sorted(ids(pages.view(records, Query(find="u5", size=50)))) == [
        "u5",
        *(f"u5{n}" for n in range(10)),
    ]
    assert pages.view(records, Query(find="i6"))["total"] == 8


@pytest.mark.parametrize("find", ["%", "u.", "' OR 1=1", "U1"])
def test_what_is_looked_for_is_taken_to_the_letter(records: Records, find: str) -> None:
    assert pages.view(records, Query(find=find))["status"] == f"No rows, ids from “{find}”."


@pytest.mark.parametrize(("descending", "first"), [(False, "u0"), (True, "v3")])
def test_a_column_sorts(records: Records, descending: bool, first: str) -> None:
    assert ids(pages.view(records, Query(sort="TIMESTAMP", descending=descending)))[0] == first


@pytest.mark.parametrize("message", HOSTILE)
def test_a_message_that_makes_no_sense_is_answered_with_the_first_page(
    records: Records, message: dict[str, Any]
) -> None:
    assert pages.view(records, Query.parse(message))["query"] == Query().message()


def test_every_value_is_text_and_times_are_in_utc(records: Records) -> None:
    view = pages.view(records, Query(find="v0"))
    row = dict(zip(view["columns"], view["rows"][0], strict=True))
    assert (row["TIMESTAMP"], row["SENT_AT"]) == ("1970-01-01 00:01:40", "2026-01-01 00:00:00")
    assert row["IMPORT"] == "put-2"


def test_the_widget_answers_a_query_with_a_page(records: Records) -> None:
    table = RecordsTable(records)
    table.query = {**table.query, "origin": "incremental"}
    assert table.view["total"] == 4
    assert repr(table) == "<RecordsTable interactions: 60 bulk, 4 incremental, 1 both>"


CONTROLS = (
    Query(),
    Query(origin="bulk", sort="TIMESTAMP", descending=True),
    Query(find="u1", field="USER_ID", effect="not trained yet"),
    Query(find='quo"te\\', source="put-2", sort="ITEM_ID"),
    Query(find="a\nb"),
)


@pytest.mark.parametrize("query", CONTROLS)
def test_the_code_gives_what_one_sees(records: Records, query: Query) -> None:
    group = SimpleNamespace(records=lambda _: records)
    found = eval(pages.read_page(records, query).message()["code"], {"pl": pl, "group": group}).collect()
    assert found.sort(pl.all()).equals(frame(records, query).collect().sort(pl.all()))
    assert found.height == records.total(record_query.where(query, records.columns))


@pytest.mark.parametrize("length", [1, 90, 5000])
def test_a_page_is_at_most_twenty_kilobytes(length: int) -> None:
    rows = [["é" * length] * 14] * 50
    assert len(json.dumps(pages.within(rows), ensure_ascii=False).encode()) < 20_000


def test_text_and_html_give_the_answer(records: Records) -> None:
    shown = (sheet.to_text(view.sheet(records)), sheet.to_html(view.sheet(records)))
    times = ("by import jobs; last 2026-01-01 00:00:00", "sent by put; last 2026-01-01 00:00:00")
    for said in (RecordsTable(records).caption, "92.3 %", *times, "not trained yet", "A FULL import"):
        assert all(said in form for form in shown)


def test_a_table_of_files_that_went_away_merges_again(records: Records, tmp_path: Path) -> None:
    file = tmp_path / "one.parquet"
    records.view.rows.collect().write_parquet(file)
    gone = replace(records)
    gone.__dict__["view"] = replace(records.view, rows=pl.scan_parquet(file))
    table = RecordsTable(gone)
    file.unlink()
    table.query = {**table.query, "origin": "bulk"}
    assert table.view["status"] == "Rows 1 to 10 of 60, origin bulk. Page 1 of 6."


def test_a_timeline_tells_what_replaced_a_record_and_when_it_counts(records: Records) -> None:
    told = timeline.lines(records.timeline(USER_ID="u1", TIMESTAMP=1))
    assert told == [
        "2026-01-01 00:00:00: in bulk, import-1 (ACTIVE); replaced by put-2.",
        "2026-01-01 00:00:00: incrementally, put-2 (ACTIVE); it stands, effect: not trained yet, "
        "in filters within seconds, at most 20 minutes.",
    ]
