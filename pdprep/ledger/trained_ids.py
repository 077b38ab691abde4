"""Which items, users or actions a training knew: those of records that were there when it began."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import polars as pl

from pdprep import platforms
from pdprep.contract.contract import Contract
from pdprep.ledger import contracts, effects, integrity, layers
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import ImportRow
from pdprep.ledger.view import FEW

ROW_GROUP: Final = 5_000


def subjects(ledger: Ledger, subject: str, at: datetime) -> pl.LazyFrame:
    """Return the distinct ids that records sent until then bear.

    An item is known to a model by its events as well as by its own record.

    Args:
        ledger: The ledger of the dataset group.
        subject: ITEM_ID, USER_ID or ACTION_ID.
        at: When the training began.
    """
    holders = [name for name in effects.SUBJECTS if subject in Contract.of(name).names]
    seen = [frame for name in holders for frame in _sent(ledger, name, subject, at)]
    return pl.concat([pl.LazyFrame(schema={subject: pl.String}), *seen]).unique()


def prepare(ledger: Ledger, dataset: str) -> None:
    """Write down the ids of large imports, so that the first look after a training need not wait for it."""
    for row in ledger.journal.layer(dataset):
        for subject in set(effects.SUBJECTS.values()) & set(contracts.loads(row.contract).columns):
            _of_import(ledger, row, subject)


def _sent(ledger: Ledger, dataset: str, subject: str, at: datetime) -> Iterator[pl.LazyFrame]:
    journal = ledger.journal
    for row in (*journal.layer(dataset), *journal.pending(dataset)):
        if layers.moment(row.ended or row.created) <= at:
            yield _of_import(ledger, row, subject)
    for plan in journal.plans(dataset):
        early = pl.col("SENT_AT") <= pl.lit(at).cast(effects.TIME)
        yield layers.scan_plan(ledger, plan).filter(early).select(subject)


def _of_import(ledger: Ledger, row: ImportRow, subject: str) -> pl.LazyFrame:
    """Return the ids of an import; those of a large one are written down once."""
    ids = layers.scan_import(ledger, row).select(subject)
    if row.rows <= FEW:
        return ids
    file = ledger.records(row.dataset) / row.folder / "known" / f"{subject}.parquet"
    if not integrity.readable(file):
        file.parent.mkdir(exist_ok=True)
        with ledger.temporary() as folder:
            fresh = folder / file.name
            # Sorted, so that a page reads the few groups that hold its ids.
            found = ids.unique().collect(engine="streaming").sort(subject)
            found.write_parquet(fresh, row_group_size=ROW_GROUP)
            platforms.replace(fresh, file)
    return integrity.scan(file)
