"""The client's clock and its ids: real ones, or fixed ones under ``PDPREP_CLOCK``.

With ``PDPREP_CLOCK=2026-01-01T00:00:00Z`` every time is that time and ids are a seeded sequence, so that
a notebook's outputs stay equal to the letter.
"""

from __future__ import annotations

import itertools
import os
import uuid
from datetime import UTC, datetime

_sequence = itertools.count(1)


def now() -> datetime:
    """Return the time in UTC."""
    text = os.environ.get("PDPREP_CLOCK")
    return datetime.fromisoformat(text).astimezone(UTC) if text else datetime.now(UTC)


def fixed() -> bool:
    """Say whether the clock stands still (elapsed times and rates are then not printed)."""
    return bool(os.environ.get("PDPREP_CLOCK"))


def new_id() -> str:
    """Return 32 hexadecimal digits that no other call returns.

    >>> len(new_id())
    32
    """
    return f"{next(_sequence):032x}" if fixed() else uuid.uuid4().hex
