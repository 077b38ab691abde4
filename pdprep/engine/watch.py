"""Polars' work on a thread of its own, so that whoever listens hears how many rows have gone by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import polars as pl

from pdprep.engine.prefetch import Begun
from pdprep.progress import Listener, Progress

EVERY: Final = 0.25  # seconds between two reports
T = TypeVar("T")


class Tap:
    """Counts the rows that pass it in a streaming plan, and can stop the plan."""

    def __init__(self, total: int | None = None) -> None:
        self.total = total
        self._heights: list[int] = []
        self._stopped = False

    def on(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Return the frame with the tap at its end."""
        return frame.map_batches(self._batch, validate_output_schema=False, streamable=True)

    @property
    def rows(self) -> int:
        """The rows that have passed."""
        return sum(self._heights)

    @property
    def progress(self) -> Progress:
        """How far the plan has come; the total is None where the source does not tell."""
        return Progress("prepare", self.rows, self.total)

    def watch(self, work: Callable[[], T], listener: Listener) -> T:
        """Do the work and return its result; the listener is called on the caller's thread.

        Whatever the listener raises stops the plan at its next batch of rows.
        """
        # The caller's thread stays free to hear Ctrl-C; Polars gets a thread of its own.
        begun = Begun(work)
        try:
            while not begun.done(EVERY):
                listener(self.progress)
        except BaseException:
            self._stopped = True
            raise
        finally:
            begun.join()
        self.total = self.rows
        result = begun.result()
        listener(self.progress)
        return result

    def _batch(self, rows: pl.DataFrame) -> pl.DataFrame:
        if self._stopped:
            raise InterruptedError("stopped")
        # To append needs no lock, and no thread of Polars may wait for one.
        self._heights.append(rows.height)
        return rows
