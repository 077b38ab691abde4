"""Export a dataset: the one way to ask the service which records are bulk and which were put."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from pdprep.contract import catalogue
from pdprep.contract.contract import Contract
from pdprep.errors import GroupError, InputError
from pdprep.ledger.status import Status
from pdprep.personalize.exports import files
from pdprep.personalize.exports.creating import created
from pdprep.personalize.exports.request import ExportRequest
from pdprep.personalize.imports import uploads
from pdprep.personalize.jobs import queue
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.jobs.kind import JobKind
from pdprep.personalize.resources.ensuring import Dataset, ensure_bucket, find_dataset
from pdprep.personalize.resources.polling import failure, settled
from pdprep.personalize.resources.target import Target

MODES: Final = ("BULK", "PUT", "ALL")
RESOURCE: Final = "dataset_export_job"


def export(target: Target, dataset: str, mode: str) -> tuple[Job, pl.LazyFrame]:
    """Export a dataset and return the job and the records.

    Args:
        target: The dataset group.
        dataset: The dataset type.
        mode: BULK, PUT or ALL.

    Raises:
        InputError: No such mode, or the dataset is one that the service does not export.
        GroupError: There is no such dataset.
        ServiceError: The export failed.
    """
    if mode not in MODES:
        raise InputError(f"mode={mode!r}", f"one of {', '.join(MODES)}", 'mode="ALL"')
    if dataset in catalogue.CUSTOM_ONLY:
        raise InputError(
            f"an export of {dataset}",
            "interactions, items or users: the service exports no actions (developer guide, export-data)",
            f'group.records("{dataset}").frame  # what this ledger has sent',
        )
    contract, found = _dataset(target, dataset)
    job = queue.begin(KIND, ExportRequest(target, found, contract, mode), queue=False)
    job.wait()
    return job, files.scan(target.ledger, job.id)


def run(asked: ExportRequest, job: Job) -> None:
    """Let the service export, and file what it has written."""
    target = asked.target
    job.update(status=Status.RUNNING, phase="export")
    ensure_bucket(target.environment)
    arn, prefix = created(asked, job)

    def on_answer(found: dict[str, Any]) -> None:
        job.update(status=found["status"])

    found = settled(target.environment, RESOURCE, arn, on_answer=on_answer, stop=job.stopping)
    if found["status"] != Status.ACTIVE:
        hint = "group.check() tells whether the role may write to the bucket"
        raise failure(f"the export {job.name}", found, "ACTIVE", hint)
    keys = uploads.keys_below(target.environment, prefix)
    # The ledger's copy is there before the bucket's goes, which holds people's data.
    rows = files.file_export(target.ledger, target.environment, keys, asked.contract, job.id)
    uploads.remove(target.environment, keys)
    job.update(phase="done", rows=rows, done=rows, total=rows)


def _dataset(target: Target, dataset: str) -> tuple[Contract, Dataset]:
    group = target.group()
    found = find_dataset(target.environment, group.arn, dataset) if group else None
    contract = target.deployed(dataset)
    if found is None or contract is None:
        raise GroupError(
            f"the dataset group {target.name} has no dataset {dataset}",
            "a dataset that something was imported into",
            f'group.bulk(group.prepare(frame, "{dataset}"))',
        )
    return contract, found


# Nothing is left to go on with: it is quicker to export again.
KIND: Final = JobKind[ExportRequest](
    lambda asked: asked.ledger.journal.new_job(asked.dataset.kind, "export", asked.mode),
    lambda asked, job, before: run(asked, job),
    lambda target, row: None,
    again=lambda job: f'group.export("{job.dataset}", "{job.mode}")',
)
