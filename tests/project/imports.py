"""Read who imports whom from the source, without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "pdprep"


@dataclass(frozen=True)
class Import:
    """One module importing another; ``typing`` is true under ``if TYPE_CHECKING``."""

    importer: str
    imported: str
    typing: bool

    def __str__(self) -> str:
        return f"{self.importer} imports {self.imported}"


def name_of(path: Path) -> str:
    """Return the dotted name of a module of the package."""
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def parsed(name: str) -> ast.Module:
    """Return a module of the package as a tree; several tests walk each."""
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


@cache
def imports(importer: str) -> list[Import]:
    """Return what a module of the package imports, wherever in the file the import stands."""
    return list(_within(importer, parsed(importer), typing=False))


def _within(importer: str, node: ast.AST, typing: bool) -> Iterator[Import]:
    for name in _named(importer, node):
        yield Import(importer, name, typing)
    guarded = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    hidden = node.body if isinstance(node, ast.If) and guarded else []
    for child in ast.iter_child_nodes(node):
        yield from _within(importer, child, typing or child in hidden)


def _named(importer: str, node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = _absolute(importer, node)
    names = [f"{base}.{alias.name}" for alias in node.names]
    return [name if name in MODULES else base for name in names]


def _absolute(importer: str, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    is_package = MODULES[importer].name == "__init__.py"
    package = importer.split(".")[: len(importer.split(".")) + is_package - node.level]
    return ".".join([*package, node.module] if node.module else package)
