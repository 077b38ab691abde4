"""A deletion that was cut off goes on: with the next call, or by hand; nobody is deleted by two jobs."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import pdprep
from pdprep.errors import RefusedError, ServiceError
from pdprep.group import DatasetGroup
from pdprep.local.server import Running
from pdprep.personalize.jobs.job import Job
from tests.personalize.frames import events, exported, prepared, users
from tests.personalize.restart_test import kill_when, start
from tests.support.groups import ledger_of

CALL = "delete_users(['u1', 'u3'], confirm=2)"


@pytest.fixture
def filled(group: DatasetGroup) -> DatasetGroup:
    group.bulk(prepared(group, events(1200))).wait()
    group.put(prepared(group, users("u1", "u2"))).wait()
    return group


def deletions(group: DatasetGroup) -> list[str]:
    found = group.client().list_data_deletion_jobs(datasetGroupArn=group.arn)["dataDeletionJobs"]
    return [job["status"] for job in found]


def left(group: DatasetGroup) -> set[str]:
    """Return who is in the service; the ledger says the same."""
    assert group.verify("interactions").ok
    assert group.verify("users").ok
    assert not list((ledger_of(group).folder / "deletions").glob("*.ids"))
    frames = [exported(group, "ALL", name).select("USER_ID") for name in ("interactions", "users")]
    return set(pl.concat(frames)["USER_ID"])


def cut_off(server: Running, moment: str) -> None:
    """Kill a deletion before its job is created, or while it runs."""
    point = {"before": "CreateDataDeletionJob", "meanwhile": "DescribeDataDeletionJob"}[moment]
    server.state.faults.ask(operation=point, delay=3.0, calls=50)
    process = start(CALL)
    kill_when(
        process,
        lambda: any(fault.operation == point and fault.calls < 50 for fault in server.state.faults.list()),
    )
    server.state.faults.clear()


@pytest.mark.parametrize(
    ("way", "moment"), [("again", "meanwhile"), ("by hand", "before"), ("another", "meanwhile")]
)
def test_a_killed_deletion_goes_on(filled: DatasetGroup, server: Running, moment: str, way: str) -> None:
    cut_off(server, moment)
    group = pdprep.connect("movies")
    job = next(iter(group.jobs()))
    assert (job.route, job.status) == ("deletion", "INTERRUPTED")
    goes_on: dict[str, Job] = {}
    if way == "again":
        goes_on[way] = group.delete_users(["u3", "u1"], confirm=2)
        assert goes_on[way].id == job.id
    elif way == "by hand":
        goes_on[way] = job.resume()
    else:
        goes_on[way] = group.delete_users(["u5"], confirm=1)
    assert goes_on[way].wait().status == "DONE"
    assert not {"u1", "u3", *(["u5"] if way == "another" else [])} & left(group)
    assert deletions(group) == ["COMPLETED"] * (2 if way == "another" else 1)
    assert [each.status for each in group.jobs() if each.route == "deletion"] == ["DONE"] * len(
        deletions(group)
    )


def test_one_that_failed_on_the_way_goes_on(filled: DatasetGroup, server: Running) -> None:
    server.state.faults.ask(operation="CreateDataDeletionJob", code="AccessDeniedException", status=403)
    with pytest.raises(ServiceError, match="AccessDenied"):
        filled.delete_users(["u1"], confirm=1).wait()
    again = filled.delete_users(["u1"], confirm=1).wait()
    assert (again.id, again.status, again.done) == ("deletion-0003", "DONE", 1)
    assert "u1" not in left(filled)


def test_users_that_wait_to_be_deleted_are_private(filled: DatasetGroup, server: Running, home: Path) -> None:
    server.state.faults.ask(operation="CreateDataDeletionJob", code="AccessDeniedException", status=403)
    with pytest.raises(ServiceError):
        filled.delete_users(["u1"], confirm=1).wait()
    folder = ledger_of(filled).folder / "deletions"
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("confirm", [None, 1])
def test_without_their_number_nobody_is_deleted_and_it_says_who_would_be(
    filled: DatasetGroup, confirm: int | None
) -> None:
    with pytest.raises(RefusedError) as caught:
        filled.delete_users(["u1", "u3"], confirm=confirm)
    assert "2 users for good, with 48 records of interactions, 1 record of users" in caught.value.found
    assert caught.value.hint == "group.delete_users(['u1', 'u3'], confirm=2)"
    assert deletions(filled) == []
    assert {"u1", "u3"} <= left(filled)


def test_the_line_to_copy_is_a_call_for_uuids_and_what_it_lacks_for_frames(filled: DatasetGroup) -> None:
    uuids = ["5b0fc2f4-5c57-4b1a-9d0e-0d2a8d8f7a11", "d1b7a1c6-7d0c-4a41-8b55-3a4c3c1f9e20"]
    whole = f"group.delete_users({uuids!r}, confirm=2)"
    for asked, written in ((uuids, whole), (pl.DataFrame({"USER_ID": uuids}), "confirm=2")):
        with pytest.raises(RefusedError) as caught:
            filled.delete_users(asked)
        assert caught.value.hint == written


def test_true_is_no_number(filled: DatasetGroup) -> None:
    with pytest.raises(RefusedError, match="not True"):
        filled.delete_users(["u1"], confirm=True)
    assert deletions(filled) == []


def test_new_only_leaves_deleted_users_out_and_says_so(filled: DatasetGroup) -> None:
    filled.delete_users(["u1"], confirm=1).wait()
    planned = str(filled.plan(prepared(filled, events(1300))))
    assert "26 of them are of users who were deleted" in planned
    assert "new_only=True) sends the 98 that are new" in planned
    job = filled.put(prepared(filled, events(1300)), new_only=True).wait()
    assert (job.rows, "26 records of users who were deleted, left out" in job.note) == (98, True)
    assert "u1" not in left(filled)
    job = filled.put(prepared(filled, events(1300))).wait()
    assert "26 records of users who were deleted, sent again" in job.note
    assert "u1" in left(filled)


def test_who_was_deleted_stands_nowhere_in_the_home(filled: DatasetGroup, home: Path) -> None:
    filled.put(prepared(filled, events(3).with_columns(USER_ID=pl.lit("somebody-who-leaves")))).wait()
    filled.delete_users(["somebody-who-leaves"], confirm=1).wait()
    files = [file for file in home.rglob("*") if file.is_file()]
    ours = [file for file in files if "local" not in file.relative_to(home).parts]
    assert any(file.name == "deleted.digests" for file in ours)
    assert not [file for file in ours if b"somebody-who-leaves" in file.read_bytes()]


def test_nor_in_what_is_kept_of_replaced_imports(filled: DatasetGroup, home: Path) -> None:
    leaver = events(3).with_columns(USER_ID=pl.lit("somebody-who-leaves"))
    for rows in (pl.concat([events(1200), leaver]), events(1250)):
        filled.bulk(prepared(filled, rows), replace=True).wait()

    def holding() -> list[Path]:
        kept = [
            *home.rglob("interactions/*/known/USER_ID.parquet"),
            *home.rglob("interactions/*/part-*.parquet"),
        ]
        return [file for file in kept if "somebody-who-leaves" in pl.read_parquet(file)["USER_ID"]]

    assert len(holding()) == 2  # the records stay for a day, the ids for a month
    filled.delete_users(["somebody-who-leaves"], confirm=1).wait()
    assert holding() == []
