"""Creating batch inference and batch segment jobs. Their work is done in ``jobs.batch``."""

from __future__ import annotations

from typing import Any

from pdprep.local.life.resources import Resource
from pdprep.local.memory import traits
from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.common import create
from pdprep.local.operations.registry import operation
from pdprep.local.refusals import invalid, limit

MOST_OPEN = 5  # pending or in progress, a region. limits
MOST_USERS = 5_000_000  # of a segment. API_CreateBatchSegmentJob
KEPT = (
    "filterArn", "numResults", "jobInput", "jobOutput", "roleArn", "batchInferenceJobConfig",
    "batchInferenceJobMode", "themeGenerationConfig",
)  # fmt: skip


@operation("CreateBatchInferenceJob")
def create_inference(call: OperationCall) -> dict[str, Any]:
    """Accept a job that recommends items to each line of a file."""
    version = _version(call)
    if not traits.of(version.body["recipeArn"]).batch or _segments(version):
        raise invalid(f"The recipe {version.body['recipeArn']} has no batch recommendations.")
    if call.given.get("batchInferenceJobMode") == "THEME_GENERATION":
        raise invalid("Themes are made by a language model; the local Personalize has none.")
    return {"batchInferenceJobArn": _create(call, version, "batch-inference-job").arn}


@operation("CreateBatchSegmentJob")
def create_segment(call: OperationCall) -> dict[str, Any]:
    """Accept a job that finds the users of each line of a file."""
    version = _version(call)
    if call.given.get("numResults", 0) > MOST_USERS:
        raise invalid(f"numResults must be at most {MOST_USERS}.")
    if not _segments(version):
        raise invalid(f"The recipe {version.body['recipeArn']} makes no user segments.")
    return {"batchSegmentJobArn": _create(call, version, "batch-segment-job").arn}


def _version(call: OperationCall) -> Resource:
    return call.state.resources.active(call.given["solutionVersionArn"], "solution-version")


def _segments(version: Resource) -> bool:
    return traits.of(version.body["recipeArn"]).kind == traits.SEGMENTS


def _create(call: OperationCall, version: Resource, kind: str) -> Resource:
    given = call.given
    source = given["jobInput"]["s3DataSource"]["path"]
    target = given["jobOutput"]["s3DataDestination"]["path"]
    # Texts: developer guide, error-messages.
    if not source.startswith("s3://") or "/" not in source.removeprefix("s3://"):
        raise invalid("Invalid S3 input path")
    if not target.startswith("s3://") or target.rstrip("/") == source.rstrip("/"):
        raise invalid("Invalid S3 output path")
    if given.get("numResults", 0) < 0:
        raise invalid("numResults must not be negative.")
    if arn := given.get("filterArn"):
        call.state.resources.active(arn, "filter")
    if len(call.state.resources.unfinished(kind, call.region)) >= MOST_OPEN:
        raise limit(f"More than {MOST_OPEN} resources with PENDING or IN_PROGRESS status.")
    kept = {name: given[name] for name in KEPT if name in given}
    job = create(
        call, kind, f"{kind}/{given['jobName']}", parent=version.arn, family=version.family,
        solutionVersionArn=version.arn, **kept,
    )  # fmt: skip
    call.launch(job.arn)
    return job
