"""The rate limiter of a put: an application shares the quotas, so calls go out no faster than a rate."""

from __future__ import annotations

import random
import threading
import time
from typing import Final

SLOWEST: Final = 0.5
LONGEST_SECONDS: Final = 20.0
FIRST_SECONDS: Final = 0.05


class RateLimiter:
    """A token bucket of one second's calls for all calls of a put; halved when the service throttles."""

    def __init__(self, rate: float | None) -> None:
        self.rate = rate
        self._tokens = rate or 0.0
        self._at = self._slowed = time.monotonic()
        self._guard = threading.Lock()

    def reserve(self) -> float:
        """Take the token of the next call and return in how many seconds it is there."""
        with self._guard:
            if self.rate is None:
                return 0.0
            # The count may go below zero: each caller owns a token that is still to come, and waits for it
            # alone, so calls leave one by one and none is overtaken for ever.
            now = time.monotonic()
            self._tokens = min(self.rate, self._tokens + (now - self._at) * self.rate) - 1
            self._at = now
            return max(0.0, -self._tokens / self.rate)

    def slow(self) -> None:
        """Halve the rate, once for the calls that are throttled together."""
        with self._guard:
            now = time.monotonic()
            # Calls in flight are throttled together; each of them halving the rate would stop the put.
            if self.rate is not None and now - self._slowed > 1 / self.rate:
                self.rate, self._slowed = max(SLOWEST, self.rate / 2), now


def backoff(attempt: int) -> float:
    """Return seconds to wait before another attempt: full jitter, so that clients do not come back as one.

    >>> 0 <= backoff(3) <= 0.4
    True
    """
    return random.uniform(0, min(LONGEST_SECONDS, FIRST_SECONDS * 2**attempt))
