"""One call of an operation: the state it works on, the client's region, the members given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pdprep.local.settings import ACCOUNT
from pdprep.local.state import State


@dataclass(frozen=True)
class Call:
    """One call."""

    state: State
    region: str
    given: dict[str, Any]

    def arn(self, tail: str) -> str:
        """Return an ARN of the client's region and the local account."""
        return f"arn:aws:personalize:{self.region}:{ACCOUNT}:{tail}"
