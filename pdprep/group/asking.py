"""Ask which records there are, by the ledger and by the service."""

from __future__ import annotations

import polars as pl

from pdprep import clock
from pdprep.contract import catalogue
from pdprep.contract.choices import DatasetType, ExportMode
from pdprep.contract.contract import Contract
from pdprep.group.connected import Connected
from pdprep.ledger import records
from pdprep.ledger.records import Records
from pdprep.personalize.exports import adoption
from pdprep.personalize.exports.export import export
from pdprep.personalize.exports.preview import Preview, preview
from pdprep.personalize.exports.verify import Verification, verify
from pdprep.personalize.jobs import history
from pdprep.personalize.jobs.history import Jobs
from pdprep.personalize.resources import trainings


class Asking(Connected):
    """Says what was sent, by which route, and what the service holds."""

    def records(self, dataset: DatasetType) -> Records:
        """Return the records of a dataset with ORIGIN, STATUS and EFFECT."""
        name = catalogue.dataset_name(dataset)
        training = trainings.training(
            self.environment, self._target.group(), clock.now(), self._target.ledger
        )
        return records.records(self._target.ledger, name, Contract.of(name, self.domain), training)

    def preview(self, user: str | None = None, item: str | None = None, *, count: int = 10) -> Preview:
        """Return what the local Personalize recommends, and when that changes: no claim about AWS."""
        return preview(self._target, user, item, count, clock.now())

    def jobs(self) -> Jobs:
        """Return every import, put and export, newest first."""
        return history.jobs(self._target)

    def verify(self, dataset: DatasetType) -> Verification:
        """Export both layers of a dataset and compare them with the ledger."""
        return verify(self._target, catalogue.dataset_name(dataset))

    def export(self, dataset: DatasetType, mode: ExportMode = "ALL") -> pl.LazyFrame:
        """Export a dataset: ``mode`` BULK, PUT or ALL; the frame can be prepared for another group."""
        return export(self._target, catalogue.dataset_name(dataset), mode.upper())[1]

    def adopt(self, dataset: DatasetType) -> Records:
        """Build the ledger of a dataset that others filled, from an export, and return its records."""
        name = catalogue.dataset_name(dataset)
        adoption.adopt(self._target, name)
        return self.records(name)
