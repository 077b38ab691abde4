"""The rules that Binder does not forgive (the whole recipe, binder/check.sh, is part of `make deep`)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.imports import PROJECT

BINDER = PROJECT / "binder"
# A grandchild that left its session holds 200 MB; the one that is looked after holds nothing.
BACKGROUND = """
import subprocess, sys, time
holds = "held = bytearray(200_000_000); held[::4096] = b'x' * len(held[::4096]); import time; time.sleep(60)"
subprocess.Popen([sys.executable, "-c", holds], start_new_session=True)
time.sleep(60)
"""
OVERRULING = ("environment.yml", "Pipfile", "setup.py", "Dockerfile", "Project.toml", "conda-lock.yml")


def text(name: str) -> str:
    return (BINDER / name).read_text(encoding="utf-8")


def test_the_python_is_one_that_polars_supports() -> None:
    assert text("runtime.txt").strip() == "python-3.11"


@pytest.mark.parametrize("line", ["-e .[lab]", "ipykernel>=7.1"])
def test_the_project_itself_and_a_kernel_whose_threads_can_print_are_installed(line: str) -> None:
    assert line in text("requirements.txt").splitlines()


@pytest.mark.parametrize("name", OVERRULING)
def test_nothing_overrules_the_requirements(name: str) -> None:
    assert not (BINDER / name).exists()


def test_start_becomes_the_command_it_is_given(tmp_path: Path) -> None:
    said = subprocess.run([BINDER / "start", "echo", "two words"], capture_output=True, text=True, check=True)
    assert said.stdout == "two words\n"
    assert text("start").rstrip().endswith('exec "$@"')


def limited(command: str, limit: int) -> subprocess.CompletedProcess[str]:
    """Run Python under the check's limit of memory, in bytes."""
    return subprocess.run(
        [sys.executable, BINDER / "limited.py", sys.executable, "-c", command],
        capture_output=True, text=True, env={**os.environ, "PDPREP_MEMORY_LIMIT": str(limit)},
    )  # fmt: skip


def test_field_16_the_limit_of_memory_counts_what_runs_in_the_background() -> None:
    done = limited(BACKGROUND, 150_000_000)
    assert done.returncode == 137
    assert "are beyond 150,000,000: killed" in done.stderr


def test_field_16_below_the_limit_a_command_ends_as_it_does() -> None:
    done = limited("raise SystemExit(3)", 500_000_000)
    assert (done.returncode, done.stderr) == (3, "")
    assert "bytes at most of 500,000,000" in done.stdout
