"""The pages that show code run as they stand, from top to bottom, and print what they say."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

from tests.project.imports import PROJECT

PAGES = ["docs/preparing.md", "docs/sending.md"]
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_and_prints_what_it_says(home: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.setenv("PDPREP_LOCAL_SPEED", "20")
    scope: dict[str, Any] = {}
    printed = ""
    for kind, block in BLOCK.findall((PROJECT / page).read_text(encoding="utf-8")):
        if kind == "text":
            assert printed == block
        else:
            printed = run(block, scope)


def run(block: str, scope: dict[str, Any]) -> str:
    """Run a block and return what it printed."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(block, "the page", "exec"), scope)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
