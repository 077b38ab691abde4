"""Users who come back: filters forget a user of whom no event was imported for three months.

Source: developer guide, filter-expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl

from pdprep.engine.run import Batch
from pdprep.ledger import record_files
from pdprep.ledger.copartitioned import CoPartitioned
from pdprep.ledger.filters import FILTERS
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import moment
from pdprep.personalize.exports.compare import having, lacking
from pdprep.preparation.spread import BUCKET

USER: Final = "USER_ID"
_EARLY: Final = "__early"
_USER: Final = pl.col(USER).hash()  # 64 bits, as the report counts users


class Returning:
    """Counts the users of a frame whose latest event went so long ago that filters have forgotten them."""

    def __init__(self, ledger: Ledger, dataset: str, folder: Path, now: datetime) -> None:
        """Read who is in the ledger, where it is old enough for that to matter.

        Args:
            ledger: What was sent; events that others sent are unknown here.
            dataset: The dataset type.
            folder: An empty place for files.
            now: When.
        """
        self._found = 0
        self._counted: list[pl.Series] = []  # users of the pieces of a partition that is not over
        layers_then = list(_layers(ledger, dataset, now))
        self._sent = CoPartitioned(layers_then, USER, folder, [_USER, _EARLY]) if layers_then else None

    def update(self, batch: Batch) -> None:
        """Count the users of a batch."""
        if self._sent is None or not batch.rows.height:
            return
        sent = self._sent.upto(int(batch.rows[BUCKET][-1]), batch.whole)
        users = batch.rows.drop_nulls(USER).select(_USER).unique()
        back = having(users, sent.filter(_EARLY), [USER])
        # Who has a newer event too does not come back; who was in an earlier piece has been counted.
        fresh = lacking(
            back, pl.concat([sent.filter(~pl.col(_EARLY))[USER], *self._counted]).to_frame(), [USER]
        )
        self._found += fresh.height
        self._counted = [] if batch.whole else [*self._counted, users[USER]]

    def merge(self, other: Returning) -> None:
        """Take over what another pass, over other users, has found."""
        self._found += other._found

    @property
    def result(self) -> int:
        """How many users come back."""
        return self._found


def _layers(ledger: Ledger, dataset: str, now: datetime) -> Iterator[pl.LazyFrame]:
    """Yield the users of each layer, with whether they are old; nothing if none of them is."""
    months = FILTERS[dataset].months
    if months is None:
        return
    limit = pl.Series([now]).dt.offset_by(f"-{months}mo").item()
    journal = ledger.journal
    rows = [*ledger.journal.layer(dataset), *ledger.journal.pending(dataset)]
    imports = [(row, moment(row.ended or row.created)) for row in rows]
    plans = journal.plans(dataset)
    # Most ledgers are young: then nothing is read.
    if all(sent > limit for sent in (*(at for _, at in imports), *(moment(plan.created) for plan in plans))):
        return
    for row, at in imports:
        yield record_files.scan_import(ledger, row).select(USER, pl.lit(at <= limit).alias(_EARLY))
    for plan in plans:
        early = (pl.col("SENT_AT") <= pl.lit(limit)).alias(_EARLY)
        yield record_files.scan_plan(ledger, plan).select(USER, early)
