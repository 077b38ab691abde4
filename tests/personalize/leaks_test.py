"""A kernel that lives long: what ended jobs and groups that were let go leave behind, which is nothing."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest

from pdprep.errors import JobError, ValidationError
from pdprep.group import DatasetGroup
from pdprep.local.server import Running
from tests.personalize.frames import events, items, prepared

PROJECT = Path(__file__).parents[2]
ROUNDS, WARM, DEADLINE = 30, 5, 900
# Measured in a process of its own: the test's also holds the server's side of every connection.
SCRIPT = """
import gc, json, os, resource, threading, weakref
import pdprep
from tests.personalize.frames import events, items, prepared

frames = weakref.WeakSet()
resource.setrlimit(resource.RLIMIT_NOFILE, (2048, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
spare = [os.open(os.devnull, os.O_RDONLY) for _ in range({spare})]

def once(number):
    group = pdprep.connect("movies")
    history, film = prepared(group, events(1000, first=number)), prepared(group, items(f"i{{number}}"))
    frames.update([history, film])
    group.bulk(history, replace=True, shrink=True).wait()
    return group.put(film, fast=number % 2 == 1).wait().id

def place(handle):
    try:
        return os.readlink(f"/proc/self/fd/{{handle}}")
    except FileNotFoundError:  # the folder itself, while it was listed
        return ""

def held():
    gc.collect()
    places = [place(handle) for handle in os.listdir("/proc/self/fd")]
    ours = [each for each in places if "ledger" in each or each.startswith("socket")]
    return len(places), threading.active_count(), len(frames), ours

seen = []
for number in range({rounds}):
    once(number)
    if number >= {warm}:
        seen.append(held())
print(json.dumps(seen))
"""


def run(**values: int) -> Any:
    """Run the script in a process where an unclosed file is an error that Python prints; return its JSON."""
    surroundings = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-W", "error::ResourceWarning", "-c", SCRIPT.format(**values)]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=DEADLINE)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_field_15_thirty_connects_imports_and_puts_leave_nothing(home: Path, server: Running) -> None:
    seen = run(rounds=ROUNDS, warm=WARM, spare=0)
    assert seen[-1] == [*seen[0][:2], 0, []]


def test_attack_15_imports_and_both_puts_beyond_the_1024th_descriptor(home: Path, server: Running) -> None:
    ((open_files, _, frames, ours),) = run(rounds=2, warm=1, spare=1100)
    assert (open_files > 1100, frames, ours) == (True, 0, [])


def test_field_15_a_job_that_was_stopped_goes_on_with_its_frame_and_then_lets_go(
    group: DatasetGroup, server: Running
) -> None:
    server.state.faults.ask(operation="CreateDatasetGroup", delay=0.3)
    frame = prepared(group, items("i1", "i2"))
    held = weakref.ref(frame)
    job = group.put(frame)
    job.stop()
    with pytest.raises(JobError, match="was stopped"):
        job.wait()
    del frame, job
    gc.collect()
    assert group.jobs()[0].resume().wait().rows == 2
    gc.collect()
    assert held() is None


def test_field_15_a_frame_that_broke_a_rule_is_let_go(group: DatasetGroup) -> None:
    frame = prepared(group, events(3).with_columns(EVENT_TYPE=None))
    held = weakref.ref(frame)
    job = group.put(frame)
    with pytest.raises(ValidationError) as failed:
        job.wait()
    assert str(failed.value)
    del frame, failed
    gc.collect()
    assert (job.status, held()) == ("FAILED", None)
