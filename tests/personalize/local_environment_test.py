"""The local Personalize as a process of its own: started, shared, found again, gone when nobody needs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pdprep
from tests.personalize.frames import events, exported, items, prepared


def endpoint(home: Path) -> dict[str, object]:
    """Return what the server wrote about itself."""
    found: dict[str, object] = json.loads((home / "local" / "endpoint.json").read_text())
    return found


def test_it_is_started_once_and_shared(home: Path) -> None:
    first = pdprep.connect("movies").environment.endpoint_url
    script = "import pdprep; print(pdprep.connect('shop').environment.endpoint_url)"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == first == endpoint(home)["url"]


@pytest.mark.parametrize("fast", [False, True], ids=["boto3", "fast"])
def test_a_killed_server_is_started_again_in_the_middle_of_a_put(
    home: Path, monkeypatch: pytest.MonkeyPatch, fast: bool
) -> None:
    monkeypatch.setenv("PDPREP_LOCAL_SPEED", "5")
    group = pdprep.connect("movies")
    group.put(prepared(group, events(1))).wait()
    before = endpoint(home)
    job = group.put(prepared(group, events(200, first=1)), fast=fast)
    while job.done < 5:
        time.sleep(0.01)
    os.kill(int(str(before["pid"])), signal.SIGKILL)
    assert job.wait().rows == 200
    assert endpoint(home)["pid"] != before["pid"]
    assert endpoint(home)["url"] == before["url"]
    assert exported(group, "PUT").height == 201


def test_its_jobs_show_three_states(home: Path) -> None:
    group = pdprep.connect("movies")
    seen: list[str] = []
    job = group.bulk(prepared(group, items("a")))
    job.subscribe(lambda job: seen.append(job.status))
    job.wait()
    words = [status for status in dict.fromkeys(seen) if status not in ("QUEUED", "RUNNING")]
    assert words == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]


def test_it_ends_when_its_last_client_is_gone(home: Path) -> None:
    script = "import pdprep; pdprep.connect('movies')"
    subprocess.run([sys.executable, "-c", script], check=True)
    pid = int(str(endpoint(home)["pid"]))
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()
