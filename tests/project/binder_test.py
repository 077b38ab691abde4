"""The rules that Binder does not forgive (the whole recipe, binder/check.sh, is part of `make deep`)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.project.imports import PROJECT

BINDER = PROJECT / "binder"
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
