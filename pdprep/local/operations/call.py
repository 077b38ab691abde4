"""One call of an operation: the state it works on, the client's region, the members given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pdprep.local.settings import ACCOUNT
from pdprep.local.state import ServerState


@dataclass(frozen=True)
class OperationCall:
    """One call."""

    state: ServerState
    region: str
    given: dict[str, Any]
    jobs: list[str] = field(default_factory=list)

    def launch(self, arn: str) -> None:
        """Begin a job once the operation's changes are stored."""
        self.jobs.append(arn)

    def arn(self, tail: str) -> str:
        """Return an ARN of the client's region and the local account."""
        return f"arn:aws:personalize:{self.region}:{ACCOUNT}:{tail}"
