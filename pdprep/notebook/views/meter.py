"""How long each step took and how fast a put goes: measured, never assumed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pdprep import clock
from pdprep.notebook.views import cells
from pdprep.notebook.views.snapshot import Snapshot

WINDOW: Final = 20.0  # seconds that a rate is of: throttling shows soon, one slow call does not
LEAST: Final = 2.0  # seconds before there is something to say
MEASURED: Final = ("put",)  # elsewhere the end is near, or the service tells nothing


@dataclass(frozen=True, slots=True)
class Sample:
    """How far a phase was at one moment."""

    phase: str
    done: int
    at: float


class Meter:
    """Measure one job, picture by picture."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._samples: deque[Sample] = deque()
        self._began: dict[str, float] = {}

    def read(self, shot: Snapshot) -> Snapshot:
        """Return the picture with what each step took, and its pace: the rate of late, the time left at it.

        Nothing is printed under a fixed clock, nor before there is something to measure.
        """
        if clock.fixed():
            return shot
        over = shot.finished or shot.phase == "done"  # a job says so a moment before it has ended
        # A step begins when it is first seen and ends when the next one is; "" comes after the last.
        self._began.setdefault("" if over else shot.step, self._now())
        shot = replace(shot, took=tuple(self._took()))
        if shot.phase not in MEASURED or shot.finished:
            return shot
        self._add(Sample(shot.phase, shot.done, self._now()))
        first, last = self._samples[0], self._samples[-1]
        seconds, done = last.at - first.at, last.done - first.done
        if seconds < LEAST or done <= 0:
            return shot
        return replace(shot, pace=_words(done / seconds, shot))

    def _took(self) -> Iterator[tuple[str, float]]:
        """Yield the steps that were seen to end, each with its seconds."""
        for (name, start), (_, end) in pairwise(self._began.items()):
            yield name, end - start

    def _add(self, sample: Sample) -> None:
        if self._samples and self._samples[-1].phase != sample.phase:
            self._samples.clear()
        self._samples.append(sample)
        while sample.at - self._samples[0].at > WINDOW:
            self._samples.popleft()


def _words(rate: float, shot: Snapshot) -> str:
    speed = f"{rate:,.0f} {shot.unit} a second" if rate >= 10 else f"{rate:.1f} {shot.unit} a second"
    if not shot.total:
        return speed
    return f"{speed}, about {cells.elapsed((shot.total - shot.done) / rate)} left"
