"""Rules over a whole dataset: minima by route, and what would stop training."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from pdprep import Prepared, Report, prepare, stage, validate
from pdprep.contract.contract import Contract
from pdprep.contract.rules import registry
from pdprep.contract.rules.event_types import near
from pdprep.errors import ValidationError
from pdprep.validation.breaches import breaches
from pdprep.validation.summary import Summary, summarise

TIME = 1_700_000_000
TRAINING = {"interactions": 999, "users": 0, "share": 0}


def events(count: int, users: int = 50, types: int = 2, **options: Any) -> Prepared:
    frame = pl.DataFrame({"n": range(count)}, schema={"n": pl.Int64}).select(
        USER_ID=pl.col("n") % users,
        ITEM_ID=pl.col("n"),
        TIMESTAMP=TIME + pl.col("n"),
        EVENT_TYPE=(pl.col("n") % types).cast(pl.String),
    )
    return prepare(frame, "interactions", **options)


def broken(report: Report) -> set[str]:
    return set(report.counts.filter(pl.col("level") != "info")["rule"])


def test_999_rows_stop_a_bulk_import_and_no_put(tmp_path: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        stage(events(999), tmp_path)
    assert "at least 1,000 rows (bulk_minimum: 999)" in caught.value.found
    assert caught.value.hint == "group.put(frame, new_only=True)  # or import more history"
    assert not validate(events(999), route="bulk").ok
    assert validate(events(999), route="put").ok
    assert validate(events(1_000), route="bulk").ok


def test_what_would_stop_training_is_a_warning() -> None:
    report = validate(events(999, users=999))
    found = report.counts.filter(level="warning").select("rule", "rows", "stops").rows()
    assert found == [(f"training_{what}", figure, "none") for what, figure in TRAINING.items()]
    assert report.ok


def test_a_put_adds_to_what_is_there_so_training_is_not_judged_by_it() -> None:
    assert not {"training_interactions", "training_users"} & broken(validate(events(5), route="put"))


@pytest.mark.parametrize(("users", "warned"), [(24, True), (25, False)])
def test_twenty_five_users_with_two_interactions(users: int, warned: bool) -> None:
    assert ("training_users" in broken(validate(events(2_000, users=users)))) == warned


@pytest.mark.parametrize(("types", "warned"), [(10, False), (11, True)])
def test_more_than_ten_event_types(types: int, warned: bool) -> None:
    assert ("event_types" in broken(validate(events(2_000, types=types)))) == warned


def test_one_timestamp_for_all() -> None:
    same = prepare(events(2_000).frame.collect().with_columns(TIMESTAMP=TIME), "interactions")
    assert "timestamp_single" in broken(validate(same))
    assert "timestamp_single" not in broken(validate(events(2_000)))


def test_two_rows_of_one_item() -> None:
    frame = pl.DataFrame({"ITEM_ID": ["a", "a", "b"], "G": ["x", "y", "z"]})
    report = validate(prepare(frame, "items", metadata={"G": "G"}))
    assert report.counts.filter(pl.col("level") != "info").select("rule", "rows", "level").rows() == [
        ("id_twice", 1, "warning")
    ]
    assert (report.ok, report.kept, report.duplicates) == (True, 3, 0)


@pytest.mark.parametrize("route", [None, "bulk", "put"])
def test_no_row_stops_every_route(route: Any) -> None:
    assert not validate(events(0), route=route).ok


def test_rows_that_wait_to_be_mended_count() -> None:
    frame = events(1_000).frame.collect()
    bad = frame.with_columns(ITEM_ID=pl.when(pl.col("ITEM_ID") == "7").then(None).otherwise("ITEM_ID"))
    raised = validate(prepare(bad, "interactions"), route="bulk")
    dropped = validate(prepare(bad, "interactions", on_invalid="drop"), route="bulk")
    assert "bulk_minimum" not in broken(raised)
    assert dropped.counts.filter(rule="bulk_minimum")["rows"].to_list() == [999]
    assert (raised.ok, dropped.ok) == (False, False)


def test_summaries_of_disjoint_users_add_up_to_the_whole() -> None:
    rows = events(500, users=20).frame.collect()
    contract, low = Contract.of("interactions"), pl.col("USER_ID").cast(pl.Int64) < 10
    parts = [rows.filter(low), rows.filter(~low)]
    assert summarise(contract, parts[0]) + summarise(contract, parts[1]) == summarise(contract, rows)
    assert Summary() + summarise(contract, rows) == summarise(contract, rows)


GOOD = Summary(50_000, 2_000, 1_000, {str(n): 5_000 for n in range(9)}, 1, 2, {"mail": 1})
SMALLEST: dict[str, Summary] = {
    "rows_none": replace(GOOD, rows=0),
    "bulk_minimum": replace(GOOD, rows=999),
    "training_interactions": replace(GOOD, rows=999),
    "training_users": replace(GOOD, ids_with_two=24),
    "training_share": replace(GOOD, ids=100_001),
    "better_interactions": replace(GOOD, rows=49_999),
    "better_users": replace(GOOD, ids_with_two=999),
    "event_types": replace(GOOD, event_types={str(n): 1 for n in range(11)}),
    "event_types_and_metadata": replace(GOOD, event_types={str(n): 1 for n in range(10)}),
    "event_types_reserved": replace(GOOD, event_types={"EVENT_TYPE": 1, "USER_ID": 1}),
    "event_type_near": replace(GOOD, event_types={"watch": 1}),
    "event_type_negative": replace(GOOD, event_types={"Thumbs-Down": 1}),
    "timestamp_single": replace(GOOD, latest=1),
    "attribution_sources": replace(GOOD, sources={str(n): 1 for n in range(101)}),
}
RECORDS = {
    "id_twice": ("items", Summary(3, 2, 1)),
    "items_considered": ("items", Summary(750_001, 750_001)),
    "actions_considered": ("actions", Summary(1_001, 1_001)),
}
TWINS = {"items": Summary(750_000, 750_000), "actions": Summary(1_000, 1_000), "users": Summary(10**9, 10**9)}
EVENTS = Contract.of("interactions", "VIDEO_ON_DEMAND")


def named(contract: Contract, summary: Summary) -> set[str]:
    return {rule.name for rule, _ in breaches(contract, summary, None)}


@pytest.mark.parametrize("name", SMALLEST)
def test_the_smallest_summary_that_breaks_a_rule(name: str) -> None:
    assert name in named(EVENTS, SMALLEST[name])
    assert named(EVENTS, GOOD) == set()


@pytest.mark.parametrize("name", RECORDS)
def test_the_smallest_summary_of_records_that_breaks_a_rule(name: str) -> None:
    dataset, summary = RECORDS[name]
    assert named(Contract.of(dataset), summary) == {name}


@pytest.mark.parametrize("dataset", TWINS)
def test_records_at_the_limit(dataset: str) -> None:
    assert named(Contract.of(dataset), TWINS[dataset]) == set()


def test_every_dataset_rule_has_a_counter_example() -> None:
    assert {rule.name for rule in registry.RULES if rule.scope == "dataset"} == {*SMALLEST, *RECORDS}


@pytest.mark.parametrize(
    ("found", "wanted"),
    [("watch", "Watch"), (" WATCH ", "Watch"), ("Wacth", ""), ("Watchs", "Watch"), ("Vatch", "Watch"),
     ("Watch", ""), ("Click", ""), ("", "")],
)  # fmt: skip
def test_a_letter_or_a_case_away(found: str, wanted: str) -> None:
    assert near(found, ("Watch",)) == wanted
