"""The clock every status is read from: ``instant``, ``auto`` or ``manual``."""

from __future__ import annotations

import math
import threading
import time
from datetime import UTC, datetime

PENDING_SECONDS = 0.4
PROGRESS_SECONDS = 1.0


class Clock:
    """Tell the time in seconds since 1970 and how long a resource stays pending and in progress.

    >>> Clock("instant").ready_after
    0.0
    """

    def __init__(self, mode: str = "auto", speed: float = 1.0, fixed: str = "") -> None:
        self.mode, self._speed = mode, speed
        # A manual clock counts the usual times in full: a test moves it by as much as it likes.
        pace = 0.0 if mode == "instant" else 1.0 / (speed if mode == "auto" else 1.0)
        self.pending, self.progress = PENDING_SECONDS * pace, PROGRESS_SECONDS * pace
        self._fixed = _seconds(fixed) if fixed else (time.time() if mode == "manual" else None)
        self._moved = threading.Condition()

    @property
    def ready_after(self) -> float:
        """Seconds from the request to the end of the shortest work."""
        return self.pending + self.progress

    def due(self, since: float, times: float = 1.0) -> float:
        """Return when work of ``times`` the usual length that began at ``since`` may end."""
        return since + self.pending + self.progress * times

    def lasting(self, seconds: float) -> float:
        """Return how long ``seconds`` of the service take here; nothing where statuses are instant."""
        return seconds * {"instant": 0.0, "manual": 1.0}.get(self.mode, 1.0 / self._speed)

    def now(self) -> float:
        """Return the time."""
        return time.time() if self._fixed is None else self._fixed

    def advance(self, seconds: float) -> float:
        """Move a manual clock forward and return the new time."""
        if self.mode != "manual" or self._fixed is None:
            raise ValueError(f"the clock is {self.mode}; only a manual clock can be advanced")
        with self._moved:
            self._fixed += seconds
            self._moved.notify_all()
        return self._fixed

    def wait_until(self, moment: float, stopped: threading.Event) -> None:
        """Return when the time has come or ``stopped`` is set; a clock that goes back adds nothing."""
        end = time.monotonic() + moment - self.now() if self._fixed is None else math.inf
        # Looks again after a fifth of a second at most: nothing wakes it when it is stopped, or when the
        # machine's clock is set.
        with self._moved:
            while self.now() < moment and time.monotonic() < end and not stopped.is_set():
                self._moved.wait(0.2 if self.mode == "manual" else min(0.2, max(0.001, moment - self.now())))


def _seconds(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
