"""The code of a hint, as the script or notebook runs it that shows it: with names and imports of its own."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

# Where a hint takes a name from that its reader may not have; pdprep's own come with pdprep.
IMPORTS: Final = MappingProxyType({"pl": "import polars as pl", "pdprep": "import pdprep"})
_OURS: Final = MappingProxyType({"transforms": "pdprep.transforms"})
_AS_IT_IS: Final[Mapping[str, str]] = MappingProxyType({})


def runnable(hint: str, known: Collection[str], called: Mapping[str, str] = _AS_IT_IS) -> str:
    """Return a hint that runs where only some names are known; what is no code stays as it is.

    Args:
        hint: What to type.
        known: The names that its reader has.
        called: What the reader calls a name of the hint.

    >>> runnable('frame.pipe(transforms.epoch, "at")', ["pdprep", "orders"], {"frame": "orders"})
    'orders.pipe(pdprep.transforms.epoch, "at")'
    >>> runnable('frame.drop(pl.col("frame"))', [])
    'import polars as pl; frame.drop(pl.col("frame"))'
    """
    try:
        tree = ast.parse(hint)
    except SyntaxError:
        return hint
    # By the tree and not by the text: a word in a string or an argument's name is no name of the reader.
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)} - {*called.values()}
    bound |= {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for each in node.names
    }
    new = {**called, **{ours: place for ours, place in _OURS.items() if ours not in known}}
    # In bytes, as ast counts columns; from the right, so that the positions on the left stay true.
    lines = [line.encode() for line in hint.splitlines()]
    for node in sorted(names, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        if node.id in new and node.id not in bound and isinstance(node.ctx, ast.Load):
            line, end = lines[node.lineno - 1], node.col_offset + len(node.id.encode())
            lines[node.lineno - 1] = line[: node.col_offset] + new[node.id].encode() + line[end:]
    rewritten = b"\n".join(lines).decode()
    used = {new.get(node.id, node.id).partition(".")[0] for node in names}
    missing = [line for each, line in IMPORTS.items() if each in used - bound and each not in known]
    return "; ".join([*missing, rewritten])
