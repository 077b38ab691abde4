"""Hold back: an application shares the quotas, so calls go out no faster than a rate."""

from __future__ import annotations

import random
import threading
import time
from typing import Final

SLOWEST: Final = 0.5
LONGEST_SECONDS: Final = 20.0
FIRST_SECONDS: Final = 0.05


class Pace:
    """A token bucket of one second's calls for all threads that send; halved when the service throttles."""

    def __init__(self, rate: float | None) -> None:
        self.rate = rate
        self._tokens = rate or 0.0
        self._at = self._slowed = time.monotonic()
        self._guard = threading.Lock()

    def take(self, stop: threading.Event) -> None:
        """Wait until the next call may go, or until somebody wants to stop."""
        if self.rate is not None:
            stop.wait(self._reserve(self.rate))

    def slow(self) -> None:
        """Halve the rate, once for the calls that are throttled together."""
        with self._guard:
            now = time.monotonic()
            if self.rate is not None and now - self._slowed > 1 / self.rate:
                self.rate, self._slowed = max(SLOWEST, self.rate / 2), now

    def _reserve(self, rate: float) -> float:
        """Take a token and return in how many seconds it is there."""
        with self._guard:
            now = time.monotonic()
            self._tokens = min(rate, self._tokens + (now - self._at) * rate) - 1
            self._at = now
            return max(0.0, -self._tokens / rate)


def backoff(attempt: int) -> float:
    """Return seconds to wait before another attempt: full jitter, so that clients do not come back as one.

    >>> 0 <= backoff(3) <= 0.4
    True
    """
    return random.uniform(0, min(LONGEST_SECONDS, FIRST_SECONDS * 2**attempt))
