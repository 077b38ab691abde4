"""A hint as the notebook that shows it would write it: its own name of the frame, with its imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pdprep.errors import PdprepError

# Where a hint takes a name from that a notebook may not have; pdprep's own come with pdprep.
_IMPORTS = {"pl": "import polars as pl", "pdprep": "import pdprep"}
_OURS = {"transforms": "pdprep.transforms"}
_FRAME = "frame"
_ANOTHER = (
    "frame.",
    "pl.from_pandas(frame)",
    "pl.DataFrame(frame)",
)  # that is, code makes another frame
# Where a hint sends what a magic was given, the magic does.
_CALL = re.compile(r"group\.(put|bulk)\(frame((?:, \w+=\"?\w+\"?)*)\)(?:  #.*)?")
_ARGUMENT = re.compile(r", (\w+)=\"?(\w+)\"?")


def as_here(hint: str, name: str, known: Collection[str]) -> str:
    """Return a hint that runs when it is pasted into a cell; what is no code stays as it is.

    Args:
        hint: What a function says that knows its argument as ``frame``.
        name: What the notebook calls the frame.
        known: The names that the notebook has.

    >>> as_here('frame.lazy().pipe(transforms.epoch, "at")', "orders", ["pdprep", "orders"])
    'orders = orders.lazy().pipe(pdprep.transforms.epoch, "at")'
    >>> as_here("group.put(frame, new_only=True)  # or import more", "orders", [])
    '%personalize_put orders --new-only'
    >>> as_here("free some space for the frame", "orders", [])
    'free some space for the frame'
    """
    if name != _FRAME and (call := _CALL.fullmatch(hint)):
        return _magic(call[1], name, call[2])
    if name != _FRAME and hint.startswith(_ANOTHER):
        hint = f"{name} = {hint}"
    try:
        tree = ast.parse(hint)
    except SyntaxError:
        return hint
    # By the tree and not by the text: a word in a string or an argument's name is no name of the notebook.
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)} - {name}
    bound |= {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for each in node.names
    }
    new = {_FRAME: name} | {ours: place for ours, place in _OURS.items() if ours not in known}
    # In bytes, as ast counts columns; from the right, so that the positions on the left stay true.
    lines = [line.encode() for line in hint.splitlines()]
    for node in sorted(names, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        if node.id in new and node.id not in bound and isinstance(node.ctx, ast.Load):
            line, end = lines[node.lineno - 1], node.col_offset + len(node.id.encode())
            lines[node.lineno - 1] = line[: node.col_offset] + new[node.id].encode() + line[end:]
    rewritten = b"\n".join(lines).decode()
    used = {new.get(node.id, node.id).partition(".")[0] for node in names}
    missing = [line for each, line in _IMPORTS.items() if each in used - bound and each not in known]
    return "; ".join([*missing, rewritten])


def _made_of(name: str, known: Mapping[str, Any]) -> str:
    """Return the name of the frame that a prepared one was made of: what is done to a frame is done to it."""
    source = getattr(known.get(name), "source", None)
    if source is None:
        return name
    given = source.given()
    return next((each for each, value in known.items() if value is given is not None), _FRAME)


def _magic(route: str, name: str, arguments: str) -> str:
    given = [(f"--{flag.replace('_', '-')}", value) for flag, value in _ARGUMENT.findall(arguments)]
    flags = (flag if value == "True" else f"{flag} {value}" for flag, value in given)
    return " ".join([f"%personalize_{route}", name, *flags])


@contextmanager
def runnable_hints(names: Sequence[str], known: Mapping[str, Any]) -> Iterator[None]:
    """Let the hint of an error run when it is pasted; of several frames none can be named.

    Args:
        names: What the notebook calls the frames that the block is about.
        known: The notebook's variables.
    """
    try:
        yield
    except PdprepError as error:
        error.hint = as_here(error.hint, _made_of(names[0], known) if len(names) == 1 else _FRAME, known)
        error.args = (error.found, error.expected, error.hint)
        raise
