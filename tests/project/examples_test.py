"""The examples in the docstrings are run as they stand."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from tests.project.imports import MODULES

SHOWN = [name for name, path in MODULES.items() if ">>>" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", SHOWN)
def test_examples_give_what_they_say(home: Path, name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0
