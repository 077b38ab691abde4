"""Exports and what they prove: ledger, BULK and PUT agree, and what others sent is named so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pdprep
from pdprep.contract.choices import DatasetType, ExportMode
from pdprep.errors import GroupError, InputError
from pdprep.group import DatasetGroup
from pdprep.ledger.record_files import BULK, ORDER
from pdprep.local.server import Running
from pdprep.personalize.exports.compare import DIFFERENCES, LAYERS, LedgerAndService, compare
from pdprep.personalize.exports.verify import verify
from pdprep.personalize.planning.diff import Balance
from tests.conftest import DEEP
from tests.personalize.frames import START, counts, events, exported, items, prepared
from tests.support.groups import target_of

WATCHED = pl.when(pl.col("rating") > 3).then(pl.lit("watch")).otherwise(pl.lit("click"))
IDS = {"USER_ID": "userId", "ITEM_ID": "movieId", "TIMESTAMP": "timestamp"}
FIXED = "2026-01-01T00:00:00Z"


def test_movielens_by_both_roads(movielens: Path, group: DatasetGroup) -> None:
    ratings = group.prepare(
        str(movielens / "ratings.csv"), "interactions", columns=IDS | {"EVENT_TYPE": WATCHED}
    )
    tags = pl.scan_csv(movielens / "tags.csv").unique([*IDS.values()], keep="first", maintain_order=True)
    tagged = group.prepare(tags.head(500), "interactions", columns=IDS | {"EVENT_TYPE": pl.lit("tag")})
    rows = pl.read_csv(movielens / "ratings.csv").height
    assert group.bulk(ratings).wait().rows == rows
    assert group.put(tagged).wait().rows == 500
    assert counts(group) == {"bulk": rows, "incremental": 500, "both": 0}
    assert exported(group, "BULK").height == rows
    assert exported(group, "PUT").height == 500
    assert exported(group, "ALL").height == rows + 500


def test_what_the_service_holds_is_what_the_ledger_says(group: DatasetGroup) -> None:
    group.bulk(prepared(group, items("a", "b"))).wait()
    group.put(prepared(group, items("b", "c", genre="Comedy"))).wait()
    group.put(prepared(group, items("c", genre="Drama"))).wait()
    found = group.verify("items")
    assert found.ok
    assert found.counts.select("layer", "ledger", "service", "outside", "superseded").rows() == [
        ("BULK", 2, 2, 0, 0),
        ("PUT", 2, 2, 0, 1),
    ]


def test_what_others_put_is_outside(group: DatasetGroup) -> None:
    group.put(prepared(group, events(3))).wait()
    client = group.client()
    tracker = client.list_event_trackers(datasetGroupArn=group.arn)["eventTrackers"][0]["eventTrackerArn"]
    tracking = client.describe_event_tracker(eventTrackerArn=tracker)["eventTracker"]["trackingId"]
    event = {"eventType": "watch", "sentAt": 1_700_000_000, "itemId": "theirs"}
    group.client("personalize-events").put_events(
        trackingId=tracking, userId="x", sessionId="x", eventList=[event]
    )
    found = group.verify("interactions")
    assert found.ok
    assert found.counts["outside"].to_list() == [0, 1]
    assert "theirs" in found.remarks["record"][0]
    assert found.differences.is_empty()


def test_a_record_that_is_missing_is_named(group: DatasetGroup, server: Running) -> None:
    group.put(prepared(group, items("a"))).wait()
    server.state.layers.forget(group.client().list_datasets()["datasets"][0]["datasetArn"])
    found = group.verify("items")
    assert not found.ok
    assert found.differences.select("layer", "difference").rows() == [("PUT", "missing")]


def test_what_was_planted_is_found(group: DatasetGroup, server: Running) -> None:
    count = 1_000_000 if DEEP else 5_000
    frame = pl.DataFrame({"ITEM_ID": pl.int_range(count, eager=True).cast(pl.String), "GENRES": "Drama"})
    group.bulk(prepared(group, frame)).wait()
    assert verify(target_of(group), "items", rows_a_partition=count).ok
    dataset = group.client().list_datasets()["datasets"][0]["datasetArn"]
    with server.state.layers.reading(dataset, "BULK") as held:
        path = held.bulk[0][1]
        rows = pl.read_parquet(path)
        changed = pl.when(pl.col("ITEM_ID") == "7").then(pl.lit("Horror")).otherwise("GENRES").alias("GENRES")
        extra = rows.head(1).with_columns(ITEM_ID=pl.lit("planted"))
        new = pl.concat([rows.filter(pl.col("ITEM_ID") != "9").with_columns(changed), extra])
        new.write_parquet(fresh := server.state.layers.fresh())
        server.state.layers.replace_file(path, fresh, new.height)
    found = verify(target_of(group), "items", rows_a_partition=count)
    listed = found.differences.sort("difference").select("difference", "record", "service").rows()
    assert [(kind, json.loads(record)["ITEM_ID"]) for kind, record, _ in listed] == [
        ("missing", "9"),
        ("other value", "7"),
        ("unexpected", "planted"),
    ]
    assert json.loads(listed[1][2])["GENRES"] == "Horror"
    assert "missing 1, other value 1, unexpected 1" in str(found)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.booleans()), max_size=9))
def test_two_equal_accounts_have_no_difference(sent: list[tuple[str, str, bool]]) -> None:
    rows = pl.DataFrame(sent, {"ITEM_ID": pl.String, "GENRES": pl.String, BULK: pl.Boolean}, orient="row")
    held = rows.with_row_index(ORDER)
    service = {layer: rows.filter(pl.col(BULK) == (layer == "BULK")).drop(BULK) for layer in LAYERS}
    counts, listed = compare(
        LedgerAndService(held, {k: v.unique() for k, v in service.items()}, ["ITEM_ID"], True)
    )
    assert counts.select(pl.sum_horizontal(DIFFERENCES).sum()).item() == 0
    assert set(listed["difference"]) <= {"superseded"}


def test_an_export_goes_into_another_group(group: DatasetGroup) -> None:
    group.bulk(prepared(group, events(1200))).wait()
    group.put(prepared(group, events(10, first=2000))).wait()
    copy = pdprep.connect("copied")
    copy.bulk(copy.prepare(group.export("interactions"), "interactions")).wait()
    assert counts(copy) == {"bulk": 1210, "incremental": 0, "both": 0}


def test_an_export_is_a_job(group: DatasetGroup) -> None:
    group.bulk(prepared(group, items("a"))).wait()
    group.export("items", "BULK")
    job = group.jobs()[0]
    assert (job.route, job.mode, job.status, job.rows) == ("export", "BULK", "ACTIVE", 1)
    assert group.jobs().frame["id"].to_list() == ["export-0002", "bulk-0001"]


@pytest.mark.parametrize(
    ("dataset", "mode", "kind"), [("users", "ALL", GroupError), ("items", "ANY", InputError)]
)
def test_what_cannot_be_exported_is_an_error(
    group: DatasetGroup, dataset: DatasetType, mode: ExportMode, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        group.export(dataset, mode)


def test_a_plan_says_what_would_happen(group: DatasetGroup) -> None:
    plan = group.plan(prepared(group, events(1200)))
    assert (plan.route, plan.rows, plan.going) == ("bulk", 1200, 0)
    assert plan.creates[0] == "dataset group movies (CUSTOM)"
    assert group.arn is None
    group.bulk(prepared(group, events(1200))).wait()
    again = group.plan(prepared(group, events(20)))
    assert (again.route, again.going, again.creates) == ("put", 1200, ("event tracker",))
    assert (again.calls, again.balance.new, again.balance.in_bulk, again.balance.lacks) == (20, 0, 20, 1180)


def test_a_plan_counts_what_is_new_known_changed_and_lacking(group: DatasetGroup) -> None:
    group.bulk(prepared(group, items("a", "b", "c"))).wait()
    group.put(prepared(group, items("d", genre="Comedy"))).wait()
    frame = pl.concat([items("a", "d", "e"), items("b", genre="Horror")])
    plan = group.plan(prepared(group, frame))
    assert plan.balance == Balance(
        new=1, in_bulk=1, in_put=0, changed=2, changed_put=1, lacks=1, examples=("c",)
    )
    assert "a FULL import removes 1 that are not in it, such as c" in str(plan)
    assert plan.bytes == len("ITEM_ID,GENRES\na,Drama\nd,Drama\ne,Drama\nb,Horror\n")


def test_a_plan_names_the_cut_off_of_what_was_put(group: DatasetGroup) -> None:
    group.put(prepared(group, events(5, first=1195))).wait()
    plan = group.plan(prepared(group, events(1200)))
    assert (plan.route, plan.calls, plan.balance.overlap) == ("bulk", 150, 5)
    assert f"filter by TIMESTAMP < {START + 1195}" in str(plan)


def test_under_a_fixed_clock_two_sessions_name_alike_and_never_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDPREP_CLOCK", FIXED)
    script = """
import pdprep
from tests.personalize.frames import events, items, prepared
group = pdprep.connect("movies")
group.bulk(prepared(group, items("a", "b")), replace=True, shrink=True).wait()
group.put(prepared(group, items("c", {more}))).wait()
group.bulk(prepared(group, items("a", "b", {more})), replace=True).wait()
print(*(f"{{job.id}} {{job.name}} {{job.status}} {{job.started}}" for job in group.jobs()), sep="\\n")
group.export("items")
"""
    project = str(Path(__file__).parents[2])
    surroundings = {**os.environ, "PYTHONPATH": project}
    lines = [
        subprocess.run(
            [sys.executable, "-c", script.format(more=more)],
            env=surroundings, capture_output=True, text=True, check=True,
        ).stdout.splitlines()
        for more in ("'d'", "'e'")
    ]  # fmt: skip
    assert len(set(lines[1])) == len(lines[1]) > len(lines[0]) == 3
    assert all("2026-01-01 00:00:00" in line for line in lines[0])
