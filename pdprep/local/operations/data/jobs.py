"""Creating import, export and data deletion jobs. Their work is done in modules of their own."""

from __future__ import annotations

from typing import Any

from pdprep.local.life.resources import Resource
from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.common import create
from pdprep.local.operations.registry import operation
from pdprep.local.refusals import invalid, limit

# Source: developer guide, limits: imports that are pending or in progress, in a region; deletions that are
# pending, in a dataset group. Exports have no such quota.
MOST_OPEN = 5
MOST_PENDING = 5


@operation("CreateDatasetImportJob")
def create_import(call: OperationCall) -> dict[str, Any]:
    """Accept an import job; what is wrong with its data shows in its status."""
    given, state = call.given, call.state
    dataset = state.resources.active(given["datasetArn"], "dataset")
    location = check_location(given["dataSource"].get("dataLocation", ""))
    mode = given.get("importMode", "FULL")
    if mode == "INCREMENTAL" and not state.layers.imported(dataset.arn):
        raise invalid("An INCREMENTAL import needs an earlier bulk import of the dataset.")
    if len(state.resources.unfinished("dataset-import-job", call.region)) >= MOST_OPEN:
        raise limit(f"More than {MOST_OPEN} resources with PENDING or IN_PROGRESS status.")
    metrics = given.get("publishAttributionMetricsToS3", False)
    job = create(
        call, "dataset-import-job", f"dataset-import-job/{given['jobName']}", parent=dataset.arn,
        family=dataset.parent, datasetArn=dataset.arn, dataSource={"dataLocation": location},
        roleArn=given.get("roleArn"), importMode=mode, publishAttributionMetricsToS3=metrics,
    )  # fmt: skip
    call.launch(job.arn)
    return {"datasetImportJobArn": job.arn}


@operation("CreateDatasetExportJob")
def create_export(call: OperationCall) -> dict[str, Any]:
    """Accept an export job; actions cannot be exported (developer guide, export-data)."""
    given, state = call.given, call.state
    dataset = state.resources.active(given["datasetArn"], "dataset")
    if dataset.body["datasetType"].startswith("ACTION"):
        raise invalid("Actions and action interactions cannot be exported.")
    check_location(given["jobOutput"]["s3DataDestination"]["path"])
    job = create(
        call, "dataset-export-job", f"dataset-export-job/{given['jobName']}", parent=dataset.arn,
        family=dataset.parent, datasetArn=dataset.arn, ingestionMode=given.get("ingestionMode", "PUT"),
        roleArn=given["roleArn"], jobOutput=given["jobOutput"],
    )  # fmt: skip
    call.launch(job.arn)
    return {"datasetExportJobArn": job.arn}


@operation("CreateDataDeletionJob")
def create_deletion(call: OperationCall) -> dict[str, Any]:
    """Accept a job that deletes users from every dataset of a group."""
    given, state = call.given, call.state
    group = state.resources.active(given["datasetGroupArn"], "dataset-group")
    location = check_location(given["dataSource"].get("dataLocation", ""))
    _check_pending(call, group)
    job = create(
        call, "data-deletion-job", f"data-deletion-job/{given['jobName']}", parent=group.arn,
        datasetGroupArn=group.arn, dataSource={"dataLocation": location}, roleArn=given["roleArn"],
    )  # fmt: skip
    call.launch(job.arn)
    return {"dataDeletionJobArn": job.arn}


def check_location(location: str) -> str:
    """Return an S3 location or refuse it in the service's words (developer guide, error-messages)."""
    bucket = location.removeprefix("s3://").partition("/")[0]
    if not location.startswith("s3://") or not bucket:
        raise invalid("Invalid Data location.")
    return location


def _check_pending(call: OperationCall, group: Resource) -> None:
    resources = call.state.resources
    waiting = resources.unfinished("data-deletion-job", parent=group.arn)
    if sum(resources.status(job) == "PENDING" for job in waiting) >= MOST_PENDING:
        raise limit(f"More than {MOST_PENDING} resources with PENDING status.")
