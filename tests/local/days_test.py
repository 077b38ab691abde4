"""Three days of use: shared by two kernels, its owner killed, left alone, found again."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

PROJECT = Path(__file__).parents[2]
UNDER_WAY = ("CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE")
SETUP = """
import pdprep, polars as pl
from tests.personalize.frames import events, exported, items, prepared
group = pdprep.connect("{group}")
"""


class Kernel:
    """A notebook's kernel in a folder of its own."""

    def __init__(self, folder: Path, group: str) -> None:
        folder.mkdir(exist_ok=True)
        self.manager = KernelManager()
        self.manager.start_kernel(
            cwd=str(folder),
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            independent=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._client = self.manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)
        self.run(SETUP.format(group=group))

    def run(self, code: str) -> None:
        reply = self._client.execute_interactive(code, timeout=60, output_hook=lambda message: None)
        assert reply["content"]["status"] == "ok", reply["content"]

    def get(self, expression: str) -> str:
        """Return the text of an expression's value."""
        given = {"value": f"str({expression})"}
        reply = self._client.execute_interactive(
            "", user_expressions=given, timeout=60, output_hook=lambda message: None
        )
        found = reply["content"]["user_expressions"]["value"]
        assert found["status"] == "ok", found
        return str(ast.literal_eval(found["data"]["text/plain"]))

    def kill(self) -> None:
        self.manager.signal_kernel(signal.SIGKILL)
        self.end()

    def end(self) -> None:
        self._client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@contextmanager
def kernel(folder: Path, group: str) -> Iterator[Kernel]:
    made = Kernel(folder, group)
    try:
        yield made
    finally:
        made.end()


def servers(home: Path) -> list[int]:
    """Return the processes that run a server of this home."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().decode().split("\0") if entry.name.isdigit() else []
        except OSError:
            continue
        if "pdprep.local" in words and str(home / "local") in words:
            found.append(int(entry.name))
    return found


def test_three_days(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eventually: Any) -> None:
    monkeypatch.setenv("PDPREP_LOCAL_SPEED", "2")
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    with kernel(theirs, "shop") as other:
        first_day(home, mine, other, eventually)
        second_day(home, mine, other)
    eventually(lambda: servers(home) == [], 30)
    third_day(home, mine, eventually)


def first_day(home: Path, mine: Path, other: Kernel, eventually: Any) -> None:
    """One server for two kernels; the one that has an import under way is killed."""
    owner = Kernel(mine, "movies")
    assert owner.get("group.environment.endpoint_url") == other.get("group.environment.endpoint_url")
    assert len(servers(home)) == 1
    owner.run("group.put(prepared(group, events(30))).wait()")
    owner.run("job = group.bulk(prepared(group, events(1200, first=100)))")
    eventually(lambda: owner.get("job.status") in UNDER_WAY)
    owner.kill()


def second_day(home: Path, mine: Path, other: Kernel) -> None:
    """The other kernel goes on, through a killed server too, and the restarted one finds its job."""
    before = servers(home)
    other.run("group.put(prepared(group, items('a'))).wait()")
    assert servers(home) == before
    os.kill(before[0], signal.SIGKILL)
    other.run("group.put(prepared(group, items('b'))).wait()")
    assert other.get("exported(group, 'PUT', 'items').height") == "2"
    assert len(servers(home)) == 1
    assert servers(home) != before
    with kernel(mine, "movies") as again:
        assert again.get("group.environment.endpoint_url") == other.get("group.environment.endpoint_url")
        again.run("[job.wait() for job in group.jobs()]")
        assert again.get("sorted({job.status for job in group.jobs()})") == "['ACTIVE', 'DONE']"
        assert again.get("exported(group, 'ALL').height") == "1230"


def third_day(home: Path, mine: Path, eventually: Any) -> None:
    """After the linger nothing runs; the next morning everything is there, at the same address."""
    address = (home / "local" / "endpoint.json").read_text()
    with kernel(mine, "movies") as again:
        assert again.get("group.environment.endpoint_url") in address
        assert again.get("exported(group, 'ALL').height") == "1230"
        assert len(servers(home)) == 1
    eventually(lambda: servers(home) == [], 30)
