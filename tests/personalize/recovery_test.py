"""What goes wrong half-way: an error says what to do, and afterwards nothing is lost and nothing twice."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pdprep.contract.choices import ExportMode
from pdprep.errors import PdprepError
from pdprep.group import DatasetGroup
from pdprep.local.server import Running
from pdprep.personalize.jobs.job import Job
from tests.conftest import DEEP
from tests.personalize.frames import counts, events, exported, prepared
from tests.personalize.restart_test import start

ROWS = 1200
DELAY = 30.0 if DEEP else 0.3
WAYS: dict[str, dict[str, Any]] = {"boto3": {}, "fast": {"fast": True}}
FAST = ", fast=True"
ROADS = pytest.mark.parametrize("road", ["bulk", *WAYS])
# Which operation each road meets first, and its moment: the others go by.
LATE = {"bulk": ("PutObject", 0), "boto3": ("PutEvents", 5), "fast": ("PutEvents", 5)}


def begin(group: DatasetGroup, road: str) -> Job:
    """Send the events by a road, to a dataset that is there."""
    frame = prepared(group, events(ROWS))
    return group.bulk(frame) if road == "bulk" else group.put(frame, **WAYS[road])


def ready(group: DatasetGroup) -> None:
    """Make the dataset and its event tracker."""
    group.put(prepared(group, events(1))).wait()


def gone_on(group: DatasetGroup, road: str, job: Job) -> None:
    """Go on with what failed, and see every event once."""
    (begin(group, road) if road == "bulk" else job.resume()).wait()
    mode: ExportMode = "BULK" if road == "bulk" else "PUT"
    held = exported(group, mode)
    assert held.sort(held.columns).equals(events(ROWS).select(held.columns).sort(held.columns))
    assert sum(counts(group).values()) == ROWS
    assert group.verify("interactions").ok


def said(job: Job) -> str:
    """Return what a job that fails says."""
    with pytest.raises(PdprepError) as caught:
        job.wait()
    return str(caught.value)


# A put writes neither objects nor rows there: all of it is in a commit.
@pytest.mark.parametrize(
    ("road", "point"),
    [
        *(("bulk", point) for point in ("write objects", "write rows", "commit")),
        *((w, "commit") for w in WAYS),
    ],
)
def test_the_disk_of_the_service_is_full(group: DatasetGroup, server: Running, road: str, point: str) -> None:
    ready(group)
    server.state.faults.ask(operation=point, code="NoSpace", calls=1000)
    job = begin(group, road)
    assert "no space left" in said(job)
    server.state.faults.clear()
    gone_on(group, road, job)


@ROADS
def test_answers_come_late(group: DatasetGroup, server: Running, road: str) -> None:
    ready(group)
    operation, skip = LATE[road]
    server.state.faults.ask(operation=operation, delay=DELAY, skip=skip, calls=2, when="after")
    began = time.monotonic()
    assert begin(group, road).wait().rows in (ROWS, ROWS - 1)
    assert time.monotonic() - began >= DELAY
    assert sum(counts(group).values()) == ROWS


@ROADS
def test_credentials_expire_half_way(
    group: DatasetGroup, server: Running, monkeypatch: pytest.MonkeyPatch, road: str
) -> None:
    ready(group)
    operation, skip = LATE[road]
    server.state.faults.ask(
        operation=operation, code="ExpiredTokenException", status=403, skip=skip, until_new_key=True
    )
    job = begin(group, road)
    assert "aws sso login" in said(job)
    assert "connect again and repeat the call: it goes on" in said(job)
    monkeypatch.setattr(group.environment.session.get_credentials(), "access_key", "renewed")
    gone_on(group, road, job)


@ROADS
@pytest.mark.parametrize("minutes", [10, -10])
def test_the_clock_of_this_machine_is_wrong(
    group: DatasetGroup, server: Running, monkeypatch: pytest.MonkeyPatch, road: str, minutes: int
) -> None:
    ready(group)
    server.state.age.most = 300

    def told(remove_tzinfo: bool = True) -> datetime:
        now = datetime.now(UTC) + timedelta(minutes=minutes)
        return now.replace(tzinfo=None) if remove_tzinfo else now

    with monkeypatch.context() as wrong:
        for signer in ("botocore.auth", "botocore.crt.auth"):
            wrong.setattr(f"{signer}.get_current_datetime", told)
        with pytest.raises(PdprepError, match="set this machine's clock"):
            begin(group, road).wait()
    gone_on(group, road, begin(group, road))


def test_two_processes_put_into_one_ledger(group: DatasetGroup, home: Path) -> None:
    ready(group)
    ways = [start(f"put(prepared(group, events(300, first={n})){way})") for n, way in ((0, ""), (200, FAST))]
    assert [process.wait() for process in ways] == [0, 0]
    assert counts(group)["incremental"] == exported(group, "PUT").height == 500
