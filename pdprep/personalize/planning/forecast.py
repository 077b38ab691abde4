"""What a pass finds out for a plan: size, calls, and how the records compare with the ledger's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pdprep import clock
from pdprep.engine.aggregates import CsvSize, PutCalls
from pdprep.engine.run import Batch
from pdprep.ledger import deleted_users, forgetting, record_files
from pdprep.ledger.copartitioned import CoPartitioned
from pdprep.ledger.ledger import Ledger
from pdprep.personalize.aws.quotas import quota
from pdprep.personalize.planning.diff import Difference, Tracker
from pdprep.personalize.planning.returning import Returning
from pdprep.personalize.puts import filling
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.spread import BUCKET
from pdprep.validation.report import Report


@dataclass(frozen=True, slots=True)
class Effort:
    """Put calls, bytes of an import, and distinct ids."""

    calls: int
    bytes: int
    keys: int


class Forecast:
    """The aggregates of a plan, over the batches of one pass.

    Attributes:
        difference: How the records compare with what was sent, filled in where that is asked for.
        returning: Users whose earlier events filters have forgotten.
        deleted: Records of users who have been deleted.
    """

    def __init__(
        self, ledger: Ledger, prepared: Prepared, tracker: Tracker | None, fill: bool, folder: Path
    ) -> None:
        self._ledger, self._contract, self._fill = ledger, prepared.contract, fill
        self._calls = PutCalls(prepared.contract, quota("records_a_call"))
        self._bytes = CsvSize(prepared.contract)
        _, held = record_files.scan(ledger, prepared.dataset)
        self.difference = Difference(prepared.contract, held, folder / "sent", tracker)
        self.returning = Returning(ledger, prepared.dataset, folder / "users", clock.now())
        self._absent = filling.absent(prepared)
        # What a put fills in has been taken; what may become null is also on its way.
        known = filling.needed(ledger, prepared.contract, self._absent, held if not fill else None)
        self._known = CoPartitioned(known, prepared.contract.key, folder / "known") if self._absent else None
        self._nulled, self.deleted = Counter[str](), 0
        self._counted: list[pl.DataFrame] = []  # ids of the pieces of a partition that is not over

    def update(self, batch: Batch) -> None:
        """Take the next records."""
        for each in (self._calls, self._bytes, self.returning):
            each.update(batch)
        if self._contract.dataset in forgetting.USER_DATASETS:
            users = batch.rows[forgetting.USER]
            self.deleted += int(users.is_in(deleted_users.among(self._ledger, users).implode()).sum())
        if self._known and batch.rows.height:
            known = [self._known.upto(int(batch.rows[BUCKET][-1]), batch.whole).lazy()]
            batch = self._filled(batch, known) if self._fill else self._nulls(batch, known)
        self.difference.update(batch)

    def size(self, report: Report) -> Effort:
        """Return what either route takes."""
        ids = report.known[self._contract.dataset].summary.ids
        return Effort(self._calls.result, self._bytes.result, ids)

    @property
    def nulled(self) -> Mapping[str, int]:
        """The fields that would become null, and of how many ids."""
        return self._nulled

    def _filled(self, batch: Batch, known: list[pl.LazyFrame]) -> Batch:
        key, rows = self._contract.key, batch.rows.lazy()
        found = filling.known(self._ledger, self._contract, rows, self._absent, known)
        return batch.over(filling.filled(rows, found, key, self._absent).collect())

    def _nulls(self, batch: Batch, known: list[pl.LazyFrame]) -> Batch:
        key = self._contract.key
        ids = batch.rows.select(key).unique()
        # An id may be in several pieces of a partition, and is counted with the first.
        fresh = ids.join(pl.concat(self._counted), on=key, how="anti") if self._counted else ids
        self._nulled.update(filling.lost(known, self._contract, fresh.lazy(), self._absent))
        self._counted = [] if batch.whole else [*self._counted, ids]
        return batch
