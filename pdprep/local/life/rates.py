"""How many put calls a second a dataset group may make; off unless asked for. Source: guide, limits.

The models have no shape for it; the common errors of the API reference list ThrottlingException 400.
"""

from __future__ import annotations

from threading import Lock

from pdprep.local.life.clock import Clock
from pdprep.local.refusals import Refusal

# Calls a second for each dataset type; a bucket holds one second's worth.
CALLS = {"INTERACTIONS": 1000, "ACTION_INTERACTIONS": 1000, "ITEMS": 10, "USERS": 10, "ACTIONS": 10}


class Rates:
    """A token bucket for each dataset group and type."""

    def __init__(self, clock: Clock, on: bool) -> None:
        self._clock, self.on = clock, on
        self._left: dict[tuple[str, str], tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, group: str, kind: str) -> None:
        """Count one call or refuse it."""
        if not self.on:
            return
        now, most = self._clock.now(), CALLS[kind]
        with self._lock:
            left, since = self._left.get((group, kind), (float(most), now))
            left = min(float(most), left + (now - since) * most)
            # A refused call takes no token: a client that keeps asking is not kept out for it.
            self._left[group, kind] = (left - 1 if left >= 1 else left, now)
        if left < 1:
            raise Refusal("ThrottlingException", "Rate exceeded", 400)
