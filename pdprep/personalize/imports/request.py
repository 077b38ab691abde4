"""What somebody asked for: a frame into a dataset in bulk, and what may happen to what is there."""

from __future__ import annotations

from dataclasses import dataclass

from pdprep.engine.validate import Engine
from pdprep.ledger.ledger import Ledger
from pdprep.personalize.resources.target import Target
from pdprep.preparation.prepare import Prepared


@dataclass(frozen=True)
class ImportRequest:
    """An import into a dataset.

    Attributes:
        mode: FULL or INCREMENTAL.
        replace: Whether a FULL import may replace bulk records.
        shrink: Whether it may leave less than 90 % of them.
        keep: Whether the staged parts stay in S3 once the import is ACTIVE.
        engine: local, or ray, whose tasks send the parts.
    """

    target: Target
    prepared: Prepared
    mode: str
    replace: bool = False
    shrink: bool = False
    keep: bool = False
    engine: Engine = "local"

    @property
    def ledger(self) -> Ledger:
        """The ledger that keeps the facts."""
        return self.target.ledger
