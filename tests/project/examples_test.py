"""The examples in the docstrings are run as they stand."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from tests.project.imports import MODULES

PROGRAMS = [name for name in MODULES if name.endswith("__main__")]


@pytest.mark.parametrize("name", sorted(set(MODULES) - set(PROGRAMS)))
def test_examples_give_what_they_say(home: Path, name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0
