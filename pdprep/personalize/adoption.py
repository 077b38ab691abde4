"""Build the ledger of a dataset that others filled, from an export of both layers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl

from pdprep import clock
from pdprep.contract.contract import Contract
from pdprep.errors import LedgerError
from pdprep.ledger import contracts, layers
from pdprep.ledger.rows import ACTIVE, SENT, CallRow
from pdprep.ledger.shares import shares
from pdprep.personalize import batches
from pdprep.personalize.clients import pages
from pdprep.personalize.export import export
from pdprep.personalize.jobs import Job
from pdprep.personalize.resources import find_dataset
from pdprep.personalize.target import Target, binding


def adopt(target: Target, dataset: str) -> None:
    """Write down what an export shows of a dataset as sent at the time of its last import.

    Raises:
        LedgerError: The ledger has records of this dataset already.
        GroupError: There is no such dataset.
    """
    journal = target.ledger.journal
    if journal.layer(dataset) or journal.plans(dataset):
        raise LedgerError(
            f"the ledger has records of {dataset} already",
            "a dataset that others filled",
            f'group.verify("{dataset}") names what others sent',
        )
    job, bulk = export(target, dataset, "BULK")
    _, put = export(target, dataset, "PUT")
    contract = target.deployed(dataset) or Contract.of(dataset, target.domain)
    group = target.group()
    if group is not None:
        journal.bind(binding(group))
    since = _last_import(target, dataset)
    if since is not None:
        _file_bulk(target, contract, bulk, job, since)
    _file_put(target, contract, put, job)


def _last_import(target: Target, dataset: str) -> float | None:
    """Return when the last import of a dataset became ACTIVE, in seconds since 1970."""
    group = target.group()
    found = find_dataset(target.world, group.arn, dataset) if group else None
    if found is None:
        return None
    jobs = pages(target.world, "list_dataset_import_jobs", "datasetImportJobs", datasetArn=found.arn)
    times = [job["lastUpdatedDateTime"].timestamp() for job in jobs if job["status"] == ACTIVE]
    return max(times, default=None)


def _file_bulk(target: Target, contract: Contract, rows: pl.LazyFrame, job: Job, since: float) -> None:
    folder = target.ledger.scratch(f"{job.id}-adopted")
    sizes = [
        _write(folder, number, cut, contract) for number, (cut,) in enumerate(shares([rows], contract.key))
    ]
    values: dict[str, Any] = {
        "job": job.id, "dataset": contract.dataset, "mode": "FULL", "name": f"adopted-{job.id}",
        "fingerprint": "", "contract": contracts.dumps(contract), "created": since, "ended": since,
        "rows": sum(rows for rows, _ in sizes), "keys": sum(keys for _, keys in sizes), "status": ACTIVE,
    }  # fmt: skip
    layers.file_import(target.ledger, target.ledger.journal.new_import(values), folder)
    shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, number: int, rows: pl.LazyFrame, contract: Contract) -> tuple[int, int]:
    found = rows.collect()
    layers.write_records(folder, number, found, contract)
    return found.height, found[contract.key].n_unique()


def _file_put(target: Target, contract: Contract, rows: pl.LazyFrame, job: Job) -> None:
    """File the put layer as one plan that has been answered in full."""
    put = batches.put_contract(contract)
    frame = batches.plan(put, rows.collect())
    if frame.is_empty():
        return
    journal = target.ledger.journal
    plan = layers.file_plan(target.ledger, job.id, put, frame, "")
    journal.answer(CallRow(plan.seq, 0, frame.height - 1, SENT, "", clock.now().timestamp()))
    journal.finish_plan(plan)
    layers.compact(target.ledger, contract.dataset)
