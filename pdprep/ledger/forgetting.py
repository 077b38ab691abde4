"""Users leave the ledger: records, plans, what was set aside, exports, and the reasons that may name them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import polars as pl

from pdprep.ledger import contracts, layers
from pdprep.ledger.ledger import STANDING, Ledger

# Where a file of the ledger may hold a user: the field, and a source's own text of it.
USER: Final = "USER_ID"
COLUMNS: Final = (USER, f"__raw_{USER}")
USER_DATASETS: Final = ("interactions", "users", "action_interactions")


def forget(ledger: Ledger, users: pl.Series) -> None:
    """Rewrite whatever holds records of these users; importing their frame again is no repetition then."""
    for copies in ("verified", STANDING):
        shutil.rmtree(ledger.folder / copies, ignore_errors=True)
    changed = {file for file in ledger.folder.rglob("*.parquet") if _rewrite(file, users)}
    with ledger.journal.database.transaction():
        for dataset in USER_DATASETS:
            _recount(ledger, dataset, changed)
            _blank(ledger, dataset, changed)


def known(ledger: Ledger, users: pl.Series) -> int:
    """Count the users of whom a record is kept.

    Args:
        ledger: The ledger of the dataset group.
        users: Distinct ids.
    """
    held = [layer for name in USER_DATASETS for layer in layers.scan(ledger, name)[1]]
    if not held:
        return 0
    ids = pl.concat([layer.select(USER) for layer in held])
    asked = users.rename(USER).to_frame().lazy()
    found = asked.join(ids, on=USER, how="semi").select(pl.len())
    return int(found.collect(engine="streaming").item())


def _rewrite(file: Path, users: pl.Series) -> bool:
    frame = pl.scan_parquet(file)
    holding = [name for name in COLUMNS if name in frame.collect_schema()]
    if not holding:
        return False
    gone = pl.any_horizontal(pl.col(name).is_in(users.implode()).fill_null(False) for name in holding)
    if not frame.select(gone.any()).collect().item():
        return False
    fresh = file.with_suffix(".fresh")
    frame.filter(~gone).sink_parquet(fresh, row_group_size=layers.ROW_GROUP)
    layers.settle(fresh)
    fresh.rename(file)
    return True


def _recount(ledger: Ledger, dataset: str, changed: set[Path]) -> None:
    for row in ledger.journal.imports(dataset):
        if ledger.records(dataset) / row.folder in {file.parent for file in changed}:
            key = contracts.loads(row.contract).key
            left = layers.scan_import(ledger, row).select(pl.len(), pl.col(key).n_unique())
            rows, keys = left.collect().row(0)
            ledger.journal.change_import(row, rows=rows, keys=keys, fingerprint="")


def _blank(ledger: Ledger, dataset: str, changed: set[Path]) -> None:
    for plan in ledger.journal.plans(dataset):
        if changed & {ledger.plans / plan.file, ledger.records(dataset) / plan.file}:
            ledger.journal.blank_reasons(plan)
