"""Create an export job so that it is never created twice."""

from __future__ import annotations

from functools import partial

from pdprep import clock
from pdprep.personalize.aws.client import Environment, call, pages
from pdprep.personalize.exports.request import ExportRequest
from pdprep.personalize.imports import uploads
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.resources import names
from pdprep.personalize.resources.ensuring import Dataset, create_once, tags


def created(asked: ExportRequest, job: Job) -> tuple[str, str]:
    """Create an export job, write it down, and return its ARN and the prefix below which it writes."""
    name = _name(asked, job)
    prefix = uploads.fresh_prefix(
        asked.target.environment, asked.target.name, f"{asked.dataset.kind}-export", name
    )
    find = partial(_find, asked.target.environment, asked.dataset, name)
    arn = create_once(find, partial(_create, asked, name, prefix), fresh=True)
    job.update(arn=arn, name=name)
    return arn, prefix


def _name(asked: ExportRequest, job: Job) -> str:
    """Return a name that nobody else uses, neither another ledger nor an earlier export of this one."""
    number = int(job.id.rpartition("-")[2])
    return names.job(
        asked.target.name, asked.dataset.kind, f"export-{asked.mode}", clock.new_id()[-8:], number
    )


def _create(asked: ExportRequest, name: str, prefix: str) -> str:
    environment = asked.target.environment
    place = {"path": uploads.location(environment, prefix) + "/"}
    if environment.options.export_kms_key_arn:
        place["kmsKeyArn"] = environment.options.export_kms_key_arn
    answer = call(
        environment, "personalize", "create_dataset_export_job", jobName=name, datasetArn=asked.dataset.arn,
        ingestionMode=asked.mode, roleArn=environment.role_arn, tags=tags(asked.target.name),
        jobOutput={"s3DataDestination": place},
    )  # fmt: skip
    return str(answer["datasetExportJobArn"])


def _find(environment: Environment, dataset: Dataset, name: str) -> str:
    jobs = pages(environment, "list_dataset_export_jobs", "datasetExportJobs", datasetArn=dataset.arn)
    return next((str(job["datasetExportJobArn"]) for job in jobs if job["jobName"] == name), "")
