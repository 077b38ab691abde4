"""Build the ledger of a dataset that others filled, from an export of both layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from pdprep import clock
from pdprep.contract.contract import Contract
from pdprep.errors import LedgerError
from pdprep.ledger import compacting, contracts, record_files
from pdprep.ledger.id_partitions import partitions
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import SENT, CallRow, ImportRow, PlanRow
from pdprep.ledger.status import Status
from pdprep.personalize.exports.export import export
from pdprep.personalize.imports import following
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.puts import batches
from pdprep.personalize.resources.target import Target, binding


def adopt(target: Target, dataset: str) -> None:
    """Write down what an export shows of a dataset as sent at the time of its last import.

    Where files of its records are damaged, the export takes their place. Records of an unfinished put whose
    file is whole still wait to be sent.

    Raises:
        LedgerError: The ledger has records of this dataset already, and their files are whole.
        GroupError: There is no such dataset.
    """
    journal = target.ledger.journal
    lost = _lost(target.ledger, dataset)
    if not lost and (journal.layer(dataset) or journal.plans(dataset)):
        raise LedgerError(
            f"the ledger has records of {dataset} already",
            "a dataset that others filled, or records whose files are damaged",
            f'group.verify("{dataset}")',
        )
    job, bulk = export(target, dataset, "BULK")
    _, put = export(target, dataset, "PUT")
    contract = target.deployed(dataset) or Contract.of(dataset, target.domain)
    group, since = target.group(), following.last_active(target, dataset)
    with target.ledger.temporary() as folder:
        sizes = _write(folder / "records", bulk, contract) if since is not None else []
        # All of it is there at once or none of it: a half of what was found would count as all.
        with journal.database.transaction():
            if group is not None:
                journal.bind(binding(group))
            for row in lost:
                journal.lose(row)
            if since is not None:
                _file_bulk(target, contract, folder / "records", sizes, job, since)
            _file_put(target, contract, put, job)
    for row in lost:
        record_files.drop(target.ledger, row)
    compacting.compact(target.ledger, dataset)


def _lost(ledger: Ledger, dataset: str) -> list[ImportRow | PlanRow]:
    """Return what an export takes the place of, where a file of a dataset is damaged; else nothing."""
    imports, plans = ledger.journal.layer(dataset), ledger.journal.plans(dataset)
    rows: list[ImportRow | PlanRow] = [*imports, *plans]
    # Every file is read again: whoever adopts has reason not to trust size and time.
    broken = [row for row in rows if record_files.damage(ledger, row, thorough=True)]
    waiting = [plan for plan in plans if plan.status == Status.OPEN and plan not in broken]
    return [row for row in rows if row not in waiting] if broken else []


def _write(folder: Path, rows: pl.LazyFrame, contract: Contract) -> list[tuple[int, int]]:
    """Write the records of the bulk layer, and return rows and distinct ids of each file."""
    folder.mkdir()
    sizes = []
    for number, (cut,) in enumerate(partitions([rows], contract.key)):
        found = cut.collect()
        record_files.write_records(folder, number, found, contract)
        sizes.append((found.height, found[contract.key].n_unique()))
    return sizes


def _file_bulk(
    target: Target, contract: Contract, folder: Path, sizes: list[tuple[int, int]], job: Job, since: float
) -> None:
    values: dict[str, Any] = {
        "job": job.id, "dataset": contract.dataset, "mode": "FULL", "name": f"adopted-{job.id}",
        "fingerprint": "", "contract": contracts.dumps(contract), "created": since, "ended": since,
        "rows": sum(rows for rows, _ in sizes), "keys": sum(keys for _, keys in sizes),
        "status": Status.ACTIVE,
    }  # fmt: skip
    record_files.file_import(target.ledger, target.ledger.journal.new_import(values), folder)


def _file_put(target: Target, contract: Contract, rows: pl.LazyFrame, job: Job) -> None:
    """File the put layer as one plan that has been answered in full."""
    put = batches.put_contract(contract)
    # With digests as of a put, so that a later put of the same records knows them to the letter.
    frame = batches.plan(put, rows.collect())
    if frame.is_empty():
        return
    journal = target.ledger.journal
    plan = record_files.file_plan(target.ledger, job.id, put, frame, "")
    journal.answer(CallRow(plan.seq, 0, frame.height - 1, SENT, "", clock.now().timestamp()))
    journal.finish_plan(plan)
