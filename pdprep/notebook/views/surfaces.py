"""What a job is drawn on: a live widget, an output that is replaced, a line in a terminal."""

from __future__ import annotations

import shutil
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, TextIO

import ipywidgets  # type: ignore[import-untyped]  # ships no types
from IPython.core.interactiveshell import InteractiveShell

from pdprep.notebook.views import job_html, report
from pdprep.notebook.views.output import NOTHING, Output, live
from pdprep.notebook.views.snapshot import Snapshot, line, take
from pdprep.notebook.views.watch import Surface

if TYPE_CHECKING:
    from pdprep.personalize.jobs.job import Job

WIDTH: Final = 20  # characters of a bar in a terminal


def bundle(shot: Snapshot, mode: str, *, moving: bool = False) -> dict[str, Any]:
    """Return a job's picture in every form that the mode allows."""
    found: dict[str, Any] = {"text/plain": words(shot)}
    if mode != "text":
        found["text/html"] = job_html.moving(shot) if moving else job_html.static(shot)
    return found


def words(shot: Snapshot) -> str:
    """Return a job's line, what went wrong, and the report that stopped it."""
    broken = [str(report.in_own_names(shot.report))] if shot.report and not shot.report.ok else []
    return "\n".join([line(shot), *shot.trouble, *broken])


class OutputSurface:
    """An output that is replaced through its display id: the live form without widgets."""

    def __init__(self, shot: Snapshot, mode: str, shell: InteractiveShell) -> None:
        self._mode = mode
        self._output = Output(shell, bundle(shot, mode, moving=True))

    def draw(self, shot: Snapshot) -> None:
        """Show a job that runs."""
        self._output.update(bundle(shot, self._mode, moving=True))

    def end(self, shot: Snapshot) -> None:
        """Show how it ended."""
        self._output.update(bundle(shot, self._mode))

    def answer(self) -> None:
        """Offer nothing: without widgets there is nothing to click."""

    def clear(self) -> None:
        """Empty the output."""
        self._output.update(NOTHING)


class WidgetSurface(OutputSurface):
    """The same with a button below it, in an output of its own: what is saved meanwhile stays readable.

    A saved widget cannot be shown without its kernel, so only the button is one, and it goes at the end.
    """

    def __init__(self, job: Job, shell: InteractiveShell) -> None:
        super().__init__(take(job), "html", shell)
        self._job, self._button = job, None
        self._guard, self._over = threading.Lock(), False  # the cell's thread answers, the view's ends
        # The place of the button: a cell that runs keeps the kernel from hearing clicks, so it comes later.
        self._below = Output(shell, NOTHING)

    def draw(self, shot: Snapshot) -> None:
        """Show a job that runs."""
        super().draw(shot)
        if self._button is not None:
            self._button.description = job_html.button(shot)

    def answer(self) -> None:
        """Show the button."""
        shot = take(self._job)
        with self._guard:
            if self._over:
                return
            button = ipywidgets.Button(description=job_html.button(shot), tooltip=shot.title)
            button.on_click(lambda _: self._job.stop())
            button.add_class("pdprep-live")  # without its model its place is hidden: see style.css
            self._button = button
            self._below.update(live(button))

    def end(self, shot: Snapshot) -> None:
        """Show how it ended, and take the button away."""
        super().end(shot)
        with self._guard:
            self._over = True
            if self._button is not None:
                self._below.update(NOTHING)
                self._button.close()


class TerminalSurface:
    """One line that is written over itself; where the output is no terminal, the last line alone."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self.moves = self._stream.isatty()
        self._width = 0

    def draw(self, shot: Snapshot) -> None:
        """Show a job that runs, in one row: what goes on into a second one could not be written over."""
        if self.moves:
            self._over(f"{text_bar(shot)} {line(shot)}"[: shutil.get_terminal_size().columns - 1])

    def end(self, shot: Snapshot) -> None:
        """Show how it ended."""
        first, *more = words(shot).split("\n")
        if self.moves:
            self._over(first)
            first = ""
        self._write("\n".join([first, *more, ""]))

    def answer(self) -> None:
        """Offer nothing: there is nothing to click."""

    def clear(self) -> None:
        """Leave the last line as it is: what is written in a terminal stays."""

    def _over(self, text: str) -> None:
        """Write a line over the last one: what that had more is blanked."""
        self._write(f"\r{text:<{self._width}}")
        self._width = len(text)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def text_bar(shot: Snapshot) -> str:
    """Return a bar of characters, or a wait sign where nobody knows the share."""
    if shot.share is None:
        return "[" + "…".center(WIDTH) + "]"
    filled = round(shot.share * WIDTH)
    return "[" + "#" * filled + "-" * (WIDTH - filled) + "]"


def choose(job: Job, mode: str, *, live: bool, shell: InteractiveShell) -> Surface | None:
    """Return what to draw a running job on, or None where nobody sees it before its end."""
    if not hasattr(shell, "kernel"):
        return TerminalSurface()
    if not live:
        return None
    return WidgetSurface(job, shell) if mode == "widget" else OutputSurface(take(job), mode, shell)
