"""A hint as the notebook that shows it would write it: its own name of the frame, with its imports."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pdprep.errors import PdprepError
from pdprep.hint_code import runnable

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
    return runnable(hint, known, {_FRAME: name})


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
