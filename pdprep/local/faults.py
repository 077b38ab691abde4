"""Faults that were asked for: the next calls of an operation answer an error, wait, or are dropped."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from pdprep.local.refusals import Dropped, Refusal

WHEN = ("before", "after")


@dataclass(frozen=True)
class Fault:
    """One fault: ``code`` answers an error, ``drop`` closes the connection, ``delay`` waits (seconds).

    ``operation`` is an operation of the models, an S3 one such as PutObject, or ``*``. It happens ``before``
    or ``after`` the effect, to the next ``calls`` calls once ``skip`` calls went by.
    """

    operation: str
    calls: int = 1
    skip: int = 0
    code: str = ""
    status: int = 400
    message: str = "This fault was asked for."
    delay: float = 0.0
    drop: bool = False
    when: str = "before"


class Faults:
    """The faults that are still to happen."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def ask(self, **fault: Any) -> Fault:
        """Ask for a fault."""
        asked = Fault(**fault)
        if asked.when not in WHEN:
            raise ValueError(f"when must be one of {WHEN}")
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

    def take(self, operation: str) -> tuple[Fault, ...]:
        """Use up one call of each fault that concerns this call."""
        if not self._faults:
            return ()
        with self._lock:
            hit = [f for f in self._faults if f.operation in (operation, "*")]
            others = [f for f in self._faults if f not in hit]
            self._faults = others + [left for f in hit if (left := _used(f)).calls > 0]
        return tuple(f for f in hit if f.skip == 0)


def happen(faults: tuple[Fault, ...], when: str) -> None:
    """Let faults happen at their moment."""
    for fault in faults:
        if fault.when == when:
            _happen(fault)


def _used(fault: Fault) -> Fault:
    return replace(fault, skip=fault.skip - 1) if fault.skip else replace(fault, calls=fault.calls - 1)


def _happen(fault: Fault) -> None:
    time.sleep(fault.delay)
    if fault.drop:
        raise Dropped
    if fault.code:
        raise Refusal(fault.code, fault.message, fault.status)
