"""Faults that were asked for: the next calls of an operation answer an error or wait, writes fail.

Points that are no operations: ``write objects``, ``write rows``, ``write model``, ``commit`` (a transaction).
"""

from __future__ import annotations

import errno
import os
import time
from dataclasses import dataclass, fields, replace
from threading import Lock
from typing import Any

from pdprep.local.refusals import Dropped, Refusal

WHEN = ("before", "after")
_TYPES: dict[str, Any] = {"str": str, "int": int, "bool": bool, "float": (int, float)}
POINTS = ("write objects", "write rows", "write model", "commit")


@dataclass(frozen=True)
class Fault:
    """One fault.

    ``operation`` is an operation of the models, an S3 one such as PutObject, ``*`` for any, or a point.
    It happens ``before`` or ``after`` the effect, to the next ``calls`` calls once ``skip`` calls went by.
    ``code`` answers an error, ``delay`` waits (seconds), ``drop`` closes the connection, ``crash`` ends the
    server at once. ``until_new_key`` goes on until a call comes with another access key, as expired
    credentials do.
    """

    operation: str
    calls: int = 1
    skip: int = 0
    code: str = ""
    status: int = 400
    message: str = "This fault was asked for."
    delay: float = 0.0
    drop: bool = False
    crash: bool = False
    when: str = "before"
    until_new_key: bool = False
    key: str = ""


class Faults:
    """The faults that are still to happen."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def ask(self, **fault: Any) -> Fault:
        """Ask for a fault; one that could not happen is refused."""
        asked = Fault(**fault)
        for each in fields(Fault):
            value, wanted = getattr(asked, each.name), _TYPES[str(each.type)]
            # To Python True is the int 1; as a number of calls it is a slip.
            if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
                raise TypeError(f"{each.name} must be of type {each.type}, not {value!r}")
        if asked.when not in WHEN:
            raise ValueError(f"when must be one of {WHEN}")
        if asked.calls < 1 or asked.skip < 0 or not 0 <= asked.delay < 3600 or not 100 <= asked.status < 600:
            raise ValueError("calls begin at 1, skip at 0; delay is below an hour, status an HTTP status")
        with self._lock:
            self._faults.append(asked)
        return asked

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._faults = []

    def list(self) -> list[Fault]:
        """Return the faults that are still to happen."""
        return list(self._faults)

    def take(self, operation: str, key: str = "") -> tuple[Fault, ...]:
        """Use up one call of each fault that concerns this call."""
        if not self._faults:  # as nearly always: no call waits for the lock then
            return ()
        with self._lock:
            # Each counts this call down; one that is used up leaves the list.
            every = operation not in POINTS  # ``*`` is any operation, and no point
            hit = [f for f in self._faults if f.operation == operation or (every and f.operation == "*")]
            used = {id(fault): _used(fault, key) for fault in hit}
            self._faults = [left for f in self._faults if (left := used.get(id(f), f)) is not None]
        return tuple(f for f in hit if f.skip == 0 and not (f.key and f.key != key))

    def reach(self, point: str) -> None:
        """Let the faults of a point happen; a code there means that the disk is full."""
        for fault in self.take(point):
            if fault.crash:
                os._exit(137)  # as SIGKILL ends it: no handler runs and nothing is flushed
            raise OSError(errno.ENOSPC, "No space left on device")


def happen(faults: tuple[Fault, ...], when: str) -> None:
    """Let faults happen at their moment."""
    for fault in faults:
        if fault.when == when:
            _happen(fault)


def _used(fault: Fault, key: str) -> Fault | None:
    if fault.skip:
        return replace(fault, skip=fault.skip - 1)
    if fault.until_new_key:
        # The first key that meets the fault is the expired one; any other ends it.
        return replace(fault, key=key) if fault.key in ("", key) else None
    return replace(fault, calls=fault.calls - 1) if fault.calls > 1 else None


def _happen(fault: Fault) -> None:
    time.sleep(fault.delay)
    if fault.crash:
        os._exit(137)
    if fault.drop:
        raise Dropped
    if fault.code:
        raise Refusal(fault.code, fault.message, fault.status)
