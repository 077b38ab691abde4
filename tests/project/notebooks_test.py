"""Notebooks run with the clock that people have, too.

Their outputs are compared while time stands still and whatever is made is ACTIVE at once, which hides that a
notebook does not wait. Only one that calls the service itself can forget to.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.project.imports import PROJECT

CALLING: Final = [
    path
    for path in sorted(PROJECT.glob("notebooks/*.ipynb"))
    if '.client(\\"personalize\\")' in path.read_text(encoding="utf-8")
]


def test_some_notebooks_call_the_service_themselves() -> None:
    assert [path.name[:2] for path in CALLING] == ["06", "08"]


def test_notebooks_wait_for_what_they_make(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PDPREP_CLOCK", raising=False)
    runs = {}
    for path in CALLING:  # at once, each with a home of its own: most of the time they wait
        run = [sys.executable, str(PROJECT / "notebooks" / "run.py"), str(path)]
        own = {**os.environ, "PDPREP_HOME": str(tmp_path / path.stem)}
        runs[path.stem] = subprocess.Popen(
            run, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=own
        )
    said = {name: process.communicate()[1].strip() for name, process in runs.items()}
    assert said == dict.fromkeys(runs, "")
    assert [process.returncode for process in runs.values()] == [0, 0]
