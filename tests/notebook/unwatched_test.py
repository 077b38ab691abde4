"""A kernel that dies with its last cell leaves nothing half done: nbconvert, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import pdprep

CLOCK = "2026-01-01T00:00:00Z"
CELLS = (
    "%load_ext pdprep",
    "import polars as pl\n"
    "def events(count, first):\n"
    "    number = pl.int_range(first, first + count)\n"
    "    ids = {'USER_ID': number % 50, 'ITEM_ID': number % 40}\n"
    "    return pl.select(**ids, TIMESTAMP=number + 1_700_000_000)\n"
    "history, today, other = events(1200, 0), events(25, 5000), events(1300, 9000)",
    "%personalize movies",
    "%personalize_bulk history",
    "put = %personalize_put today",
    "%personalize_bulk other",
)


@pytest.fixture
def executed(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("PDPREP_CLOCK", CLOCK)
    path = home.parent / "a.ipynb"
    blank: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**blank, "source": each} for each in CELLS]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    command = [sys.executable, "-m", "nbconvert", "--execute", "--allow-errors", "--to", "notebook"]
    done = subprocess.run([*command, "--stdout", str(path)], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_waits_shows_each_job_once_and_a_refusal_is_two_lines(executed: dict[str, Any]) -> None:
    outputs = {cell["source"]: cell["outputs"] for cell in map(joined, executed["cells"])}
    for source, says in ((CELLS[3], "ACTIVE, 1,200 records"), (CELLS[4], "DONE")):
        (shown,) = outputs[source]
        assert shown["output_type"] == "display_data"
        assert set(shown["data"]) == {"text/plain", "text/html"}
        assert says in "".join(shown["data"]["text/plain"])
    view, error = outputs[CELLS[5]]
    assert "%personalize_bulk other --replace" in "".join(view["data"]["text/plain"])
    assert error["ename"] == "ReplaceRefused"
    assert len(error["traceback"]) == 2
    group = pdprep.connect("movies")
    assert [job.status for job in group.jobs() if job.route == "bulk"][-1] == "ACTIVE"
    assert dict(group.records("interactions").counts().select("origin", "records").iter_rows()) == {
        "bulk": 1200,
        "incremental": 25,
        "both": 0,
    }


def joined(cell: dict[str, Any]) -> dict[str, Any]:
    return {**cell, "source": "".join(cell["source"])}
