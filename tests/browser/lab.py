"""A real JupyterLab on 127.0.0.1, with every Jupyter and IPython folder in a temporary one."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from tests.conftest import SURROUNDINGS

OLDER = tuple(map(int, version("jupyterlab").split(".")[:2])) < (4, 5)
PATIENCE = 120  # seconds: two cores are shared
SETTINGS = (
    "--no-browser",
    "--allow-root",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--ServerApp.allow_remote_access=False",
    "--ServerApp.terminals_enabled=False",
    "--LabApp.news_url=None",
    "--LabApp.extension_manager=readonly",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
FRONT_ENDS = {"lab": "lab/tree", "notebook": "notebooks"}
NO_NEWS = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    root: Path
    port: int
    token: str

    @classmethod
    @contextmanager
    def start(cls, folder: Path) -> Iterator[Lab]:
        """Start one in a folder; it ends with the block."""
        lab = cls(folder / "notebooks", _free_port(), secrets.token_hex(16))
        lab.root.mkdir()
        _write(folder / "config" / "labconfig" / "page_config.json", NO_NEWS)
        if OLDER:  # a cell out of sight is not in the page at all, so no test would find what it shows
            tracker = (
                folder / "settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
            )
            _write(tracker, {"windowingMode": "defer"})
        command = [sys.executable, "-m", "jupyterlab", *SETTINGS]
        command += [f"--ServerApp.port={lab.port}", f"--ServerApp.root_dir={lab.root}"]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, env=lab._environment(folder), stdout=log, stderr=log)
        try:
            lab._wait_for("/api", process)
            yield lab
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE / 4)
            except subprocess.TimeoutExpired:  # it waits for a kernel that waits for its job
                process.kill()
                process.wait(PATIENCE)

    def write(self, name: str, cells: Sequence[str], scrolled: Collection[str] = ()) -> None:
        """Write a notebook of code cells; what some of them show scrolls in a box."""
        code = [_cell(number, source, source in scrolled) for number, source in enumerate(cells)]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        _write(self.root / name, {"cells": code, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})

    def copy(self, path: Path) -> str:
        """Copy a notebook of the project, without its outputs, and return its name."""
        found = json.loads(path.read_text())
        fresh = [_emptied(cell) for cell in found["cells"]]
        _write(self.root / path.name, {**found, "cells": fresh})
        return path.name

    def choose(self, theme: str) -> None:
        """Set the theme of the pages that are opened from now on."""
        folder = self.root.parent / "settings" / "@jupyterlab" / "apputils-extension"
        _write(folder / "themes.jupyterlab-settings", {"theme": THEMES[theme]})

    def open(self, page: Page, name: str, front_end: str = "lab") -> None:
        """Open a notebook, in JupyterLab or Notebook 7, and wait until its kernel is connected and idle.

        "Run All" before that asks for a kernel instead of running.
        """
        page.goto(self.address(name, front_end))
        # In a narrow window the indicator may stand in the toolbar's overflow, where nobody sees it.
        page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first.wait_for(state="attached")
        while not self._connected(name):
            page.wait_for_timeout(100)

    def address(self, name: str, front_end: str = "lab") -> str:
        """Return where a notebook is shown, beside nothing else."""
        reset = "&reset" if front_end == "lab" else ""  # of the workspace, which only JupyterLab has
        return f"http://127.0.0.1:{self.port}/{FRONT_ENDS[front_end]}/{name}?token={self.token}{reset}"

    def restart(self, name: str) -> None:
        """Restart the kernel of a notebook, which forgets its widgets."""
        found = json.loads(self._get("/api/sessions"))
        kernel = next(each["kernel"]["id"] for each in found if each["path"] == name)
        self._get(f"/api/kernels/{kernel}/restart", method="POST")

    def run_all(self, page: Page) -> None:
        """Run every cell and wait until the kernel has answered the last one."""
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    def _connected(self, name: str) -> bool:
        found = [each["kernel"] for each in json.loads(self._get("/api/sessions")) if each["path"] == name]
        return any(kernel["execution_state"] == "idle" and kernel["connections"] >= 1 for kernel in found)

    def _wait_for(self, path: str, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and process.poll() is None:
            try:
                self._get(path)
            except urllib.error.URLError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"JupyterLab did not start: {(self.root.parent / 'log').read_text()}")

    def _get(self, path: str, method: str = "GET") -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            found: bytes = answer.read()
        return found

    def _environment(self, folder: Path) -> dict[str, str]:
        own = {name: text for name, text in os.environ.items() if name not in SURROUNDINGS}
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
            "PDPREP_HOME": "home",
        }
        own |= {name: str(folder / part) for name, part in folders.items()}
        # Slow enough that a picture of a job that is pending can be taken.
        local = {"PDPREP_LOCAL_LINGER": "2", "PDPREP_LOCAL_SPEED": "0.6"}
        return own | local | {"JUPYTER_TOKEN": self.token}


def output(page: Page, source: str) -> Locator:
    """Return the output area of the cell whose source holds a text."""
    editor = page.locator(".jp-InputArea-editor", has_text=source)
    return page.locator(".jp-CodeCell", has=editor).locator(".jp-OutputArea").first


def fault(**asked: Any) -> str:
    """Return the code by which a notebook with a ``group`` asks its local Personalize for a fault."""
    place = "group.client().meta.endpoint_url + '/_local/faults'"
    return f"from urllib.request import urlopen\nurlopen({place}, {json.dumps(asked).encode()!r}).status"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def _emptied(cell: dict[str, Any]) -> dict[str, Any]:
    return {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell


def _cell(number: int, source: str, scrolled: bool) -> dict[str, Any]:
    metadata = {"scrolled": True} if scrolled else {}
    cell = {"cell_type": "code", "id": f"cell-{number}", "metadata": metadata, "outputs": []}
    return {**cell, "execution_count": None, "source": source}
