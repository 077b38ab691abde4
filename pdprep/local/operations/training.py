"""Solutions and what follows them. Nothing is trained here; only the lists are provided so far."""

from __future__ import annotations

from pdprep.local.kinds import KINDS
from pdprep.local.operations.registry import OPERATIONS

UNTRAINED = ("metric-attribution", "solution", "solution-version", "campaign", "recommender")
LISTS = tuple(f"List{KINDS[name].plural}" for name in UNTRAINED)

assert all(name in OPERATIONS for name in LISTS)
