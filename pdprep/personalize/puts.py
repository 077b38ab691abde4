"""The put operations: one row a dataset type, and the call that carries up to ten records of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pdprep.personalize.calls import Call
from pdprep.personalize.resources import Dataset


@dataclass(frozen=True, slots=True)
class Put:
    """How the records of a dataset type are put. ``rate``: the quota that its calls draw on."""

    operation: str
    member: str
    rate: str
    source: str


PUTS: Final = {
    "interactions": Put("put_events", "eventList", "events_rate", "model, PutEvents"),
    "items": Put("put_items", "items", "records_rate", "model, PutItems"),
    "users": Put("put_users", "users", "records_rate", "model, PutUsers"),
    "actions": Put("put_actions", "actions", "records_rate", "model, PutActions"),
    "action_interactions": Put(
        "put_action_interactions", "actionInteractions", "events_rate", "model, PutActionInteractions"
    ),
}


def arguments(dataset: Dataset, tracking_id: str, call: Call) -> dict[str, Any]:
    """Return the arguments of one call.

    Args:
        dataset: Where the records go.
        tracking_id: What put events name; unused for items, users and actions.
        call: The records; those of interactions are of one user and session.
    """
    member = PUTS[dataset.kind].member
    if dataset.kind == "interactions":
        return {"trackingId": tracking_id, **_who(*call.whose[0]), member: list(call.records)}
    if dataset.kind == "action_interactions":
        return {"trackingId": tracking_id, member: [*map(_action, call.records, call.whose)]}
    return {"datasetArn": dataset.arn, member: list(call.records)}


def _action(record: dict[str, Any], whose: tuple[str | None, str | None]) -> dict[str, Any]:
    """An action interaction carries its user, session and time itself. Source: model, ActionInteraction."""
    rest = {name: value for name, value in record.items() if name != "sentAt"}
    return {**_who(*whose), "timestamp": record["sentAt"], **rest}


def _who(user: str | None, session: str | None) -> dict[str, Any]:
    return {"sessionId": session} | ({"userId": user} if user is not None else {})
