"""The rooms of the local Personalize: each imports only those before it, and has a few files."""

from __future__ import annotations

import ast
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

from pdprep import local

FOLDER = Path(local.__file__).parent
ROOMS: Final = (
    *("settings", "refusals", "protocol", "life", "rows", "memory", "objects", "state", "training", "s3"),
    *("recommend", "jobs", "operations", "others", "http", "server", "pytest_plugin", "__main__", "__init__"),
)
FILES, IMPORTS = 12, 15
MODULES = {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.rglob("*.py"))}


def imported(name: str) -> set[str]:
    """Return the modules of the local Personalize that one imports, for types alone too."""
    found = set[str]()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pdprep.local"):
            base = (node.module or "").removeprefix("pdprep.local").strip(".").replace(".", "/")
            for each in node.names:
                whole = f"{base}/{each.name}".strip("/")
                named = (f"{whole}.py", f"{base}.py", f"{base}/__init__.py".lstrip("/"))
                found.update([path for path in named if path in MODULES][:1])
    return found - {name}


def room(name: str) -> int:
    return ROOMS.index(name.partition("/")[0].removesuffix(".py"))


def test_a_room_imports_only_rooms_before_it() -> None:
    found = {(name, each) for name in MODULES for each in imported(name)} - {("__init__.py", "server.py")}
    assert [(name, each) for name, each in found if room(each) > room(name)] == []
    assert [name for name in MODULES if len(imported(name)) > IMPORTS] == []


def test_no_two_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter({name: imported(name) for name in MODULES}).prepare()


def test_a_room_has_a_few_files() -> None:
    files = Counter(path.parent for path in MODULES.values())
    assert {str(place): count for place, count in files.items() if count > FILES} == {}
