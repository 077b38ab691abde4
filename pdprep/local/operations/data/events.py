"""PutEvents, PutItems, PutUsers, PutActions and PutActionInteractions."""

from __future__ import annotations

import logging
from typing import Any

from pdprep.local.jobs import attributions, refresh
from pdprep.local.life.resources import Resource
from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.registry import operation
from pdprep.local.refusals import in_use, invalid
from pdprep.local.rows import puts

log = logging.getLogger("pdprep.local")


@operation("PutEvents")
def put_events(call: OperationCall) -> dict[str, Any]:
    """Append events to the interactions of the tracker's group.

    The model gives PutEvents no error but InvalidInput, so that is what a dataset in another status answers.
    """
    given, state = call.given, call.state
    tracker = _handle(call, "event-tracker")
    # By its ARN: a thousand calls a second need no list of the group's datasets.
    dataset = state.resources.find(tracker.parent.replace(":dataset-group/", ":dataset/") + "/INTERACTIONS")
    if state.resources.status(tracker) != "ACTIVE" or dataset is None:
        raise invalid("The event tracker is not ACTIVE or its dataset group has no interactions dataset.")
    if state.resources.status(dataset) != "ACTIVE":
        raise invalid(f"The dataset {dataset.arn} is not ACTIVE.")
    _throttle(call, dataset)
    if given["sessionId"].strip().lower() in puts.NOTHING:
        log.warning("events of the session %r are dropped, as the service was seen to do", given["sessionId"])
        return {}
    schema = state.schema(dataset)
    owner = {"userId": given.get("userId"), "sessionId": given["sessionId"]}
    _keep(call, dataset, [puts.event(schema, {**owner, **event}) for event in given["eventList"]])
    attributions.count(state, dataset, given["eventList"])
    return {}


@operation("PutActionInteractions")
def put_action_interactions(call: OperationCall) -> dict[str, Any]:
    """Append action interactions; the tracking id is the dataset's own."""
    dataset = _handle(call, "dataset")
    if call.state.resources.status(dataset) != "ACTIVE":
        raise in_use(f"The dataset {dataset.arn} is not ACTIVE.")
    _throttle(call, dataset)
    schema = call.state.schema(dataset)
    _keep(
        call, dataset, [puts.action_interaction(schema, entry) for entry in call.given["actionInteractions"]]
    )
    return {}


@operation("PutItems")
def put_items(call: OperationCall) -> dict[str, Any]:
    """Keep items."""
    return _put(call, "ITEMS", "items")


@operation("PutUsers")
def put_users(call: OperationCall) -> dict[str, Any]:
    """Keep users."""
    return _put(call, "USERS", "users")


@operation("PutActions")
def put_actions(call: OperationCall) -> dict[str, Any]:
    """Keep actions."""
    return _put(call, "ACTIONS", "actions")


def _put(call: OperationCall, kind: str, member: str) -> dict[str, Any]:
    dataset = call.state.resources.active(call.given["datasetArn"], "dataset")
    if dataset.body["datasetType"] != kind:
        raise invalid(f"The dataset {dataset.arn} is {dataset.body['datasetType']}, not {kind}.")
    _throttle(call, dataset)
    # PutItems, PutUsers and PutActions have ResourceInUseException in the model; events may come meanwhile.
    for job in call.state.resources.unfinished("dataset-import-job", parent=dataset.arn):
        raise in_use(f"The dataset {dataset.arn} is being imported by {job.arn}.")
    schema = call.state.schema(dataset)
    _keep(call, dataset, [puts.record(schema, entry) for entry in call.given[member]])
    return {}


def _throttle(call: OperationCall, dataset: Resource) -> None:
    call.state.rates.take(dataset.parent, str(dataset.body["datasetType"]))


def _keep(call: OperationCall, dataset: Resource, records: list[dict[str, Any]]) -> None:
    state = call.state
    with state.store.transaction():
        state.layers.append(dataset.arn, records, state.clock.now())
        refresh.touch(state.store, dataset.arn, state.clock.now())
    # In a transaction of its own: the records are kept, whatever becomes of the file.
    if state.layers.full(dataset.arn, state.settings.compact_rows):
        state.layers.compact(dataset.arn, state.schema(dataset))


def _handle(call: OperationCall, kind: str) -> Resource:
    arn = call.state.store.value("SELECT arn FROM handles WHERE handle = ?", call.given["trackingId"])
    found = call.state.resources.find(arn, kind) if arn else None
    if found is None:
        raise invalid("The tracking id is not known.")
    return found
