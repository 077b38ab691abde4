"""Users leave the ledger: records, plans, what was set aside, exports, and the reasons that may name them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from pdprep import platforms
from pdprep.ledger import contracts, integrity, record_files, remote_records
from pdprep.ledger.integrity import Damage
from pdprep.ledger.ledger import SCRATCH, VIEW, Ledger
from pdprep.ledger.rows import ImportRow

# Where a file of the ledger may hold a user: the field, and a source's own text of it.
USER: Final = "USER_ID"
COLUMNS: Final = (USER, f"__raw_{USER}")
# What a deletion does with each folder of the ledger, as docs/sending.md lists it.
COVERED: Final = {
    "records": "rewritten, in the bucket too", "plans": "rewritten",
    "quarantine": "rewritten", "exports": "rewritten",
    "standing": "removed", "verified": "removed", "scratch": "removed unless a running job holds it",
    "deletions": "ids removed with the end of the deletion; a keyed digest of each stays",
    "locks": "holds the names of jobs alone",
}  # fmt: skip
USER_DATASETS: Final = ("interactions", "users", "action_interactions")


def forget(ledger: Ledger, users: pl.Series) -> None:
    """Rewrite whatever holds records of these users; importing their frame again is no repetition then."""
    # What a kill leaves undone is found again: files are rewritten as long as a user is in them. Copies go
    # first, since nothing that they hold has to be looked at.
    for copies in ("verified", VIEW):
        platforms.remove_tree(ledger.folder / copies)
    ledger.sweep()
    _remove_unfinished(ledger)
    # What a job that runs has on its way is that job's.
    scratch = ledger.folder / SCRATCH
    files = [file for file in sorted(ledger.folder.rglob("*.parquet")) if scratch not in file.parents]
    changed = {file for file in files if _rewrite(ledger, file, users)}
    rows = [row for name in USER_DATASETS for row in ledger.journal.imports(name)]
    in_bucket = [row for row in rows if remote_records.known(ledger, row)]
    imports = {row.seq for row in in_bucket if _rewrite_remote(ledger, row, users)}
    with ledger.journal.database.transaction():
        for dataset in USER_DATASETS:
            _recount(ledger, dataset, changed, imports)
            _blank(ledger, dataset, changed)


def held(ledger: Ledger, users: pl.Series) -> dict[str, int]:
    """Return how many records of these users are kept, by dataset type."""
    asked = users.rename(USER).to_frame().lazy()
    counts = {}
    for name in USER_DATASETS:
        ids = [layer.select(USER) for layer in record_files.scan(ledger, name)[1]]
        if ids:
            found = pl.concat(ids).join(asked, on=USER, how="semi").select(pl.len())
            counts[name] = int(found.collect(engine="streaming").item())
    return counts


def known(ledger: Ledger, users: pl.Series) -> pl.Series:
    """Return the users of whom a record is kept.

    Args:
        ledger: The ledger of the dataset group.
        users: Distinct ids.
    """
    held = [layer for name in USER_DATASETS for layer in record_files.scan(ledger, name)[1]]
    if not held:
        return users.clear()
    ids = pl.concat([layer.select(USER) for layer in held])
    asked = users.rename(USER).to_frame().lazy()
    return asked.join(ids, on=USER, how="semi").collect(engine="streaming").to_series()


def _remove_unfinished(ledger: Ledger) -> None:
    """Remove what a killed process of an older pdprep left beside what it was to become."""
    for pattern in ("*.part", "*.fresh", "exports/*.csv"):
        for left in list(ledger.folder.rglob(pattern)):
            if (ledger.folder / SCRATCH) not in left.parents:
                platforms.remove(left)


def _rewrite(ledger: Ledger, file: Path, users: pl.Series) -> bool:
    if not integrity.readable(file):
        # What records are in is missed by name; of the rest, one that a kill cut off is nobody's any more.
        if integrity.known(ledger, file):
            found = integrity.damage(ledger, [file])
            raise integrity.error(found or Damage(file, "cannot be read"), _dataset(ledger, file))
        platforms.remove(file)
        return False
    frame = integrity.scan(file)
    holding = [name for name in COLUMNS if name in frame.collect_schema()]
    if not holding:
        return False
    gone = pl.any_horizontal(pl.col(name).is_in(users.implode()).fill_null(False) for name in holding)
    if not frame.select(gone.any()).collect().item():
        return False
    with ledger.temporary() as folder:
        fresh = folder / file.name
        frame.filter(~gone).sink_parquet(fresh, row_group_size=record_files.ROW_GROUP)
        integrity.settle(fresh)
        if integrity.known(ledger, file):
            integrity.register(ledger, [(fresh, file)])
        platforms.replace(fresh, file)
    return True


def _rewrite_remote(ledger: Ledger, row: ImportRow, users: pl.Series) -> bool:
    if found := remote_records.damage(ledger, row):
        raise integrity.error(found, row.dataset)
    gone = pl.col(USER).is_in(users.implode()).fill_null(False)
    return remote_records.rewrite(ledger, row, gone, record_files.ROW_GROUP)


def _dataset(ledger: Ledger, file: Path) -> str:
    """Return the dataset whose records a file holds."""
    if file.parent == ledger.plans:
        plans = (plan for name in USER_DATASETS for plan in ledger.journal.plans(name))
        return next((plan.dataset for plan in plans if plan.file == file.name), USER_DATASETS[0])
    return file.relative_to(ledger.folder / "records").parts[0]


def _recount(ledger: Ledger, dataset: str, changed: set[Path], imports: set[int]) -> None:
    folders = {file.parent for file in changed}
    replaced = {row.seq for row, _ in ledger.journal.replaced(dataset)}
    for row in ledger.journal.imports(dataset):
        if row.seq in replaced or row.status.in_vain:
            continue  # counts no more, and stays for a while for who has listed it
        if row.seq in imports or ledger.records(dataset) / row.folder in folders:
            key = contracts.loads(row.contract).key
            left = record_files.scan_import(ledger, row).select(pl.len(), pl.col(key).n_unique())
            rows, keys = left.collect(engine="streaming").row(0)
            # Without its fingerprint no later import is taken for the same one, of which this has less now.
            ledger.journal.change_import(row, rows=rows, keys=keys, fingerprint="")


def _blank(ledger: Ledger, dataset: str, changed: set[Path]) -> None:
    for plan in ledger.journal.plans(dataset):
        if changed & {ledger.plans / plan.file, ledger.records(dataset) / plan.file}:
            ledger.journal.blank_reasons(plan)
