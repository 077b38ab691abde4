"""The page on the architecture is true: what it names is there, and is entered in the order that it says."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from pkgutil import resolve_name
from types import CodeType, FrameType
from typing import Any

import polars as pl
import pytest

import pdprep
from tests.project.imports import PACKAGE, PROJECT

PAGE = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
NAME = re.compile(r"`((?:\w+\.)+\w+)`")
MODULE = re.compile(r"`(\w+)/`")
EVENTS = pl.DataFrame(
    {
        "USER_ID": [f"u{number % 60}" for number in range(1201)],
        "ITEM_ID": [f"i{number % 40}" for number in range(1201)],
        "TIMESTAMP": [1_700_000_000 + number for number in range(1201)],
    }
)


def section(title: str) -> list[str]:
    """Return the names of a section, in order."""
    return NAME.findall(PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0])


def code_of(name: str) -> CodeType:
    """Return the code of a function or method by its name on the page."""
    path, _, rest = _split(name)
    found: Any = resolve_name(f"pdprep.{path}:{rest}")
    while hasattr(found, "__wrapped__"):  # a context manager wraps its generator
        found = found.__wrapped__
    code = found.__code__
    assert isinstance(code, CodeType)
    return code


def _split(name: str) -> tuple[str, str, str]:
    """Part the module from what is in it: the longest path that is a file."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        if PACKAGE.joinpath(*parts[:length]).with_suffix(".py").is_file():
            return ".".join(parts[:length]), ".", ".".join(parts[length:])
    raise AssertionError(f"{name} is in no module of pdprep")


@contextmanager
def entered() -> Iterator[list[CodeType]]:
    """Keep the functions of pdprep in the order in which they are first entered, on any thread."""
    order: list[CodeType] = []
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code not in seen and code.co_filename.startswith(str(PACKAGE)):
            seen.add(code)
            order.append(code)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield order
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def held(title: str, calls: Callable[[], object]) -> None:
    with entered() as order:
        calls()
    names = section(title)
    assert len(names) > 10
    assert [name for name in names if code_of(name) not in order] == []
    places = [order.index(code_of(name)) for name in names]
    assert names == [name for _, name in sorted(zip(places, names, strict=True))]


def test_a_bulk_import_and_a_put_go_the_way_that_the_page_tells(home: Path) -> None:
    group = pdprep.connect("house")
    held("A frame through bulk", lambda: group.bulk(group.prepare(EVENTS.head(1200), "interactions")).wait())
    today = group.prepare(EVENTS.tail(1), "interactions")
    held("A record through put", lambda: group.put(today).wait())


@pytest.mark.parametrize("name", MODULE.findall(PAGE))
def test_rooms_that_stand_apart_are_there(name: str) -> None:
    assert (PACKAGE / name).is_dir()
