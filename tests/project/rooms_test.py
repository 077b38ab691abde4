"""Imports point down: a room imports only rooms before it, and no two files import each other in a circle."""

from __future__ import annotations

import ast
from collections import Counter
from graphlib import TopologicalSorter

import pytest

from tests.project.imports import MODULES, Import, imports, parsed

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


def test_a_room_imports_only_rooms_before_it() -> None:
    found = [each for importer in MODULES for each in inside(importer)]
    assert [str(each) for each in found if room(each.imported) not in allowed(each.importer)] == []


def test_no_circle_stands() -> None:
    graph = {name: {found.imported for found in inside(name)} - {name} for name in MODULES}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_no_circle_stands_typing_imports_included() -> None:
    graph = {name: {found.imported for found in imports(name)} & set(MODULES) - {name} for name in MODULES}
    TopologicalSorter(graph).prepare()


def test_a_room_of_personalize_has_at_most_twelve_files() -> None:
    files = Counter(MODULES[name].parent for name in PERSONALIZE)
    assert {str(room): count for room, count in files.items() if count > FILES} == {}


def test_a_module_imports_few_others() -> None:
    ours = {name: {found.imported for found in imports(name)} & set(MODULES) - {name} for name in MODULES}
    assert [name for name, others in ours.items() if len(others) > MOST and name not in FRONT] == []


def test_no_module_of_ours_has_another_name() -> None:
    renamed = [
        f"{importer}: {node.module}.{each.name} as {each.asname}"
        for importer in MODULES
        for node in ast.walk(parsed(importer))
        if isinstance(node, ast.ImportFrom)
        for each in node.names
        if each.asname and f"{node.module}.{each.name}" in MODULES
    ]
    assert renamed == []


def test_no_class_name_stands_twice() -> None:
    homes: dict[str, set[str]] = {}
    for name in MODULES:
        for node in ast.walk(parsed(name)):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, set()).add(name.removeprefix("pdprep."))
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


@pytest.mark.parametrize("name", SYSTEM)
def test_what_a_system_can_knows_nothing_of_the_service(name: str) -> None:
    assert {room(found.imported) for found in inside(f"pdprep.{name}")} <= set(SYSTEM)


def test_the_client_imports_nothing_of_the_local_personalize() -> None:
    found = [each for importer in CLIENT for each in imports(importer)]
    assert [str(each) for each in found if room(each.imported) == "local"] == []


def test_nothing_waits_by_select() -> None:
    # select() takes no descriptor beyond the 1,024th; selectors do.
    found = [each for importer in MODULES for each in imports(importer)]
    assert [str(each) for each in found if each.imported == "select"] == []
