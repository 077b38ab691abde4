"""Partial updates: what a put leaves out becomes null and is counted, or is filled in from what was taken."""

from __future__ import annotations

import polars as pl
import pytest

import pdprep
from pdprep import Field
from pdprep.errors import InputError, ServiceError
from pdprep.group import DatasetGroup
from pdprep.ledger import record_files
from pdprep.local.server import Running
from pdprep.notebook.views.plan import sheet
from pdprep.personalize.puts import filling
from pdprep.preparation.prepare import Prepared
from tests.personalize.frames import counts, events, exported, prepared
from tests.support.groups import ledger_of

MORE = {
    "GENRES": Field("GENRES", nullable=True, categorical=True),
    "PRICE": Field("PRICE", "float", nullable=True),
    "YEAR": Field("YEAR", "long", nullable=True),
}
SHOP = pl.DataFrame(
    {
        "ITEM_ID": ["a", "b", "c"],
        "GENRES": ["Drama", "Comedy", None],
        "PRICE": [1.0, 2.5, 3.0],
        "YEAR": [1, None, 3],
    }
)
PRICES = pl.DataFrame({"ITEM_ID": ["c", "new", "a"], "PRICE": [9.0, 8.0, None]})
FULL = [("a", "Drama", None, 1), ("b", "Comedy", 2.5, None), ("c", None, 9.0, 3), ("new", None, 8.0, None)]


@pytest.fixture
def shop(group: DatasetGroup) -> DatasetGroup:
    group.bulk(group.prepare(SHOP, "items", metadata=MORE)).wait()
    return group


def some(group: DatasetGroup, frame: pl.DataFrame = PRICES) -> Prepared:
    return group.prepare(frame, "items", metadata={name: name for name in frame.columns[1:]})


def newest(group: DatasetGroup) -> list[tuple[object, ...]]:
    """Return what the service holds of each item."""
    frame = exported(group, "ALL", "items")
    assert group.verify("items").ok
    return frame.select("ITEM_ID", *MORE).sort("ITEM_ID").rows()


def test_field_7_fill_sends_the_known_values_of_fields_that_are_left_out(shop: DatasetGroup) -> None:
    job = shop.put(some(shop), fill=True).wait()
    assert newest(shop) == FULL
    assert "filled in: GENRES of 1, YEAR of 2" in job.note
    assert "1 id unknown to the ledger, such as new" in job.note
    assert job.unknown is not None
    assert job.unknown.to_list() == ["new"]


def test_field_7_fields_that_become_null_are_counted_and_warned_of(shop: DatasetGroup) -> None:
    plan = shop.plan(some(shop))
    assert plan.balance.nulled == (("GENRES", 1), ("YEAR", 2))
    assert "put(frame, fill=True)" in str(sheet(plan))
    assert "makes GENRES of 1, YEAR of 2 null; group.put(frame, fill=True)" in str(plan)
    job = shop.put(some(shop)).wait()
    assert "GENRES of 1, YEAR of 2 became null" in job.note
    assert job.report is not None
    for report in (plan.report, job.report):
        found = report.counts.filter(rule="whole_record").select("level", "column", "rows").rows()
        assert found == [("warning", "GENRES", 1), ("warning", "YEAR", 2)]
        assert report.ok
    assert newest(shop)[0] == ("a", None, None, None)


def test_field_7_the_plan_of_a_filled_put_warns_of_nothing(shop: DatasetGroup) -> None:
    plan = shop.plan(some(shop), fill=True)
    assert (plan.balance.nulled, plan.balance.new, plan.balance.changed) == ((), 1, 2)
    assert "put(frame, fill=True)" in str(sheet(plan))  # asked for once, kept in the line to copy
    same = some(shop, SHOP.select("ITEM_ID", "PRICE"))
    assert shop.plan(same, fill=True).balance.in_bulk == 3
    assert shop.plan(same).balance.in_bulk == 0


def test_field_7_the_newest_taken_record_counts_whole(shop: DatasetGroup) -> None:
    shop.put(some(shop, pl.DataFrame({"ITEM_ID": ["a"], "GENRES": ["Horror"], "YEAR": [7]}))).wait()
    shop.put(some(shop, pl.DataFrame({"ITEM_ID": ["a"], "PRICE": [5.0]})), fill=True).wait()
    assert newest(shop)[0] == ("a", "Horror", 5.0, 7)
    shop.put(some(shop, pl.DataFrame({"ITEM_ID": ["a"], "YEAR": [8]})), fill=True).wait()
    assert newest(shop)[0] == ("a", "Horror", 5.0, 8)


def test_field_7_what_the_service_refused_fills_nothing(shop: DatasetGroup, server: Running) -> None:
    server.state.faults.ask(operation="PutItems", code="InvalidInputException", status=400, calls=1)
    with pytest.raises(ServiceError, match="none of 1 records was taken"):
        shop.put(some(shop, pl.DataFrame({"ITEM_ID": ["a"], "GENRES": ["Horror"]}))).wait()
    shop.put(some(shop, pl.DataFrame({"ITEM_ID": ["a"], "PRICE": [5.0]})), fill=True).wait()
    assert newest(shop)[0] == ("a", "Drama", 5.0, 1)


def test_field_7_new_only_compares_the_filled_record(shop: DatasetGroup) -> None:
    frame = pl.DataFrame({"ITEM_ID": ["a", "b", "new"], "PRICE": [1.0, 9.0, 8.0]})
    job = shop.put(some(shop, frame), fill=True, new_only=True).wait()
    assert (job.rows, "1 already there" in job.note) == (2, True)
    assert counts(shop, "items") == {"bulk": 2, "incremental": 1, "both": 1}
    assert shop.put(some(shop, frame), fill=True, new_only=True).wait().rows == 0


def test_field_7_what_is_filled_in_is_fixed_in_the_plan(shop: DatasetGroup, server: Running) -> None:
    server.state.faults.ask(operation="PutItems", delay=0.3, calls=1)
    server.state.faults.ask(operation="PutItems", code="AccessDeniedException", status=403, calls=1)
    many = pl.DataFrame({"ITEM_ID": ["a", *(f"n{n}" for n in range(30))], "PRICE": [5.0] * 31})
    job = shop.put(some(shop, many), fill=True)
    with pytest.raises(ServiceError, match="AccessDenied"):
        job.wait()
    ledger = ledger_of(shop)
    [plan] = ledger.journal.open_plans("items")
    before = record_files.read_plan(ledger, plan).collect()
    again = pdprep.connect("movies")
    again.jobs()[0].resume().wait()
    sent = pl.concat(
        [record_files.scan_plan(ledger, each) for each in ledger.journal.plans("items")]
    ).collect()
    assert sorted(sent[record_files.DIGEST]) == sorted(before[record_files.DIGEST])
    assert newest(shop)[0] == ("a", "Drama", 5.0, 1)


def test_field_7_values_are_read_when_the_turn_comes(shop: DatasetGroup, server: Running) -> None:
    server.state.faults.ask(operation="PutItems", delay=0.3, calls=1)
    shop.put(some(shop, pl.DataFrame({"ITEM_ID": ["a"], "GENRES": ["Horror"], "YEAR": [7]})))
    shop.put(some(shop, pl.DataFrame({"ITEM_ID": ["a"], "PRICE": [5.0]})), fill=True).wait()
    assert newest(shop)[0] == ("a", "Horror", 5.0, 7)


PEOPLE = pl.DataFrame({"USER_ID": ["u1", "u2"], "AGE": [30, 40], "CITY": ["Rome", "Bonn"]})
PERSON = {"AGE": Field("AGE", "int", nullable=True), "CITY": Field("CITY", nullable=True, categorical=True)}


def test_field_7_values_of_deleted_users_are_never_used(group: DatasetGroup, server: Running) -> None:
    group.put(prepared(group, events(10))).wait()
    group.bulk(group.prepare(PEOPLE, "users", metadata=PERSON)).wait()
    group.delete_users(["u1"], confirm=1).wait()
    server.state.faults.ask(operation="CreateDataDeletionJob", code="AccessDeniedException", status=403)
    with pytest.raises(ServiceError):  # begun, and cut off: the ledger has the user still
        group.delete_users(["u2"], confirm=1).wait()
    ages = pl.DataFrame({"USER_ID": ["u1", "u2"], "AGE": [31, 41]})
    job = group.put(group.prepare(ages, "users"), fill=True).wait()
    assert exported(group, "PUT", "users").select("USER_ID", "AGE", "CITY").sort("USER_ID").rows() == [
        ("u1", 31, None),
        ("u2", 41, None),
    ]
    assert job.unknown is not None
    assert job.unknown.to_list() == ["u1", "u2"]
    assert "u1" not in job.note
    group.delete_users(["u1"], confirm=1).wait()  # and first the one that was cut off
    assert job.unknown.to_list() == []


def test_field_7_actions_are_filled_in_and_events_are_not(group: DatasetGroup) -> None:
    frame = pl.DataFrame({"ACTION_ID": ["a"], "VALUE": [3], "COLOR": ["red"]})
    group.bulk(
        group.prepare(frame, "actions", metadata={"COLOR": Field("COLOR", nullable=True, categorical=True)})
    ).wait()
    group.put(group.prepare(frame.drop("COLOR").with_columns(VALUE=pl.lit(4)), "actions"), fill=True).wait()
    [record] = group.records("actions").page().rows(named=True)
    assert (record["VALUE"], record["COLOR"]) == (4, "red")
    with pytest.raises(InputError, match="fill=True for interactions"):
        group.put(prepared(group, events(5)), fill=True)


def test_field_7_a_large_ledger_is_not_read_into_memory_to_fill_one_record(shop: DatasetGroup) -> None:
    contract = shop.contract("items")
    held = record_files.acknowledged(ledger_of(shop), "items")
    plan = filling.newest(held, contract, pl.LazyFrame({"ITEM_ID": ["a"]}), ["GENRES"]).explain()
    assert plan.index("AGGREGATE") < plan.index("SEMI JOIN")
