"""Follow import jobs to their end, and settle what an earlier process left behind."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from pdprep import clock
from pdprep.errors import ImportFailed, ServiceError
from pdprep.ledger import leaving, records, trained_ids
from pdprep.ledger.rows import ImportRow, JobRow
from pdprep.ledger.status import Status
from pdprep.personalize.aws.client import Environment, pages
from pdprep.personalize.imports import uploads
from pdprep.personalize.jobs import failures, suspects
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.resources.ensuring import find_dataset
from pdprep.personalize.resources.polling import describe, settled
from pdprep.personalize.resources.target import Target

KIND = "dataset_import_job"


def follow(target: Target, row: ImportRow, job: Job) -> ImportRow:
    """Follow the import of a job until it is ACTIVE.

    Raises:
        ImportFailed: It failed; ``.reason`` is the service's.
        Stopped: Somebody stopped the job; the import goes on.
    """
    job.update(phase="import", done=0, total=None, unit="records", arn=row.arn, name=row.name, rows=row.rows)

    def on_answer(found: dict[str, Any]) -> None:
        job.update(status=found["status"])

    row = finish(
        target, row, settled(target.environment, KIND, row.arn, on_answer=on_answer, stop=job.stopping)
    )
    if row.status != Status.ACTIVE:
        raise failed(target, row)
    with suppress(Exception):  # a copy for speed; the import is ACTIVE all the same
        records.refresh(target.ledger, row.dataset)
    job.update(status=Status.ACTIVE, phase="done", done=row.rows, total=row.rows, note="")
    return row


def finish(target: Target, row: ImportRow, found: dict[str, Any]) -> ImportRow:
    """Write down how an import ended, and tidy up after it."""
    journal = target.ledger.journal
    ended = found["lastUpdatedDateTime"].timestamp()
    # The service's word first: tidying up may be cut off, and is worth less than to know how it ended.
    row = journal.change_import(
        row, status=found["status"], reason=found.get("failureReason", ""), ended=ended
    )
    if row.status == Status.ACTIVE:
        trained_ids.drop_replaced(target.ledger, row.dataset)
        if not row.keep:
            discard(target.environment, row)
    else:
        suspects.keep(target.ledger, row)
    leaving.drop_failed(target.ledger, row.dataset)
    return row


def failed(target: Target, row: ImportRow) -> ImportFailed:
    """Return the error of an import that the service gave up."""
    meant = suspects.told(target.ledger, row)
    return ImportFailed(
        f"the import {row.name} ended in {row.status}: {row.reason or 'no reason given'}",
        f"ACTIVE; its files are kept in {uploads.location(target.environment, row.location)}/{meant}",
        f'group.bulk(frame, mode="{row.mode}")  # once what the reason names is fixed',
        reason=row.reason,
    )


def settle(target: Target, job: Job) -> None:
    """Follow the imports that other jobs left unfinished on this dataset: this one comes after them."""
    for row in target.ledger.journal.pending(job.dataset):
        if row.job == job.id:
            continue
        job.update(note=f"waits for the import {row.name}")
        row = known(target, row)
        if row.status.pending:
            found = settled(target.environment, KIND, row.arn, stop=job.stopping)
            row = finish(target, row, found)
        record(target, row)
    job.update(note="")


def known(target: Target, row: ImportRow) -> ImportRow:
    """Return an import with its ARN; one whose creation never reached the service is INTERRUPTED."""
    if row.arn:
        return row
    # The process ended between the call and its reply: the service may have the job under the name that was
    # written down before the call, and if it has not, the call never came.
    group = target.group()
    dataset = find_dataset(target.environment, group.arn, row.dataset) if group else None
    arn = find_job(target.environment, dataset.arn, row.name) if dataset else None
    if arn:
        return target.ledger.journal.change_import(row, arn=arn)
    return abandon(target, row)


def abandon(target: Target, row: ImportRow) -> ImportRow:
    """Give up an import that was never created, and delete its parts."""
    discard(target.environment, row)
    with suppress(ServiceError):
        uploads.abort_broken(target.environment, row.location)
    row = target.ledger.journal.change_import(row, status=Status.INTERRUPTED, files="[]")
    leaving.drop_failed(target.ledger, row.dataset)
    return row


def discard(environment: Environment, row: ImportRow) -> None:
    """Delete the parts of an import from S3."""
    keys = json.loads(row.files)
    if keys:
        # What cannot be deleted now costs a little storage; the import itself is not worse for it.
        with suppress(ServiceError):
            uploads.remove(environment, keys)


def find_job(environment: Environment, dataset_arn: str, name: str) -> str | None:
    """Return the ARN of the import job of that name, or None."""
    jobs = pages(environment, "list_dataset_import_jobs", "datasetImportJobs", datasetArn=dataset_arn)
    return next((str(job["datasetImportJobArn"]) for job in jobs if job["jobName"] == name), None)


def update_once(target: Target, row: ImportRow) -> ImportRow:
    """Bring an import of an ended process up to date without waiting for it."""
    row = known(target, row)
    if not row.status.pending:
        return row
    found = describe(target.environment, KIND, row.arn)
    if Status(found["status"]).terminal:
        return finish(target, row, found)
    return target.ledger.journal.change_import(row, status=found["status"])


def last_active(target: Target, dataset: str) -> float | None:
    """Return when the last import of a dataset became ACTIVE, in seconds since 1970."""
    group = target.group()
    found = find_dataset(target.environment, group.arn, dataset) if group else None
    if found is None:
        return None
    jobs = pages(target.environment, "list_dataset_import_jobs", "datasetImportJobs", datasetArn=found.arn)
    times = [job["lastUpdatedDateTime"].timestamp() for job in jobs if job["status"] == Status.ACTIVE]
    return max(times, default=None)


def record(target: Target, row: ImportRow) -> None:
    """Write down in its job's row how far an import is."""
    journal = target.ledger.journal
    job = journal.job(row.job)
    if job is None:
        return
    error = failures.dumps(failed(target, row)) if row.reason else ""
    changes = {"status": row.status, "arn": row.arn, "rows": row.rows, "name": row.name, "error": error}
    over = {"ended": row.ended or clock.now().timestamp()} if not row.status.pending else {}
    journal.save_job(JobRow(**{**job.values(), **changes, **over}))
