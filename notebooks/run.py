"""Run a notebook from the command line: its headings as it goes, what its last cell shows, how long it took.

python notebooks/run.py notebooks/00-quickstart.ipynb
python notebooks/run.py notebooks/01-movielens.ipynb --data FOLDER
python notebooks/run.py notebooks/00-quickstart.ipynb --save      keeps the outputs in the notebook
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode


def main(arguments: list[str]) -> int:
    """Run one notebook in a kernel of its own; return 0, or 1 if a cell failed."""
    options = _parser().parse_args(arguments)
    home = Path(os.environ.get("PDPREP_HOME") or tempfile.mkdtemp(prefix="pdprep-")).resolve()
    home.mkdir(parents=True, exist_ok=True)
    notebook, began = read(options.notebook), time.monotonic()
    try:
        run(notebook, home, options.data)
    except CellExecutionError:
        print(f"\n{told(notebook)}", file=sys.stderr)
        return 1
    if options.save:
        save(notebook, options.notebook)
    print(f"\n{shown(notebook)}\n\n{time.monotonic() - began:.1f} seconds. {_afterwards(home)}")
    return 0


def run(notebook: NotebookNode, home: Path, data: Path | None) -> None:
    """Execute every cell in a folder of its own, so that nothing is left in the checkout."""
    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # else the kernel warns of its own loopback connection
        resources={"metadata": {"path": str(home)}},
        on_cell_start=_say_heading,
    )
    client.execute(env=_environment(home, data))


def read(path: Path) -> NotebookNode:
    """Return the notebook in the newest format."""
    return NotebookNode(nbformat.reads(path.read_text(encoding="utf-8"), 4))


def save(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook back with its outputs, without what another run would tell otherwise."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it ran
    notebook.metadata["language_info"] = {"name": "python"}  # else also by which Python
    nbformat.write(notebook, path)


def told(notebook: NotebookNode) -> str:
    """Return under which heading a cell failed, and its error in two lines at most."""
    index, error = next((place, found) for place, found in enumerate(map(_error, notebook.cells)) if found)
    headings = [heading for heading in map(_heading, notebook.cells[:index]) if heading]
    lines = error.traceback if len(error.traceback) <= 2 else [f"{error.ename}: {error.evalue}"]
    return "\n".join([f"A cell failed under “{headings[-1] if headings else 'the first line'}”:", *lines])


def shown(notebook: NotebookNode) -> str:
    """Return what the last code cell shows, as text."""
    last = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()][-1]
    return "\n".join(_text(output) for output in last.outputs).strip()


def _text(output: NotebookNode) -> str:
    text = output.text if output.output_type == "stream" else output.get("data", {}).get("text/plain", "")
    return str(text).rstrip()


def _say_heading(cell: NotebookNode, cell_index: int) -> None:
    heading = _heading(cell)
    if heading:
        print(heading, flush=True)


def _heading(cell: NotebookNode) -> str:
    first = cell.source.lstrip().partition("\n")[0]
    is_heading = cell.cell_type == "markdown" and first.startswith("#")
    return first.lstrip("# ") if is_heading else ""


def _error(cell: NotebookNode) -> NotebookNode | None:
    if "raises-exception" in cell.metadata.get("tags", []):
        return None
    return next((output for output in cell.get("outputs", []) if output.output_type == "error"), None)


def _environment(home: Path, data: Path | None) -> Mapping[str, str]:
    given = {"PDPREP_HOME": str(home)} | ({"PDPREP_DATA": str(data)} if data else {})
    # The server ends soon after the run. The debugger would warn of frozen modules before anything else.
    return {"PDPREP_LOCAL_LINGER": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1", **os.environ, **given}


def _afterwards(home: Path) -> str:
    serve = f".venv/bin/python -m pdprep.local --port 4599 --home {home / 'local'}"
    return f"Everything is kept in {home}\nTo look at it with the AWS CLI: {serve}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Run a notebook and print what its last cell shows.")
    parser.add_argument("notebook", type=_existing)
    parser.add_argument("--data", type=_existing, help="a folder that the notebook finds as PDPREP_DATA")
    parser.add_argument("--save", action="store_true", help="keep the outputs in the notebook")
    return parser


def _existing(text: str) -> Path:
    path = Path(text).expanduser().resolve()
    if not path.exists():
        raise argparse.ArgumentTypeError(f"there is no {path}")
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
