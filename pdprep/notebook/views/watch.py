"""Watch a job: draw it as it goes on, at most five times a second, and leave static HTML at its end.

A view observes, it does not act: the job only sets an event, the drawing is done on a thread of its own, and
closing the view changes nothing.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from pdprep.notebook.views.meter import Meter
from pdprep.notebook.views.snapshot import Snapshot, take

if TYPE_CHECKING:
    from pdprep.personalize.jobs.job import Job

GAP: Final = 0.2  # seconds between two drawings: five a second
TICK: Final = 1.0  # seconds after which the elapsed time is drawn again


class Surface(Protocol):
    """Something a job can be drawn on."""

    def draw(self, shot: Snapshot) -> None:
        """Show a job that runs."""

    def end(self, shot: Snapshot) -> None:
        """Show a job that has ended, for good."""

    def answer(self) -> None:
        """Offer what one can click: the cell has ended, and the kernel answers again."""

    def clear(self) -> None:
        """Show nothing of the job: something else tells what became of it."""


class Watch:
    """Draw one job on one surface until it ends."""

    def __init__(self, job: Job, surface: Surface) -> None:
        self._job, self._surface = job, surface
        self._changed, self._left = threading.Event(), threading.Event()
        self._unsubscribe: Callable[[], None] = job.subscribe(lambda _: self._changed.set())
        # The kernel finds the cell that an output belongs to by a context variable, which a new thread lacks.
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._run,), name="pdprep-view", daemon=True
        )
        self._thread.start()

    def leave(self) -> None:
        """Stop watching; the job goes on."""
        self._left.set()
        self._changed.set()

    def answer(self) -> None:
        """Offer what one can click, unless the job has ended."""
        if not self._job.finished:
            self._surface.answer()

    def clear(self) -> None:
        """Take away what was drawn."""
        self.leave()
        self.join()
        self._surface.clear()

    def join(self, timeout: float = 5.0) -> None:
        """Wait until the last picture is drawn."""
        self._thread.join(timeout)

    def _run(self) -> None:
        meter = Meter()
        try:
            while not self._job.finished and not self._left.is_set():
                self._surface.draw(meter.read(take(self._job)))
                self._changed.wait(TICK)
                self._left.wait(GAP)  # what changes meanwhile is drawn with it
                self._changed.clear()
        finally:
            self._unsubscribe()
            self._surface.end(meter.read(take(self._job)))
