"""A scheduled notebook: after papermill or nbconvert has gone, puts are finished and imports ACTIVE."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import pdprep
from pdprep.local.server import Running
from tests.conftest import DEEP
from tests.kernels.restart_test import OPEN
from tests.personalize.frames import counts

CELLS = (
    OPEN,
    "today = prepared(group, events(30, first=9000))",
    "%personalize_bulk history",
    "%personalize_put today",
)
COMMANDS = {
    "papermill": ("papermill", "--no-progress-bar"),
    "nbconvert": ("nbconvert", "--execute", "--to", "notebook"),
}


BROKEN = (
    OPEN,
    'import polars as pl\nnobody = events(1300).with_columns(USER_ID=pl.lit(""))\n'
    'broken = group.prepare(nobody, "interactions")\n%personalize_bulk broken',
    "today = prepared(group, events(30, first=9000))\n%personalize_put today",
)


def execute(
    home: Path, monkeypatch: pytest.MonkeyPatch, tool: str, sources: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    """Run a notebook of these cells."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("IPYTHONDIR", str(home.parent / "ipython"))
    blank: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**blank, "id": f"c{place}", "source": each} for place, each in enumerate(sources)]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": spec, "nbformat": 4, "nbformat_minor": 5}
    (home.parent / "in.ipynb").write_text(json.dumps(notebook))
    output = ["out.ipynb"] if tool == "papermill" else ["--output", "out.ipynb"]
    command = [sys.executable, "-m", *COMMANDS[tool], "in.ipynb", *output]
    return subprocess.run(command, cwd=home.parent, capture_output=True, text=True)


@pytest.mark.parametrize("tool", COMMANDS if DEEP else ["papermill"])
def test_nothing_is_left_half_done(
    home: Path, server: Running, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    server.state.faults.ask(operation="DescribeDatasetImportJob", delay=0.3, calls=4)
    done = execute(home, monkeypatch, tool, CELLS)
    assert done.returncode == 0, done.stderr
    group = pdprep.connect("movies")
    jobs = list(group.jobs())
    assert [(job.route, job.status) for job in jobs] == [("put", "DONE"), ("bulk", "ACTIVE")]
    assert str(jobs[1].ended) <= str(jobs[0].ended)
    assert counts(group) == {"bulk": 1200, "incremental": 30, "both": 0}


@pytest.mark.parametrize("tool", COMMANDS if DEEP else ["nbconvert"])
def test_a_broken_rule_stops_the_notebook_there(
    home: Path, server: Running, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    done = execute(home, monkeypatch, tool, BROKEN)
    assert done.returncode != 0
    assert "ValidationError" in done.stderr
    assert [(job.route, job.status) for job in pdprep.connect("movies").jobs()] == [("bulk", "FAILED")]
