"""The code of every page is run as it stands, from top to bottom, and prints what the page says.

- ``python`` runs; where ``title="On AWS"`` stands beside it, it needs an account and is compiled alone;
- ``ipython`` runs in a real shell, with the magics;
- ``text`` below either is what it printed;
- ``bash`` is read by bash without being run, ``toml`` and ``json`` by their parsers.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.notebook.conftest import bare as bare
from tests.notebook.conftest import one_shell as one_shell
from tests.project.imports import PROJECT

BLOCK = re.compile(r"^```(\w*)( title=\"On AWS\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OPENED = re.compile(r"^ *```.*\n", re.MULTILINE)
KINDS = {"python", "ipython", "text", "bash", "toml", "json"}
TEXTS = {
    path.relative_to(PROJECT).as_posix(): path.read_text(encoding="utf-8")
    for path in [PROJECT / "README.md", *sorted(PROJECT.glob("docs/**/*.md"))]
}
RUN = [page for page, text in TEXTS.items() if re.search(r"^```i?python\n", text, re.MULTILINE)]


@pytest.fixture
def shell(bare: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """Give a shell without the extension, which shows text, beside a quick local Personalize."""
    monkeypatch.setenv("PDPREP_LOCAL_SPEED", "50")
    monkeypatch.setenv("PDPREP_DISPLAY", "text")
    yield bare
    with contextlib.redirect_stdout(io.StringIO()):  # it says so where a page did not load it
        bare.run_line_magic("unload_ext", "pdprep")


@pytest.mark.parametrize("page", RUN)
def test_a_page_runs_and_prints_what_it_says(shell: InteractiveShell, page: str) -> None:
    printed = ""
    for kind, on_aws, block in BLOCK.findall(TEXTS[page]):
        if kind == "text":
            assert printed == block
        elif kind == "ipython" or (kind == "python" and not on_aws):
            printed = run(block, shell)


@pytest.mark.parametrize("page", TEXTS)
def test_every_block_of_code_is_of_a_kind_that_is_checked(page: str) -> None:
    blocks = BLOCK.findall(TEXTS[page])
    assert len(OPENED.findall(TEXTS[page])) == 2 * len(blocks)
    assert {kind for kind, _, _ in blocks} <= KINDS
    for kind, _, block in blocks:
        if kind == "python":
            compile(block, page, "exec")
        elif kind == "bash":
            subprocess.run(["bash", "-n"], input=block, text=True, check=True)
        elif kind in ("toml", "json"):
            (tomllib if kind == "toml" else json).loads(block)


def run(block: str, shell: InteractiveShell) -> str:
    """Run a block and return what it printed; of what it shows, the text."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        shell.run_cell(block).raise_error()
    lines = re.sub(r"^Out\[\d+\]: ?\n?", "", out.getvalue(), flags=re.MULTILINE).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def test_pages_that_run_are_found() -> None:
    assert {"README.md", "docs/preparing.md", "docs/sending.md"} <= {Path(page).as_posix() for page in RUN}
