"""A process that is killed: what the next one finds, follows and finishes."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pdprep
from pdprep.engine import parts
from pdprep.errors import JobError
from pdprep.group import DatasetGroup
from pdprep.local.server import Running
from pdprep.personalize.aws.client import Environment, upload
from pdprep.personalize.imports import uploads
from tests.personalize.frames import counts, events, exported, items, prepared
from tests.support.groups import ledger_of

PROJECT = Path(__file__).parents[2]
LEDGER = Path("000000000000-us-east-1", "movies", "ledger.sqlite")
SCRIPT = """
import sys, pdprep
from tests.personalize.frames import events, items, prepared
group = pdprep.connect("movies")
group.{call}.wait()
"""


def start(call: str) -> subprocess.Popen[bytes]:
    """Start a process that makes one call on the group."""
    text = SCRIPT.format(call=call)
    surroundings = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.Popen([sys.executable, "-c", text], env=surroundings)


def kill_when(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    """Kill a process as soon as something is true."""
    while process.poll() is None and not ready():
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()


def count(home: Path, sql: str) -> int:
    """Return a number from the ledger; 0 before it exists."""
    try:
        with closing(sqlite3.connect(f"file:{home / LEDGER}?mode=ro", uri=True, timeout=5)) as ledger:
            return int(ledger.execute(sql).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.parametrize("answered", [1, 12])
def test_a_killed_put_is_finished_by_the_next_one(home: Path, server: Running, answered: int) -> None:
    process = start("put(prepared(group, events(500)))")
    kill_when(process, lambda: count(home, "SELECT count(*) FROM calls") >= answered)
    group = pdprep.connect("movies")
    left = group.jobs()[0]
    assert (left.id, left.status) == ("put-0001", "INTERRUPTED")
    group.put(prepared(group, events(3, first=900))).wait()
    assert counts(group) == {"bulk": 0, "incremental": 503, "both": 0}
    assert exported(group, "PUT").height == 503
    assert [(job.id, job.status, job.rows) for job in group.jobs()][-1] == ("put-0001", "DONE", 500)


def test_a_killed_put_can_be_resumed_by_hand(home: Path, server: Running) -> None:
    process = start("put(prepared(group, items(*map(str, range(400)))))")
    kill_when(process, lambda: count(home, "SELECT count(*) FROM calls") >= 3)
    group = pdprep.connect("movies")
    assert group.jobs()[0].resume().wait().rows == 400
    assert exported(group, "PUT", "items").height == 400


def test_what_a_killed_put_left_goes_before_a_newer_import(home: Path, server: Running) -> None:
    process = start("put(prepared(group, items(*map(str, range(400)), genre='Old')))")
    kill_when(process, lambda: count(home, "SELECT count(*) FROM calls") >= 3)
    group = pdprep.connect("movies")
    group.bulk(prepared(group, items(*map(str, range(400)), genre="New"))).wait()
    assert group.put(prepared(group, items("x"))).wait().rows == 1
    newest = exported(group, "ALL", "items").filter(pl.col("ITEM_ID") != "x")
    assert newest["GENRES"].unique().to_list() == ["New"]
    assert exported(group, "PUT", "items").height == 401


def test_an_import_of_a_killed_process_is_followed(home: Path, server: Running) -> None:
    server.state.faults.ask(operation="DescribeDatasetImportJob", delay=0.5, calls=20)
    process = start("bulk(prepared(group, events(1200)))")
    kill_when(process, lambda: count(home, "SELECT count(*) FROM imports WHERE arn != ''") > 0)
    server.state.faults.clear()
    group = pdprep.connect("movies")
    job = group.jobs()[0].wait()
    assert (job.status, job.rows) == ("ACTIVE", 1200)
    assert counts(group)["bulk"] == exported(group, "BULK").height == 1200


def test_an_import_whose_reply_was_lost_is_found_by_its_name(home: Path, server: Running) -> None:
    server.state.faults.ask(operation="CreateDatasetImportJob", delay=2, when="after")
    process = start("bulk(prepared(group, events(1200)))")
    kill_when(process, lambda: bool(server.state.resources.list("dataset-import-job")))
    group = pdprep.connect("movies")
    again = group.bulk(prepared(group, events(1200))).wait()
    assert again.status == "ACTIVE"
    assert len(group.client().list_dataset_import_jobs()["datasetImportJobs"]) == 1


def test_an_upload_that_was_cut_off_goes_on(home: Path, server: Running) -> None:
    server.state.faults.ask(operation="CreateDatasetImportJob", delay=2)
    process = start("bulk(prepared(group, events(1200)))")
    staged = "SELECT count(*) FROM imports WHERE status IN ('STAGED', 'CREATING')"
    kill_when(process, lambda: count(home, staged) > 0)
    server.state.faults.clear()
    group = pdprep.connect("movies")
    assert group.jobs()[0].status in ("INTERRUPTED", "CREATE IN_PROGRESS", "ACTIVE")
    group.bulk(prepared(group, events(1200))).wait()
    assert counts(group)["bulk"] == exported(group, "BULK").height == 1200


def test_parts_that_arrived_are_not_sent_again(
    home: Path, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.state.faults.ask(operation="PutObject", delay=0.2, calls=100)
    small = "__import__('pdprep.engine.parts').engine.parts.ROWS_A_PART = 100\ngroup."
    process = start(f"put\n{small}bulk(prepared(group, events(1200)))")
    kill_when(process, lambda: len(server.state.store.rows("SELECT key FROM objects")) >= 3)
    server.state.faults.clear()
    arrived = len(server.state.store.rows("SELECT key FROM objects"))
    monkeypatch.setattr(parts, "ROWS_A_PART", 100)
    sent: list[Path] = []

    def counted(environment: Environment, path: Path, *rest: Any, **extra: Any) -> None:
        sent.append(path)
        upload(environment, path, *rest, **extra)

    monkeypatch.setattr(uploads, "upload", counted)
    group = pdprep.connect("movies")
    group.bulk(prepared(group, events(1200)), keep=True).wait()
    assert len(sent) == len(server.state.store.rows("SELECT key FROM objects")) - arrived
    assert counts(group)["bulk"] == exported(group, "BULK").height == 1200


def test_a_job_that_sent_nothing_says_what_to_do(home: Path, server: Running) -> None:
    group = pdprep.connect("movies")
    ledger_of(group).journal.new_job("interactions", "bulk", "FULL")
    job = group.jobs()[0]
    assert job.status == "INTERRUPTED"
    with pytest.raises(JobError, match="same call again"):
        job.wait()


def test_two_processes_on_one_dataset_take_turns(group: DatasetGroup, home: Path) -> None:
    group.put(prepared(group, events(1))).wait()
    processes = [start(f"put(prepared(group, events(100, first={first})))") for first in (1, 101)]
    group.put(prepared(group, events(100, first=201))).wait()
    assert [process.wait() for process in processes] == [0, 0]
    assert counts(group)["incremental"] == exported(group, "PUT").height == 301


def test_what_one_session_sent_the_next_one_knows(group: DatasetGroup, home: Path) -> None:
    process = start("bulk(prepared(group, items('a', 'b')))")
    assert process.wait() == 0
    assert counts(group, "items") == {"bulk": 2, "incremental": 0, "both": 0}
    assert group.bulk(prepared(group, items("a", "b"))).id == "bulk-0001"
    assert json.loads((home / "local" / "endpoint.json").read_text())["pid"] == os.getpid()
