"""Kernels: the installed one, and under ``make deep`` each of the versions that are supported."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdprep.local.server import Running, running
from tests.conftest import DEEP, PROJECT
from tests.kernels.kernel import Kernel

INSTALLED, NEWEST = "installed", "newest"
# The oldest that pyproject.toml allows, the one that Binder's lock pins, and the newest.
VERSIONS = ("6.29.5", "7.0.1", NEWEST) if DEEP else (INSTALLED,)


@pytest.fixture(scope="session", params=VERSIONS)
def python(request: pytest.FixtureRequest) -> Path:
    """Give an interpreter with one version of ipykernel."""
    if request.param == INSTALLED:
        return Path(sys.executable)
    version: str = request.param
    folder = PROJECT / ".venv-kernels" / version
    found = folder / "bin" / "python"
    pin = "ipykernel" if version == NEWEST else f"ipykernel=={version}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the tests' workers ask at the same time
        _install(folder, found, pin)
    return found


def _install(folder: Path, found: Path, pin: str) -> None:
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(found), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "-e", f"{PROJECT}[notebook]", pin], check=True)
        (folder / "ready").touch()


@pytest.fixture
def server(home: Path) -> Iterator[Running]:
    """Run the local Personalize of this home as threads of the test, which outlives the kernel."""
    with running(home / "local", clock="instant") as server:
        yield server


@pytest.fixture
def kernel(server: Running, python: Path, tmp_path: Path) -> Iterator[Kernel]:
    """Give a kernel with the extension loaded."""
    with Kernel.start(python, tmp_path) as kernel:
        yield kernel
