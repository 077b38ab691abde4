"""The frozen value that long work hands to whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one phase of a job has come.

    ``total`` is None where nobody knows it: no percentage is ever invented.

    >>> Progress("upload", 5, 10, unit="bytes").share
    0.5
    >>> Progress("import").share is None
    True
    """

    phase: str
    done: int = 0
    total: int | None = None
    unit: str = "rows"
    note: str = ""

    @property
    def share(self) -> float | None:
        """The share done between 0 and 1, or None where the total is unknown."""
        return min(1.0, self.done / self.total) if self.total else None


Listener = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Listen and say nothing."""
