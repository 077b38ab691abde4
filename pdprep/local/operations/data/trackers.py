"""Event trackers: one a dataset group; its tracking id is what PutEvents names."""

from __future__ import annotations

from typing import Any

from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.common import create
from pdprep.local.operations.registry import operation
from pdprep.local.refusals import exists


@operation("CreateEventTracker")
def create_tracker(call: OperationCall) -> dict[str, Any]:
    """Create the event tracker of a group."""
    given, state = call.given, call.state
    group = state.resources.active(given["datasetGroupArn"], "dataset-group")
    for other in state.resources.list("event-tracker", family=group.arn):
        raise exists(other.arn)
    tracking = state.ids.tracking(f"{group.arn} {given['name']}")
    tail = f"event-tracker/{tracking[:8]}"
    with state.store.transaction():
        made = create(
            call, "event-tracker", tail, parent=group.arn, datasetGroupArn=group.arn, trackingId=tracking
        )
        state.store.run("INSERT INTO handles VALUES (?, ?)", tracking, made.arn)
    return {"eventTrackerArn": made.arn, "trackingId": tracking}
