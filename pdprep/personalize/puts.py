"""The put operations: one row a dataset type, and the call that carries up to ten records of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.contract.payloads import records
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


def arguments(dataset: Dataset, tracking_id: str, contract: Contract, rows: pl.DataFrame) -> dict[str, Any]:
    """Return the arguments of one call.

    Args:
        dataset: Where the records go.
        tracking_id: What put events name; unused for items, users and actions.
        contract: The contract of the rows, put-only fields included.
        rows: Up to ten rows; events are of one user and session.
    """
    sent = records(contract, rows)
    member = PUTS[dataset.kind].member
    if dataset.kind == "interactions":
        user = rows["USER_ID"][0]
        who = {"sessionId": rows["SESSION_ID"][0]} | ({"userId": user} if user is not None else {})
        return {"trackingId": tracking_id, **who, member: sent}
    if dataset.kind == "action_interactions":
        return {"trackingId": tracking_id, member: [*map(_action, sent, rows.iter_rows(named=True))]}
    return {"datasetArn": dataset.arn, member: sent}


def _action(record: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """An action interaction carries its user, session and time itself. Source: model, ActionInteraction."""
    rest = {name: value for name, value in record.items() if name != "sentAt"}
    return {"userId": row["USER_ID"], "sessionId": row["SESSION_ID"], "timestamp": record["sentAt"], **rest}
