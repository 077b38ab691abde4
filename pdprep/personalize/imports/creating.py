"""Create an import job so that it is never created twice, waiting where the service has no room yet."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import Final

from pdprep.errors import ServiceError
from pdprep.ledger import contracts, record_files
from pdprep.ledger.rows import ImportRow
from pdprep.ledger.status import Status
from pdprep.personalize.aws.client import LOST, call
from pdprep.personalize.imports import following, uploads
from pdprep.personalize.imports.following import KIND, find_job
from pdprep.personalize.imports.request import ImportRequest
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.resources import names
from pdprep.personalize.resources.ensuring import EXISTS, Dataset, create_once, tags
from pdprep.personalize.resources.polling import Stopped, describe
from pdprep.personalize.resources.target import Target

# Code: what the job says while it waits. Source: developer guide, error-messages.
BUSY: Final = {
    "LimitExceededException": "waits for a slot: five import jobs are pending or running in this region",
    "ResourceInUseException": "waits until the dataset is free",
}


def begin(asked: ImportRequest, job: Job) -> ImportRow:
    """Write down an import before its first byte is sent; an interrupted one goes on.

    Parts of the interrupted one that are equal are not sent again; what they were is told by their checksums.
    """
    journal, target = asked.ledger.journal, asked.target
    # Of several that were cut off only the last can go on: this is one import, with one place in S3.
    *older, last = [None, *(row for row in journal.imports(job.dataset) if row.status == Status.STAGED)]
    for row in older:
        if row is not None:
            following.abandon(target, row)
    # Without a fingerprint until its rows are judged: no other job counts on it before.
    values = {"job": job.id, "mode": asked.mode, "keep": int(asked.keep), "fingerprint": ""}
    if last is not None:
        record_files.drop_records(asked.ledger, last)
        uploads.abort_broken(target.environment, last.location)
        return journal.change_import(last, **values, records="")
    prefix = uploads.fresh_prefix(target.environment, target.name, job.dataset, asked.mode.lower())
    return journal.new_import({
        **values, "dataset": job.dataset, "name": prefix, "location": prefix, "rows": 0, "keys": 0,
        "contract": contracts.dumps(asked.prepared.contract),
    })  # fmt: skip


def create(target: Target, row: ImportRow, dataset: Dataset, job: Job) -> ImportRow:
    """Create the import job of uploaded parts and return the import with its ARN.

    Raises:
        ServiceError: The service does not take it.
        Stopped: Somebody stopped the job while it waited for room.
    """
    journal = target.ledger.journal
    row = journal.change_import(row, name=_next_name(target, row))
    while True:
        # The name is in the journal before the call: if the reply is lost, the job is found by it.
        row = journal.change_import(row, status=Status.CREATING)
        try:
            arn = create_once(
                partial(_ours, target, row, dataset), partial(_create, target, row, dataset), fresh=True
            )
            return journal.change_import(row, arn=arn)
        except ServiceError as error:
            row = _tried_again(target, row, job, error)


def uncertain(error: BaseException) -> bool:
    """Say whether the job may exist although its creation raised an error."""
    return isinstance(error, ServiceError) and error.code == LOST


def _next_name(target: Target, row: ImportRow, start: int = 1) -> str:
    """Return a name for an import job that this ledger has not used."""
    used = {each.name for each in target.ledger.journal.imports(row.dataset)}
    all_names = (names.job(target.name, row.dataset, row.mode, row.fingerprint, n) for n in count(start))
    return next(name for name in all_names if name not in used)


def _create(target: Target, row: ImportRow, dataset: Dataset) -> str:
    environment = target.environment
    # Only interactions have metrics.
    metrics = environment.options.publish_attribution_metrics and row.dataset == "interactions"
    answer = call(
        environment, "personalize", "create_dataset_import_job", jobName=row.name, datasetArn=dataset.arn,
        dataSource={"dataLocation": _folder(target, row)}, roleArn=environment.role_arn, importMode=row.mode,
        tags=tags(target.name), **({"publishAttributionMetricsToS3": True} if metrics else {}),
    )  # fmt: skip
    return str(answer["datasetImportJobArn"])


def _ours(target: Target, row: ImportRow, dataset: Dataset) -> str:
    """Return the ARN of the job that our lost reply named; nothing where the name is that of another one."""
    arn = find_job(target.environment, dataset.arn, row.name)
    if arn and describe(target.environment, KIND, arn)["dataSource"]["dataLocation"] == _folder(target, row):
        return arn
    return ""


def _tried_again(target: Target, row: ImportRow, job: Job, error: ServiceError) -> ImportRow:
    """Return the import to try again with, once there is room for it or under another name."""
    if error.code in BUSY:
        job.update(note=BUSY[error.code])
        if job.stopping.wait(target.environment.poll):
            raise Stopped from error
        return row
    if error.code != EXISTS:
        raise error
    taken = int(row.name.rpartition("-")[2]) + 1
    return target.ledger.journal.change_import(row, name=_next_name(target, row, taken))


def _folder(target: Target, row: ImportRow) -> str:
    return uploads.location(target.environment, row.location) + "/"
