"""Which items, users or actions a training knew: those of records that were there when it began.

A FULL import takes the records of earlier ones away, and not what a model has learnt of them: of what it
replaces, the ids stay for a while.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl

from pdprep import clock, platforms
from pdprep.contract.contract import Contract
from pdprep.errors import LedgerError
from pdprep.ledger import contracts, effects, integrity, leaving, record_files
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import ImportRow, moment
from pdprep.ledger.view import FEW

ROW_GROUP: Final = 5_000
# How long after its replacement the ids of an import are kept: a solution trains every 30 days at the least
# (solution-config-auto-training), and ids of every daily import of a year would be large.
KEPT: Final = 31 * 86_400


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
        for subject in _subjects(row):
            _of_import(ledger, row, subject)


def drop_replaced(ledger: Ledger, dataset: str) -> None:
    """Remove the records of imports that a FULL import has replaced; their ids are kept for a while."""
    oldest = clock.now().timestamp() - KEPT
    for row, until in ledger.journal.replaced(dataset):
        if until < oldest:
            record_files.drop_import(ledger, row)
            continue
        for subject in _subjects(row):
            if not integrity.readable(_file(ledger, row, subject)):
                with suppress(LedgerError):  # damaged records tell no ids, and are no longer needed
                    _write(ledger, row, subject)
        if leaving.let_go(ledger, row):
            record_files.drop_records(ledger, row)


def _sent(ledger: Ledger, dataset: str, subject: str, at: datetime) -> Iterator[pl.LazyFrame]:
    journal = ledger.journal
    for row in (*journal.layer(dataset), *journal.pending(dataset)):
        if moment(row.ended or row.created) <= at:
            yield _of_import(ledger, row, subject)
    for row, until in journal.replaced(dataset):
        # There when the training began, though a FULL import has replaced them since.
        if moment(row.ended or row.created) <= at < moment(until):
            file = _file(ledger, row, subject)
            if integrity.readable(file):
                yield integrity.scan(file)
    for plan in journal.plans(dataset):
        early = pl.col("SENT_AT") <= pl.lit(at).cast(effects.TIME)
        yield record_files.scan_plan(ledger, plan).filter(early).select(subject)


def _subjects(row: ImportRow) -> set[str]:
    return set(effects.SUBJECTS.values()) & set(contracts.loads(row.contract).columns)


def _of_import(ledger: Ledger, row: ImportRow, subject: str) -> pl.LazyFrame:
    """Return the ids of an import; those of a large one are written down once."""
    if row.rows <= FEW:
        return record_files.scan_import(ledger, row).select(subject)
    file = _file(ledger, row, subject)
    if not integrity.readable(file):
        _write(ledger, row, subject)
    return integrity.scan(file)


def _file(ledger: Ledger, row: ImportRow, subject: str) -> Path:
    return ledger.records(row.dataset) / row.folder / "known" / f"{subject}.parquet"


def _write(ledger: Ledger, row: ImportRow, subject: str) -> None:
    ids, file = record_files.scan_import(ledger, row).select(subject), _file(ledger, row, subject)
    file.parent.mkdir(parents=True, exist_ok=True)
    with ledger.temporary() as folder:
        fresh = folder / file.name
        # Sorted, so that a page reads the few groups that hold its ids.
        found = ids.unique().collect(engine="streaming").sort(subject)
        found.write_parquet(fresh, row_group_size=ROW_GROUP)
        platforms.replace(fresh, file)
