"""An actor that tasks tell how far they have come, and that the driver asks again and again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TaskProgress:
    """How far the tasks of a pass have come: rows done, and how many tasks run."""

    rows: int = 0
    running: int = 0


class ProgressActor:
    """Hears of rows by task, so that one that is done again is not counted twice.

    >>> actor = ProgressActor()
    >>> actor.tell(0, 10), actor.tell(1, 5), actor.end(0)
    (None, None, None)
    >>> actor.total()
    TaskProgress(rows=15, running=1)
    """

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._running: set[int] = set()

    def clear(self) -> None:
        """Forget all, as the tasks of the next phase begin."""
        self._rows.clear()
        self._running.clear()

    def tell(self, task: int, rows: int) -> None:
        """Hear that a task runs, and how many rows it has done."""
        self._running.add(task)
        self._rows[task] = rows

    def end(self, task: int) -> None:
        """Hear that a task is done."""
        self._running.discard(task)

    def total(self) -> TaskProgress:
        """Say how far all have come."""
        return TaskProgress(sum(self._rows.values()), len(self._running))
