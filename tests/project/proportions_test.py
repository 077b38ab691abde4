"""Modules stay small enough to be read in one sitting."""

from __future__ import annotations

import ast

from tests.project.imports import MODULES, parsed

LINES = 300
FUNCTION = 60


def test_a_module_has_at_most_three_hundred_lines() -> None:
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: count for name, count in lines.items() if count > LINES} == {}


def test_a_function_has_at_most_sixty_lines() -> None:
    functions = [
        (name, node)
        for name in MODULES
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = [(name, node.name) for name, node in functions if (node.end_lineno or 0) - node.lineno >= FUNCTION]
    assert long == []


def test_a_module_says_what_it_is() -> None:
    assert [name for name in MODULES if not ast.get_docstring(parsed(name))] == []
