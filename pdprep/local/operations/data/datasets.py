"""Dataset groups and datasets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pdprep.local.life.resources import WAITING, Resource
from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.common import check_finished, create
from pdprep.local.operations.registry import operation
from pdprep.local.refusals import in_use, invalid, limit
from pdprep.local.rows import avro
from pdprep.local.rows.reserved import DATASET_TYPES

MOST_GROUPS = 5
CHILDREN = ("dataset", "event-tracker", "solution", "recommender", "filter", "metric-attribution")
JOBS = ("dataset-import-job", "dataset-export-job")
# What must be deleted before a dataset of a type: every filter, the tracker of interactions, a metric
# attribution that names the dataset, every campaign. Source: developer guide, delete-dataset.
NEEDED_BY: dict[str, Callable[[str, Resource], bool]] = {
    "filter": lambda kind, _: True,
    "event-tracker": lambda kind, _: kind == "INTERACTIONS",
    "metric-attribution": lambda kind, found: kind == "INTERACTIONS" or _measured(kind, found),
    "campaign": lambda kind, _: True,
}


@operation("CreateDatasetGroup")
def create_group(call: OperationCall) -> dict[str, Any]:
    """Create a dataset group; its role is for a KMS key alone."""
    given = call.given
    if bool(given.get("roleArn")) != bool(given.get("kmsKeyArn")):
        raise invalid("roleArn and kmsKeyArn must be given together.")
    tail = f"dataset-group/{given['name']}"
    known = call.state.resources.list("dataset-group", call.region)
    # A name that is taken is refused as such, whatever the quota says.
    if len(known) >= MOST_GROUPS and not any(group.arn == call.arn(tail) for group in known):
        raise limit(f"More than {MOST_GROUPS} dataset groups.")
    kept: dict[str, Any] = {name: given.get(name) for name in ("roleArn", "kmsKeyArn", "domain")}
    group = create(call, "dataset-group", tail, **kept)
    return {"datasetGroupArn": group.arn, "domain": given.get("domain")}


@operation("DeleteDatasetGroup")
def delete_group(call: OperationCall) -> dict[str, Any]:
    """Delete an empty dataset group."""
    resources = call.state.resources
    group = resources.get(call.given["datasetGroupArn"], "dataset-group")
    check_finished(call, group)
    for kind in CHILDREN:
        for child in resources.list(kind, family=group.arn):
            raise in_use(f"The dataset group {group.arn} still has the {kind} {child.arn}.")
    resources.delete(group.arn)
    return {}


@operation("CreateDataset")
def create_dataset(call: OperationCall) -> dict[str, Any]:
    """Create a dataset of one of five types."""
    given, resources = call.given, call.state.resources
    group = resources.active(given["datasetGroupArn"], "dataset-group")
    schema = resources.get(given["schemaArn"], "schema")
    kind = _dataset_type(given["datasetType"])
    _check_schema(schema, group, kind)
    arn_tail = f"dataset/{group.name}/{kind}"
    body = {"datasetType": kind, "schemaArn": schema.arn, "datasetGroupArn": group.arn}
    tracking = call.state.ids.tracking(call.arn(arn_tail)) if kind == "ACTION_INTERACTIONS" else None
    # Put calls name a dataset of action interactions by a tracking id, as events name a tracker.
    with call.state.store.transaction():
        dataset = create(call, "dataset", arn_tail, parent=group.arn, **body, trackingId=tracking)
        if tracking:
            call.state.store.run("INSERT INTO handles VALUES (?, ?)", tracking, dataset.arn)
    return {"datasetArn": dataset.arn}


@operation("UpdateDataset")
def update_dataset(call: OperationCall) -> dict[str, Any]:
    """Give items or users another schema: every old field stays as it is, new ones allow null."""
    resources = call.state.resources
    dataset = resources.active(call.given["datasetArn"], "dataset")
    schema = resources.get(call.given["schemaArn"], "schema")
    if dataset.body["datasetType"] not in ("ITEMS", "USERS"):
        raise invalid("Only the schema of an Items or Users dataset can be replaced.")
    _check_schema(schema, resources.get(dataset.parent), dataset.body["datasetType"])
    _check_additive(call, dataset, schema)
    resources.update(dataset.arn, "latestDatasetUpdate", {"schemaArn": schema.arn}, schemaArn=schema.arn)
    return {"datasetArn": dataset.arn}


@operation("DeleteDataset")
def delete_dataset(call: OperationCall) -> dict[str, Any]:
    """Delete a dataset that no job works on and nothing needs, with its jobs (delete-dataset)."""
    resources = call.state.resources
    dataset = resources.get(call.given["datasetArn"], "dataset")
    check_finished(call, dataset)
    jobs = [job for kind in JOBS for job in resources.list(kind, parent=dataset.arn)]
    jobs += resources.list("solution-version", family=dataset.parent)
    for kind in ("recommender", "batch-inference-job", "batch-segment-job"):
        jobs += resources.list(kind, family=dataset.parent)
    for job in jobs:
        if job.work == WAITING:
            raise in_use(f"The dataset {dataset.arn} is used by the job {job.arn}.")
    for kind, needed in NEEDED_BY.items():
        for found in resources.list(kind, family=dataset.parent):
            if needed(str(dataset.body["datasetType"]), found):
                raise in_use(f"The dataset {dataset.arn} is needed by the {kind} {found.arn}.")
    resources.delete(dataset.arn)
    return {}


def _measured(kind: str, attribution: Resource) -> bool:
    return any(f"{kind}." in metric["expression"].upper() for metric in attribution.body["metrics"])


def _dataset_type(text: str) -> str:
    kind = text.upper()
    if kind not in DATASET_TYPES:
        known = "Interactions, Items, Users, Actions, Action_Interactions"
        raise invalid(f"The dataset type '{text}' must be one of {known}.")
    return kind


def _check_schema(schema: Resource, group: Resource, kind: str) -> None:
    if schema.body["type"] != kind:
        raise invalid(f"The schema {schema.arn} is for {schema.body['type']}, the dataset is {kind}.")
    if (schema.body.get("domain") or "") != (group.body.get("domain") or ""):
        raise invalid(f"The domain of the schema {schema.arn} is not that of the dataset group {group.arn}.")
    if kind.startswith("ACTION") and group.body.get("domain"):
        raise invalid("Actions and action interactions need a custom dataset group.")


def _check_additive(call: OperationCall, dataset: Resource, schema: Resource) -> None:
    old, new = call.state.schema(dataset), avro.parse(schema.body["schema"])
    changed = [column.name for column in old.columns if column not in new.columns]
    strict = [c.name for c in new.columns if c.name not in old.names and not c.nullable]
    if changed or strict:
        raise invalid(f"Fields must stay as they are: {changed}; new fields must allow null: {strict}.")
