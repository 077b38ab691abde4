"""Notebooks run with the clock that people have, too.

Their outputs are compared while time stands still and whatever is made is ACTIVE at once, which hides that a
notebook does not wait. Only one that calls the service itself can forget to.
"""

from __future__ import annotations

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


@pytest.mark.parametrize("path", CALLING, ids=lambda path: path.stem)
def test_a_notebook_waits_for_what_it_makes(path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PDPREP_CLOCK", raising=False)
    run = [sys.executable, str(PROJECT / "notebooks" / "run.py"), str(path)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "")
