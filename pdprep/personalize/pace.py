"""Hold back: an application shares the quotas, so calls go out no faster than a rate."""

from __future__ import annotations

import random
import threading
import time
from typing import Final

SLOWEST: Final = 0.5
LONGEST_SECONDS: Final = 20.0


class Pace:
    """A token bucket of one second's calls; halved when the service throttles."""

    def __init__(self, rate: float | None) -> None:
        self.rate = rate
        self._tokens = rate or 0.0
        self._at = time.monotonic()

    def take(self, stop: threading.Event) -> None:
        """Wait until the next call may go, or until somebody wants to stop."""
        if self.rate is None:
            return
        now = time.monotonic()
        self._tokens = min(self.rate, self._tokens + (now - self._at) * self.rate) - 1
        self._at = now
        if self._tokens < 0:
            stop.wait(-self._tokens / self.rate)

    def slow(self) -> None:
        """Halve the rate."""
        if self.rate is not None:
            self.rate = max(SLOWEST, self.rate / 2)


def backoff(attempt: int) -> float:
    """Return seconds to wait before another attempt: full jitter, so that clients do not come back as one.

    >>> 0 <= backoff(3) <= 4
    True
    """
    return random.uniform(0, min(LONGEST_SECONDS, 0.5 * 2**attempt))
