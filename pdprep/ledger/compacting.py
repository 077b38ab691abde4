"""What was taken of finished plans, sorted by id: one user's records are found without reading the rest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import polars as pl

from pdprep import platforms
from pdprep.ledger import contracts, integrity, leaving, record_files
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.record_files import POSITION, ROW_GROUP
from pdprep.ledger.rows import PlanRow
from pdprep.ledger.status import Status

_SAMPLED: Final = 64  # one id of so many tells where to cut


def compact(ledger: Ledger, dataset: str) -> None:
    """Sort what was taken of finished plans by id, so that the records of one user are found quickly."""
    # The plan goes last: after a kill at any line it is there, and is sorted unless what it became stands.
    for plan in ledger.journal.plans(dataset):
        if plan.status == Status.DONE and (ledger.plans / plan.file).exists():
            target = ledger.records(dataset) / plan.file
            if target.exists():
                if leaving.unread(target):
                    platforms.remove(ledger.plans / plan.file)
                    integrity.forget(ledger, ledger.plans / plan.file)
                continue
            with ledger.temporary() as folder:
                fresh = folder / target.name
                _sorted_by_id(ledger, plan, folder).sink_parquet(fresh, row_group_size=ROW_GROUP)
                integrity.settle(fresh)
                integrity.register(ledger, [(fresh, target)])
                platforms.replace(fresh, target)
            # From here on it is a copy for readers: nobody misses it, and damage to it stops nothing.
            integrity.forget(ledger, ledger.plans / plan.file)


def _sorted_by_id(ledger: Ledger, plan: PlanRow, folder: Path) -> pl.LazyFrame:
    """Write what was taken of a plan in files of a bounded number of records, and return them by id."""
    contract, files = contracts.loads(plan.contract), list[Path]()
    # Events go in the order of their users; of the others each id goes once, in any order.
    cuts = (
        record_files.call_cuts(ledger, plan) if contract.event_like else _ids_of(ledger, plan, contract.key)
    )
    for cut in cuts:
        found = record_files.taken(ledger, plan, cut).sort(contract.key, POSITION).collect()
        files.append(folder / f"sorted-{len(files):05d}.parquet")
        found.write_parquet(files[-1])
    return integrity.scan(files)


def _ids_of(ledger: Ledger, plan: PlanRow, key: str) -> Iterator[pl.Expr]:
    """Yield conditions that cut a plan into ranges of ids, in order."""
    ids = (
        record_files.read_plan(ledger, plan).select(pl.col(key).gather_every(_SAMPLED)).collect().to_series()
    )
    apart = 10 * record_files.CALLS // _SAMPLED
    # Ranges and not buckets: what is written range after range is in the order of ids as a whole.
    borders = ids.drop_nulls().sort().gather_every(apart, apart).unique(maintain_order=True).to_list()
    column = pl.col(key)
    for low, high in pairwise([None, *borders, None]):
        below = pl.lit(True) if high is None else column < high
        yield below.fill_null(True) if low is None else below & (column >= low)
