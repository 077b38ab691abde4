"""The whole frame is the user's alone: what pdprep does itself reads rows a part at a time."""

from __future__ import annotations

import ast

from tests.project.imports import MODULES, parsed

THE_USER_S = "pdprep.notebook.queries"  # the SQL of a cell asks what its writer wants


def whole_frames(tree: ast.Module) -> list[int]:
    """Return the lines where ``.frame`` is asked of a Prepared: of an argument, an attribute or a call."""
    found = []
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        named = {each.arg for each in given if each.annotation and "Prepared" in ast.unparse(each.annotation)}
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and node.attr == "frame":
                whose = ast.unparse(node.value)
                if whose in named or whose.rpartition(".")[2].startswith(("prepare", "ready")):
                    found.append(node.lineno)
    return found


def test_no_module_asks_a_prepared_for_its_whole_frame() -> None:
    asked = {name: whole_frames(parsed(name)) for name in MODULES if name != THE_USER_S}
    assert {name: lines for name, lines in asked.items() if lines} == {}


def test_a_whole_frame_is_seen() -> None:
    asked = "def f(given: Prepared):\n    given.frame\n    self.prepared.frame\n    page.frame"
    assert whole_frames(ast.parse(asked)) == [2, 3]
