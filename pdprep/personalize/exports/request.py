"""What somebody asked for: the records of a dataset, of one layer or of both."""

from __future__ import annotations

from dataclasses import dataclass

from pdprep.contract.contract import Contract
from pdprep.ledger.ledger import Ledger
from pdprep.personalize.resources.ensuring import Dataset
from pdprep.personalize.resources.target import Target


@dataclass(frozen=True)
class ExportRequest:
    """The records of a dataset that somebody asked for. ``mode``: BULK, PUT or ALL."""

    target: Target
    dataset: Dataset
    contract: Contract
    mode: str

    @property
    def ledger(self) -> Ledger:
        """The ledger that keeps the facts."""
        return self.target.ledger
