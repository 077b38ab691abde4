"""Imports point down: a room imports only rooms before it, and no two files import each other in a circle."""

from __future__ import annotations

from graphlib import TopologicalSorter

import pytest

from tests.project.imports import MODULES, Import, imports

ROOMS = (
    *(
        "errors",
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
    *("engine", "ledger", "personalize", "group", "notebook"),
)
# These stand beside the rooms: what they may import of the package is this, and no more.
APART = {"local": {"local"}, "demo": {"demo"}, "": {"errors", "demo", "notebook"}}
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


@pytest.mark.parametrize("importer", CLIENT)
def test_the_client_imports_nothing_of_the_local_personalize(importer: str) -> None:
    assert [str(found) for found in imports(importer) if room(found.imported) == "local"] == []


@pytest.mark.parametrize("importer", MODULES)
def test_nothing_waits_by_select(importer: str) -> None:
    # select() takes no descriptor beyond the 1,024th; selectors do.
    assert "select" not in {found.imported for found in imports(importer)}
