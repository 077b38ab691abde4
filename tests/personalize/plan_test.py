"""A plan says before anything is sent what stands in the way, what it costs, and what nothing can replace."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

import pdprep
from pdprep import Field
from pdprep.errors import GroupError
from pdprep.group import DatasetGroup
from pdprep.local.server import Running
from pdprep.notebook.views.plan import sheet
from pdprep.personalize.aws import profiles
from pdprep.personalize.aws.prices import Prices
from pdprep.preparation.prepare import OnInvalid, Prepared
from tests.personalize.frames import START, events, items, prepared

PROFILE = '[tool.pdprep.profiles.prod]\nprice_per_gb = {price}\ncurrency = "USD"\n'


@pytest.fixture
def filled(group: DatasetGroup) -> DatasetGroup:
    group.bulk(prepared(group, events(1200))).wait()
    return group


def in_the_way(group: DatasetGroup, frame: pl.DataFrame) -> str:
    return "\n".join(group.plan(prepared(group, frame)).obstacles)


def test_nothing_stands_in_the_way_of_a_first_import(group: DatasetGroup) -> None:
    assert in_the_way(group, events(1200)) == ""


def test_what_a_full_import_must_be_asked_for(filled: DatasetGroup) -> None:
    assert in_the_way(filled, events(2400)).splitlines() == ["a FULL import needs replace=True"]
    found = in_the_way(filled, events(1000))
    assert "leaves 1,000 of 1,200 bulk records and 50 of 50 ids: it needs shrink=True too" in found
    assert "an INCREMENTAL import needs 1,000 events that were not imported before, and has 0" in found


def test_imports_that_the_ledger_does_not_know_are_named(filled: DatasetGroup) -> None:
    shutil.rmtree(filled.home / "000000000000-us-east-1")
    found = in_the_way(pdprep.connect("movies"), events(1200))
    assert 'rows unknown; group.adopt("interactions") counts them by an export' in found


def test_an_adopted_dataset_is_known(filled: DatasetGroup, server: Running) -> None:
    filled.bulk(prepared(filled, events(1000, first=5000)), mode="INCREMENTAL").wait()
    shutil.rmtree(filled.home / "000000000000-us-east-1")
    server.state.store.run("UPDATE resources SET created = updated")  # imports that took no time
    other = pdprep.connect("movies")
    other.adopt("interactions")
    found = other.plan(prepared(other, events(2400)))
    assert (found.going, found.balance.in_bulk, found.balance.new) == (2200, 1200, 1200)
    assert "unknown" not in str(found)


def test_jobs_that_are_not_over_are_named(filled: DatasetGroup, server: Running) -> None:
    server.state.faults.ask(operation="PutObject", delay=3.0)
    job = filled.bulk(prepared(filled, events(1200, first=5000)), mode="INCREMENTAL")
    assert f"{job.id} is " in in_the_way(filled, events(1200))
    job.wait()
    assert job.id not in in_the_way(filled, events(1200))


def test_a_schema_that_differs_is_named(filled: DatasetGroup) -> None:
    frame = events(5).with_columns(DEVICE=pl.lit("tv"))
    sent = pdprep.prepare(frame, "interactions", metadata={"DEVICE": "DEVICE"})
    assert "the schema of interactions has no DEVICE: left out" in "".join(filled.plan(sent).obstacles)
    fewer = pdprep.prepare(events(5).drop("EVENT_TYPE"), "interactions")
    assert any("EVENT_TYPE" in line for line in filled.plan(fewer).obstacles)


def test_what_an_event_tracker_may_have_taken_is_said(filled: DatasetGroup) -> None:
    filled.client().create_event_tracker(name="theirs", datasetGroupArn=filled.arn)
    now = int(filled.client().list_event_trackers()["eventTrackers"][0]["creationDateTime"].timestamp())
    plan = filled.plan(prepared(filled, events(5, first=now - START - 2)))
    assert (plan.balance.tracker, plan.balance.cutoff, plan.balance.overlap) == ("theirs", now, 3)
    assert "the event tracker theirs, which may have taken them" in str(plan)


def test_what_nothing_replaces_is_said(group: DatasetGroup) -> None:
    group.put(prepared(group, items("a", "b"))).wait()
    said = str(group.plan(prepared(group, items("a", "c", genre="Comedy"))))
    assert "a put of the same id replaces the 1 that stand in the put layer; no import does" in said
    assert "group.put(frame, new_only=True) sends the 1 that are new" in said


def test_money_is_told_at_the_prices_of_the_profile(group: DatasetGroup) -> None:
    plan = group.plan(prepared(group, events(1200)))
    assert "USD" not in plan.road
    road = replace(plan, prices=Prices(1e6, 100.0, "USD"), minutes=2.4).road
    assert (
        "29.7 kB (29.67 USD), or 150 put calls, 1 s at the quota, 2 min at the rate in force (44.67" in road
    )


def test_prices_are_read_from_the_profile(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROFILE.format(price=0.05))
    assert profiles.profile("prod", tmp_path).prices == Prices(0.05, None, "USD")
    (tmp_path / "pyproject.toml").write_text(PROFILE.format(price="'cheap'"))
    with pytest.raises(GroupError, match="price_per_gb = 'cheap'"):
        profiles.profile("prod", tmp_path)


def spoilt(group: DatasetGroup, on_invalid: OnInvalid = "quarantine") -> Prepared:
    """Prepare 1,500 events of which 455 have no item."""
    frame = (
        events(1500)
        .with_row_index("n")
        .with_columns(ITEM_ID=pl.when(pl.col("n") >= 455).then(pl.col("ITEM_ID")))
    )
    return group.prepare(frame.drop("n"), "interactions", on_invalid=on_invalid)


@pytest.mark.parametrize("on_invalid", ["quarantine", "drop", "raise"])
def test_field_17_bad_rows_are_in_no_count_of_what_is_sent(
    group: DatasetGroup, on_invalid: OnInvalid
) -> None:
    plan = group.plan(spoilt(group, on_invalid))
    assert (plan.rows, plan.balance.new, plan.report.kept, plan.report.read) == (1045, 1045, 1045, 1500)
    assert plan.calls == group.plan(prepared(group, events(1045, first=455))).calls
    if on_invalid != "raise":
        assert "455 of 1,500 rows break a rule and are left out" in str(plan)
        assert plan.obstacles == ()
        assert (plan.report.ok, plan.report.counts["rows"].to_list()[0]) == (True, 455)


def test_field_17_the_plan_of_what_is_there_offers_no_bad_rows(group: DatasetGroup) -> None:
    frame = spoilt(group)
    group.bulk(frame).wait()
    plan = group.plan(frame)
    assert (plan.balance.new, plan.balance.in_bulk) == (0, 1045)
    assert "nothing to send: the dataset holds all 1,045" in str(plan)


def test_what_went_by_both_roads_is_counted_once_in_the_whole(group: DatasetGroup) -> None:
    group.bulk(prepared(group, events(1200))).wait()
    group.put(prepared(group, events(20, first=1190))).wait()
    plan = group.plan(prepared(group, events(1300)))
    found = plan.balance
    assert (found.new, found.in_bulk, found.in_put, found.in_both, found.changed) == (90, 1200, 20, 10, 0)
    assert found.total == plan.rows == 1300
    assert "1,200 were imported and 20 put before (10 of them both)" in str(plan)
    beside = next(bar for bar in sheet(plan).bars if "beside" in bar.label)
    assert sum(part.count for part in beside.parts) == 1300


def test_where_nothing_is_to_be_sent_no_route_fits_better(group: DatasetGroup) -> None:
    group.bulk(prepared(group, events(1200))).wait()
    first, *_ = str(group.plan(prepared(group, events(1200)))).splitlines()
    assert first == "interactions: nothing to send: the dataset holds all 1,200"


def test_field_17_rows_that_one_route_refuses_are_counted_by_the_route_of_the_plan(
    group: DatasetGroup,
) -> None:
    notes = pl.when(pl.int_range(pl.len()) < 5).then(pl.lit("y" * 1100)).otherwise(pl.lit("x"))
    frame = events(20).with_columns(NOTE=notes)
    note = {"NOTE": Field("NOTE")}
    plan = group.plan(group.prepare(frame, "interactions", metadata=note, on_invalid="quarantine"))
    assert (plan.route, plan.rows, plan.balance.new, plan.report.quarantined) == ("put", 15, 15, 5)


@pytest.mark.parametrize(("days", "back"), [(80, 0), (100, 9)])
def test_facts_missing_1_users_who_come_back_after_three_months_are_counted(
    filled: DatasetGroup, monkeypatch: pytest.MonkeyPatch, days: int, back: int
) -> None:
    today = datetime.now(UTC)
    monkeypatch.setenv("PDPREP_CLOCK", f"{today + timedelta(days=days - 30):%Y-%m-%dT%H:%M:%SZ}")
    filled.put(prepared(filled, events(1, first=5000))).wait()  # of the user u0
    monkeypatch.setenv("PDPREP_CLOCK", f"{today + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}")
    newcomer = events(10, first=9000).with_columns(USER_ID=pl.lit("new"))
    plan = filled.plan(prepared(filled, pl.concat([events(10, first=8000), newcomer])))
    assert plan.returning == back
    assert ("9 users come back after three months" in str(plan)) == bool(back)


def test_facts_missing_1_users_of_a_put_come_back_too(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    group.put(prepared(group, events(5))).wait()
    monkeypatch.setenv("PDPREP_CLOCK", f"{datetime.now(UTC) + timedelta(days=100):%Y-%m-%dT%H:%M:%SZ}")
    assert group.plan(prepared(group, events(3, first=50))).returning == 3
    assert group.plan(prepared(group, items("a"))).returning == 0
