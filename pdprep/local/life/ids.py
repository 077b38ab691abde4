"""Names that no other call gets; seeded ones under a fixed clock, so that notebooks repeat to the letter."""

from __future__ import annotations

import itertools
import uuid

_SPACE = uuid.UUID(int=0)


class Ids:
    """Hand out ids.

    >>> Ids(seeded=True).tracking("arn") == Ids(seeded=True).tracking("arn")
    True
    """

    def __init__(self, seeded: bool = False) -> None:
        self._seeded = seeded
        self._count = itertools.count(1)

    def request(self) -> str:
        """Return a request id."""
        return str(uuid.uuid5(_SPACE, f"request {next(self._count)}") if self._seeded else uuid.uuid4())

    def tracking(self, owner: str) -> str:
        """Return the tracking id of an event tracker or an action interactions dataset."""
        return str(uuid.uuid5(_SPACE, owner) if self._seeded else uuid.uuid4())

    @staticmethod
    def fresh() -> str:
        """Return 32 hexadecimal digits for something nobody sees, such as a file."""
        return uuid.uuid4().hex
