"""Progress while frames are checked: nothing where it takes half a second or nobody watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from IPython.core.interactiveshell import InteractiveShell

from pdprep import clock
from pdprep.engine.validate import checked_engine, validate
from pdprep.notebook import surroundings
from pdprep.notebook.views import names, surfaces
from pdprep.notebook.views.snapshot import Snapshot
from pdprep.notebook.views.watch import GAP, Surface
from pdprep.preparation.prepare import Prepared
from pdprep.progress import Progress
from pdprep.validation.report import Report

DELAY: Final = 0.5  # seconds before there is anything to see


def checked(prepared: Sequence[Prepared], shell: InteractiveShell, mode: str, engine: str) -> Report:
    """Hold frames to every rule and draw the progress; the report is shown in the notebook's own names."""
    with Checking(prepared, shell, mode) as listener:
        report = validate(*prepared, listener=listener, engine=checked_engine(engine))
    names.keep(report)
    return report


class Checking:
    """The listener of a check, which draws its progress; its block's end is the last picture."""

    def __init__(
        self,
        prepared: Sequence[Prepared],
        shell: InteractiveShell,
        mode: str,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._datasets = [each.dataset for each in prepared]
        self._shell, self._mode, self._now = shell, mode, now
        self._rows = [0]  # of each frame so far
        self._last = Progress("")
        self._surface: Surface | None = None
        self._start = now()
        self._next = self._start + DELAY if _watched(shell) else float("inf")

    def __enter__(self) -> Checking:
        return self

    def __call__(self, progress: Progress) -> None:
        """Take progress in, and draw it where the last picture is old enough."""
        # Frames are checked one after the other, and nothing names them: preparing begins again with the
        # next.
        if (self._last.phase, progress.phase) == ("validate", "prepare"):
            self._rows.append(0)
        self._last, self._rows[-1] = progress, progress.done
        if self._now() >= self._next:
            self._next = self._now() + GAP
            self._draw()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._surface:
            self._surface.end(self._shot("FAILED" if kind else "CHECKED", ", ".join(self._datasets)))

    def _draw(self) -> None:
        number = f" ({len(self._rows)} of {len(self._datasets)})" if len(self._datasets) > 1 else ""
        shot = self._shot("RUNNING", f"{self._datasets[len(self._rows) - 1]}{number}")
        if self._surface is None:
            self._surface = (
                surfaces.OutputSurface(shot, self._mode, self._shell)
                if surroundings.in_kernel(self._shell)
                else surfaces.TerminalSurface()
            )
        self._surface.draw(shot)

    def _shot(self, status: str, dataset: str) -> Snapshot:
        runs = status == "RUNNING"
        return Snapshot(
            dataset, "check", "", status, self._last.phase if runs else "done", self._last.done,
            self._last.total, self._last.unit, None if runs else sum(self._rows), "", not runs,
            seconds=None if clock.fixed() else self._now() - self._start,
        )  # fmt: skip


def _watched(shell: InteractiveShell) -> bool:
    if surroundings.in_kernel(shell):
        return surroundings.live(shell)
    return surfaces.TerminalSurface().moves
