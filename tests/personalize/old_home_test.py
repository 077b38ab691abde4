"""A home that an older pdprep left in the middle of its work opens and goes on as it would have there."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import pdprep
from pdprep.contract.rules import criteria
from pdprep.errors import JobError, ServiceError, ValidationError
from pdprep.local.server import Running, running
from tests.personalize.frames import counts, events, exported, prepared, users
from tests.personalize.restart_test import count, kill_when, start
from tests.support.groups import ledger_of
from tests.support.journals import make_first_version


def aged(home: Path) -> None:
    """Make of the home's ledger what the first version of the journal wrote, with what a kill left then."""
    ledger = ledger_of(pdprep.connect("movies"))
    make_first_version(ledger)
    left = ledger.folder / "scratch" / "bulk-0099"
    left.mkdir(parents=True)
    (left / "interactions-00000.csv").write_text("USER_ID\nu1\n")
    (ledger.folder / "plans" / "put-0098.part").write_text("u1")
    (home / ".gitignore").write_text("*\n")


def test_an_older_home_goes_on(home: Path, server: Running) -> None:
    group = pdprep.connect("movies")
    group.bulk(prepared(group, events(1200))).wait()
    group.put(prepared(group, users("u1", "u2"))).wait()
    server.state.faults.ask(operation="CreateDataDeletionJob", code="AccessDeniedException", status=403)
    with pytest.raises(ServiceError):
        group.delete_users(["u1"], confirm=1).wait()
    process = start("put(prepared(group, events(500, first=5000)))")
    kill_when(process, lambda: count(home, "SELECT count(*) FROM calls") >= 20)
    aged(home)
    again = pdprep.connect("movies")
    assert again.home == home
    assert again.jobs()[0].status == "INTERRUPTED"
    assert again.jobs()[0].resume().wait().rows == 500
    assert counts(again) == {"bulk": 1200, "incremental": 500, "both": 0}
    assert again.delete_users(["u1"], confirm=1).wait().id == "deletion-0003"
    assert again.verify("interactions").ok
    assert again.verify("users").ok
    assert "u1" not in exported(again, "ALL")["USER_ID"]
    assert not list(ledger_of(again).folder.rglob("*0098*"))
    assert not list(ledger_of(again).folder.rglob("*0099*"))
    assert again.bulk(prepared(again, events(1200)), replace=True).wait().status == "ACTIVE"


@pytest.fixture
def kept(home: Path) -> Iterator[Running]:
    """Unpack the home that pdprep wrote before its rooms were rebuilt, and run the service that it knows.

    It holds 1,000 imported events, three users that were put, the deletion of one of them, and a put of 200
    events that was killed after twelve calls.
    """
    home.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(Path(__file__).with_name("home_of_version_0_1.zip")) as packed:
        packed.extractall(home)
    with running(home / "local", clock="instant") as server:
        yield server


def test_a_home_that_was_written_before_the_rebuild_goes_on(kept: Running) -> None:
    group = pdprep.connect("movies")
    jobs = {job.id: (job.status, job.rows, job.sent) for job in group.jobs()}
    assert jobs == {
        "put-0004": ("INTERRUPTED", 200, 48),
        "deletion-0003": ("DONE", 1, None),
        "put-0002": ("DONE", 3, 3),
        "bulk-0001": ("ACTIVE", 1000, 1000),
    }
    assert counts(group) == {"bulk": 980, "incremental": 48, "both": 0}
    assert counts(group, "users") == {"bulk": 0, "incremental": 2, "both": 0}
    assert (
        group.records("interactions").total((pl.col("USER_ID") == "u1") & (pl.col("ORIGIN") == "bulk")) == 0
    )
    kept.state.faults.ask(operation="PutEvents", delay=0.0, calls=100)
    assert group.jobs()["put-0004"].resume().wait().sent == 200
    (left,) = kept.state.faults.list()
    assert 100 - left.calls == 38  # fifty calls in all, and twelve were answered before
    assert exported(group, "PUT").height == 200
    assert group.verify("interactions").ok
    assert group.verify("users").ok


def test_facts_17_a_plan_on_disk_resumes_as_it_was_written(
    home: Path, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = pdprep.connect("movies")
    group.put(prepared(group, events(1))).wait()
    frame = events(200, first=1).with_columns(SESSION_ID=pl.lit("null"))
    server.state.faults.ask(operation="PutEvents", delay=0.05, calls=1000)
    with monkeypatch.context() as older:  # an older pdprep did not know that such events are lost
        older.setattr(criteria, "NOTHING", ("none of the words",))
        job = group.put(prepared(group, frame))
        while job.phase != "put" or job.done < 5:
            pass
        job.stop()
        with pytest.raises(JobError):
            job.wait()
    server.state.faults.clear()
    written = pl.read_parquet(ledger_of(group).folder / "plans" / "plan-000002.parquet")
    assert job.resume().wait().rows == job.sent == 200
    sent = pl.read_parquet(ledger_of(group).records("interactions") / "plan-000002.parquet")
    written = written.drop("__call")  # how it was cut into calls is no column of a record
    assert_frame_equal(sent.select(written.columns), written, check_row_order=False)
    assert set(sent["SESSION_ID"]) == {"null"}
    with pytest.raises(ValidationError, match="SESSION_ID"):
        group.put(prepared(group, frame.with_columns(pl.col("TIMESTAMP") + 900))).wait()
