"""`make demo` runs a notebook without a front end: headings, the last cell's output, errors in two lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import v4

from tests.project.imports import PROJECT

RUN = PROJECT / "notebooks" / "run.py"
REFUSED = "raise pdprep.errors.MappingError('no column genre', 'items needs GENRES', 'genres')"
TOLD = "A cell failed under “Send it”:\nMappingError: no column genre; items needs GENRES.\n  Try: genres"
WHERE = "import pathlib; print(os.environ['PDPREP_DATA'], pathlib.Path().resolve())"


def run(path: Path, cell: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    cells = [
        v4.new_markdown_cell("# A shop\n\nWith words below."),
        v4.new_code_cell("import os, pdprep"),
        v4.new_code_cell("[][0]", metadata={"tags": ["raises-exception"]}),
        v4.new_markdown_cell("## Send it"),
        v4.new_code_cell(cell),
    ]
    path.write_text(nbformat.writes(v4.new_notebook(cells=cells)))
    return subprocess.run([sys.executable, RUN, path, *arguments], capture_output=True, text=True)


def test_headings_then_the_last_output_then_where_things_are(home: Path, tmp_path: Path) -> None:
    lines = run(tmp_path / "a.ipynb", "print('sent', 3)\n1 + 1").stdout.splitlines()
    assert lines[:5] == ["A shop", "Send it", "", "sent 3", "2"]
    assert lines[6].endswith(f"Everything is kept in {home}")


def test_a_failing_cell_is_told_in_two_lines(home: Path, tmp_path: Path) -> None:
    done = run(tmp_path / "a.ipynb", REFUSED)
    assert done.returncode == 1
    assert done.stderr.strip() == TOLD


def test_an_unexpected_error_is_told_by_its_last_line(home: Path, tmp_path: Path) -> None:
    done = run(tmp_path / "a.ipynb", "1 / 0")
    assert done.stderr.strip().splitlines()[-1] == "ZeroDivisionError: division by zero"


def test_the_kernel_finds_the_data_and_works_in_its_home(home: Path, tmp_path: Path) -> None:
    done = run(tmp_path / "a.ipynb", WHERE, "--data", str(tmp_path))
    assert f"{tmp_path} {home}" in done.stdout


def test_a_folder_that_is_not_there_is_said_at_once(home: Path, tmp_path: Path) -> None:
    done = run(tmp_path / "a.ipynb", "1", "--data", "nowhere")
    assert done.returncode == 2
    assert "there is no" in done.stderr


def test_outputs_are_kept_where_that_is_asked(home: Path, tmp_path: Path) -> None:
    run(tmp_path / "a.ipynb", "1 + 1", "--save")
    last = nbformat.read(tmp_path / "a.ipynb", 4).cells[-1]
    assert (last.outputs[0]["data"]["text/plain"], dict(last.metadata)) == ("2", {})
