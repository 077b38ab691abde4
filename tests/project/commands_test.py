"""The Makefile lists its commands, and CI runs the one that everyone runs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.project.imports import PROJECT

COMMANDS = [
    "help",
    "demo",
    "test",
    "check",
    "docs",
    "deep",
    "outputs",
    "matrix",
    "dist",
    "bench",
    "lab",
    "aws",
]
MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
SCRIPTS = [
    ".ci/run",
    ".ci/matrix",
    ".ci/dist",
    ".ci/venv",
    ".ci/debian",
    "binder/postBuild",
    "binder/start",
    "binder/check.sh",
]


def make(*arguments: str) -> str:
    return subprocess.run(
        ["make", *arguments], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout


def test_make_alone_lists_every_command() -> None:
    assert re.findall(r"^  make (\w+) +\S", make(), re.MULTILINE) == COMMANDS


def test_every_command_is_told_apart_from_files() -> None:
    phony = MAKEFILE.partition(".PHONY:")[2].partition("\n")[0].split()
    assert set(COMMANDS) <= set(phony)


@pytest.mark.parametrize("command", COMMANDS[1:])
def test_every_command_stands_in_contributing(command: str) -> None:
    assert f"`make {command}`" in (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_demo_hands_a_folder_to_the_movielens_notebook() -> None:
    plan = make("-n", "demo", "DATA=/tmp/a folder")
    assert 'notebooks/01-movielens.ipynb --data "/tmp/a folder"' in plan


def test_ci_runs_make_test_and_nothing_else() -> None:
    assert (PROJECT / ".ci/run").read_text(encoding="utf-8").splitlines()[-1] == "exec make test"


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_can_be_run_and_stop_at_the_first_error(script: str) -> None:
    path = PROJECT / script
    assert path.stat().st_mode & 0o111
    assert re.search(r"^set -e", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("candidate", ["python2", "no-such-python"])
def test_without_a_python_it_says_what_to_type(tmp_path: Path, candidate: str) -> None:
    made = subprocess.run([PROJECT / ".ci/venv", tmp_path / "env", candidate], capture_output=True, text=True)
    assert made.returncode == 1
    assert "Type: make PYTHON=" in made.stderr
