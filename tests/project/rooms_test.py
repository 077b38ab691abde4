"""Imports point down: a room imports only rooms before it, and no two files import each other in a circle."""

from __future__ import annotations

import ast
from collections import Counter
from graphlib import TopologicalSorter

import pytest

from tests.project.imports import MODULES, Import, imports

ROOMS = (
    *(
        "hint_code",
        "errors",
        "platforms",
        "locks",
        "interrupts",
        "disks",
        "progress",
        "clock",
        "html",
        "spelling",
        "project",
        "assumptions",
        "contract",
        "preparation",
        "validation",
    ),
    *("engine", "ledger", "personalize", "group", "flags", "notebook"),
)
# What a system can, which is no fact about the service: the local Personalize may ask it too.
SYSTEM = ("platforms", "locks")
# These stand beside the rooms: what they may import of the package is this, and no more.
APART = {
    "local": {"local", *SYSTEM},
    "demo": {"demo"},
    "": {"errors", "demo", "notebook"},
    "__main__": {"cli"},
    "cli": {*ROOMS, "cli", ""},
}
FILES = 12  # in any room of personalize, at most
MOST = 15  # others of ours that a module imports, those for types too
FRONT = ("pdprep",)  # it lists every public name
PERSONALIZE = [name for name in MODULES if name.startswith("pdprep.personalize.")]
CLIENT = [name for name in MODULES if not name.startswith("pdprep.local")]


def room(module: str) -> str:
    return module.partition(".")[2].partition(".")[0]


def inside(importer: str) -> list[Import]:
    return [found for found in imports(importer) if found.imported in MODULES and not found.typing]


def allowed(module: str) -> set[str]:
    home = room(module)
    return APART[home] if home in APART else set(ROOMS[: ROOMS.index(home) + 1])


def test_every_module_belongs_to_a_room() -> None:
    assert {room(name) for name in MODULES} <= {*ROOMS, *APART}


@pytest.mark.parametrize("importer", MODULES)
def test_a_room_imports_only_rooms_before_it(importer: str) -> None:
    upward = [str(found) for found in inside(importer) if room(found.imported) not in allowed(importer)]
    assert upward == []


def test_no_circle_stands() -> None:
    graph = {name: {found.imported for found in inside(name)} - {name} for name in MODULES}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_no_circle_stands_typing_imports_included() -> None:
    graph = {name: {found.imported for found in imports(name)} & set(MODULES) - {name} for name in MODULES}
    TopologicalSorter(graph).prepare()


def test_a_room_of_personalize_has_at_most_twelve_files() -> None:
    files = Counter(MODULES[name].parent for name in PERSONALIZE)
    assert {str(room): count for room, count in files.items() if count > FILES} == {}


@pytest.mark.parametrize("importer", [name for name in MODULES if name not in FRONT])
def test_a_module_imports_few_others(importer: str) -> None:
    others = {found.imported for found in imports(importer) if found.imported in MODULES} - {importer}
    assert len(others) <= MOST


@pytest.mark.parametrize("importer", MODULES)
def test_no_module_of_ours_has_another_name(importer: str) -> None:
    tree = ast.parse(MODULES[importer].read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = [(f"{node.module}.{each.name}", each.asname) for node in found for each in node.names]
    assert {name for name, alias in names if alias and name in MODULES} == set()


def test_no_class_name_stands_twice() -> None:
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
    homes: dict[str, set[str]] = {}
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, set()).add(name.removeprefix("pdprep."))
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


@pytest.mark.parametrize("name", SYSTEM)
def test_what_a_system_can_knows_nothing_of_the_service(name: str) -> None:
    assert {room(found.imported) for found in inside(f"pdprep.{name}")} <= set(SYSTEM)


@pytest.mark.parametrize("importer", CLIENT)
def test_the_client_imports_nothing_of_the_local_personalize(importer: str) -> None:
    assert [str(found) for found in imports(importer) if room(found.imported) == "local"] == []


@pytest.mark.parametrize("importer", MODULES)
def test_nothing_waits_by_select(importer: str) -> None:
    # select() takes no descriptor beyond the 1,024th; selectors do.
    assert "select" not in {found.imported for found in imports(importer)}
