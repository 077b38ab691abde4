"""Puts: events, items and users; what is there already; what the service rejects."""

from __future__ import annotations

import polars as pl
import pytest

from pdprep.contract import limits
from pdprep.contract.fields import Field
from pdprep.errors import InputError, ServiceError, ValidationError
from pdprep.group import DatasetGroup
from pdprep.ledger.record_files import POSITION
from pdprep.local.server import Running
from tests.personalize.frames import counts, events, exported, items, prepared, users
from tests.support.groups import ledger_of

# A plain string: no rule of a row bounds it, but the properties of an event may have 1,024 characters.
BLURB = {"BLURB": Field("BLURB")}

BOTH = pytest.mark.parametrize("fast", [False, True], ids=["boto3", "fast"])


def knows_less_than_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let long properties through to the service, which is the one that refuses them then."""
    monkeypatch.setitem(limits.PROPERTIES_LENGTH, "interactions", 9_999)


def calls(group: DatasetGroup) -> list[tuple[int, int, str]]:
    """Return the answered calls of the newest plan."""
    sql = "SELECT first, last, outcome FROM calls WHERE plan = (SELECT max(seq) FROM plans) ORDER BY first"
    return [tuple(row) for row in ledger_of(group).journal.database.rows(sql)]


def plans(group: DatasetGroup) -> list[pl.DataFrame]:
    """Return what was taken of each put of events, in the order in which it went."""
    files = sorted(ledger_of(group).records("interactions").glob("plan-*.parquet"))
    return [pl.read_parquet(file).sort(POSITION) for file in files]


def test_events_go_in_and_are_exported(group: DatasetGroup) -> None:
    job = group.put(prepared(group, events(120))).wait()
    assert (job.status, job.rows, job.done, job.total) == ("DONE", 120, 120, 120)
    assert "filters current within seconds, by" in job.note
    assert counts(group) == {"bulk": 0, "incremental": 120, "both": 0}
    put = exported(group, "PUT")
    assert put.sort(put.columns).equals(events(120).select(put.columns).sort(put.columns))


def test_a_call_holds_ten_events_of_one_user_in_order_of_time(group: DatasetGroup) -> None:
    frame = events(23, users=1).sample(fraction=1, shuffle=True, seed=1)
    group.put(prepared(group, frame)).wait()
    assert calls(group) == [(0, 9, "sent"), (10, 19, "sent"), (20, 22, "sent")]
    assert plans(group)[0]["TIMESTAMP"].is_sorted()


@pytest.mark.parametrize("frame", [items("a", "b"), users("a", "b")])
def test_items_and_users_go_in(group: DatasetGroup, frame: pl.DataFrame) -> None:
    one = prepared(group, frame)
    group.put(one).wait()
    assert counts(group, one.dataset) == {"bulk": 0, "incremental": 2, "both": 0}
    found = exported(group, "PUT", one.dataset)
    assert found.sort(found.columns).rows() == frame.rows()


def test_one_id_in_both_layers_is_one_row_of_origin_both(group: DatasetGroup) -> None:
    group.bulk(prepared(group, items("a", "b"))).wait()
    group.put(prepared(group, items("b", "c", genre="Comedy"))).wait()
    page = group.records("items").page().select("ITEM_ID", "GENRES", "ORIGIN").rows()
    assert page == [("a", "Drama", "bulk"), ("b", "Comedy", "both"), ("c", "Comedy", "incremental")]


def test_an_event_that_went_both_ways_is_one_row_of_origin_both(group: DatasetGroup) -> None:
    group.bulk(prepared(group, events(1200))).wait()
    group.put(prepared(group, events(10, first=1195))).wait()
    assert counts(group) == {"bulk": 1195, "incremental": 5, "both": 5}


def test_what_was_taken_is_not_sent_again(group: DatasetGroup) -> None:
    group.put(prepared(group, events(20))).wait()
    job = group.put(prepared(group, events(25))).wait()
    assert (job.rows, "20 already there" in job.note) == (5, True)
    assert group.put(prepared(group, events(25))).wait().rows == 0
    assert group.put(prepared(group, events(25)), resend=True).wait().rows == 25
    assert exported(group, "PUT").height == 25


def test_of_an_item_only_what_was_sent_last_counts_as_there(group: DatasetGroup) -> None:
    for genre in ("Drama", "Comedy", "Drama"):
        assert group.put(prepared(group, items("a", genre=genre))).wait().rows == 1
    assert group.put(prepared(group, items("a", genre="Drama"))).wait().rows == 0
    group.bulk(prepared(group, items("a", genre="Comedy"))).wait()
    assert group.put(prepared(group, items("a", genre="Drama"))).wait().rows == 1


def test_new_only_leaves_out_what_either_road_brought(group: DatasetGroup) -> None:
    group.bulk(prepared(group, events(1200))).wait()
    job = group.put(prepared(group, events(20, first=1190)), new_only=True).wait()
    assert job.rows == 10
    assert counts(group) == {"bulk": 1200, "incremental": 10, "both": 0}


def test_of_two_records_of_one_id_the_last_goes(group: DatasetGroup) -> None:
    frame = pl.concat([items("a"), items("a", genre="Comedy")])
    assert group.put(prepared(group, frame)).wait().rows == 1
    assert exported(group, "PUT", "items").rows() == [("a", "Comedy")]


def test_anonymous_events_go_by_their_session(group: DatasetGroup) -> None:
    frame = events(3).with_columns(USER_ID=pl.lit(None, pl.String), SESSION_ID=pl.lit("s1"))
    job = group.put(group.prepare(frame, "interactions")).wait()
    assert job.rows == 3
    assert calls(group) == [(0, 2, "sent")]


def test_an_anonymous_event_without_a_session_is_refused(group: DatasetGroup) -> None:
    frame = events(3).with_columns(USER_ID=pl.lit(None, pl.String))
    with pytest.raises(ValidationError, match="id_missing"):
        group.put(group.prepare(frame, "interactions")).wait()


def test_an_event_id_comes_from_the_content(group: DatasetGroup) -> None:
    for _ in range(2):
        group.put(prepared(group, events(4)), resend=True).wait()
    first, second = plans(group)
    assert first["EVENT_ID"].to_list() == second["EVENT_ID"].to_list()
    assert first["EVENT_ID"].n_unique() == 4


def test_999_events_may_be_put(group: DatasetGroup) -> None:
    assert group.put(prepared(group, events(999))).wait().rows == 999


@BOTH
def test_a_rejected_call_is_split_until_the_bad_record_is_alone(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch, fast: bool
) -> None:
    knows_less_than_the_service(monkeypatch)
    frame = events(10, users=1).with_columns(BLURB=pl.lit("x"))
    long = pl.when(pl.col("TIMESTAMP") == frame["TIMESTAMP"][3]).then(pl.lit("y" * 1100)).otherwise("BLURB")
    sent = group.prepare(frame.with_columns(long.alias("BLURB")), "interactions", metadata=BLURB)
    job = group.put(sent, fast=fast).wait()
    assert (job.status, job.rows) == ("DONE", 9)
    assert "1 rejected" in job.note
    assert exported(group, "PUT").height == 9
    assert [outcome for *_, outcome in calls(group)].count("rejected") == 1
    aside = pl.read_parquet(ledger_of(group).folder / "quarantine" / job.id / "refused.parquet")
    assert (aside["TIMESTAMP"].to_list(), "1024" in aside["reason"][0]) == ([frame["TIMESTAMP"][3]], True)


def test_what_the_service_would_refuse_is_named_before_anything_is_sent(group: DatasetGroup) -> None:
    frame = events(3).with_columns(BLURB=pl.Series(["x", "y" * 1100, "x"]))
    with pytest.raises(ValidationError, match="properties_length: 1 row, first row 1, column properties"):
        group.put(group.prepare(frame, "interactions", metadata=BLURB)).wait()
    assert group.arn is None


ACTIONS = pl.DataFrame({"ACTION_ID": ["a", "b"], "VALUE": [1, 2], "LEVEL": ["x", "y"]})
TAKEN = pl.DataFrame(
    {
        "USER_ID": ["u"] * 23,
        "ACTION_ID": ["a", *["b"] * 22],
        "EVENT_TYPE": ["Taken"] * 23,
        "TIMESTAMP": range(1_700_000_000, 1_700_000_023),
    }
)


@BOTH
def test_actions_and_their_interactions_go_in(group: DatasetGroup, fast: bool) -> None:
    assert (
        group.put(group.prepare(ACTIONS, "actions", metadata={"LEVEL": "LEVEL"}), fast=fast).wait().rows == 2
    )
    assert group.put(group.prepare(TAKEN, "action_interactions"), fast=fast).wait().rows == 23
    assert counts(group, "actions")["incremental"] == 2
    assert counts(group, "action_interactions")["incremental"] == 23
    assert calls(group) == [(0, 9, "sent"), (10, 19, "sent"), (20, 22, "sent")]


@BOTH
def test_a_put_of_which_nothing_is_taken_fails(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch, fast: bool
) -> None:
    knows_less_than_the_service(monkeypatch)
    frame = events(3).with_columns(BLURB=pl.lit("y" * 1100))
    job = group.put(group.prepare(frame, "interactions", metadata=BLURB), fast=fast)
    with pytest.raises(ServiceError, match="none of 3 records was taken"):
        job.wait()
    assert counts(group)["incremental"] == 0


@BOTH
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_dropped_connection_is_tried_again(
    group: DatasetGroup, server: Running, when: str, fast: bool
) -> None:
    group.put(prepared(group, events(1))).wait()
    server.state.faults.ask(operation="PutEvents", drop=True, calls=2, when=when)
    assert group.put(prepared(group, events(30)), fast=fast).wait().rows == 29
    assert exported(group, "PUT").height == 30


def test_a_throttled_call_is_tried_again(group: DatasetGroup, server: Running) -> None:
    group.put(prepared(group, items("a"))).wait()
    server.state.faults.ask(operation="PutItems", code="ThrottlingException", calls=4)
    assert group.put(prepared(group, items("b"))).wait().rows == 1


@BOTH
def test_stop_leaves_a_plan_that_resume_finishes(group: DatasetGroup, server: Running, fast: bool) -> None:
    group.put(prepared(group, events(1))).wait()
    server.state.faults.ask(operation="PutEvents", delay=0.05, calls=1000)
    job = group.put(prepared(group, events(200, first=1)), fast=fast)
    while job.done < 5:
        pass
    job.stop()
    with pytest.raises(Exception, match="was stopped"):
        job.wait()
    assert job.status == "STOPPED"
    server.state.faults.clear()
    assert job.resume().wait().rows == 200
    assert exported(group, "PUT").height == 201


@pytest.mark.parametrize("rate", [0, -1, 1001])
def test_a_rate_beyond_the_quota_is_an_error(group: DatasetGroup, rate: float) -> None:
    with pytest.raises(InputError, match="1000 calls a second"):
        group.put(prepared(group, events(1)), rate=rate)
