"""The put operations: one row a dataset type, and the body of a call that carries up to ten records of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from pdprep.personalize.aws.client import Environment
from pdprep.personalize.puts.calls import PutCall
from pdprep.personalize.resources.ensuring import Dataset

_ESCAPED: Final = re.compile("[^ -~]")


@dataclass(frozen=True, slots=True)
class Put:
    """How the records of a dataset type are put. ``rate``: the quota that its calls draw on.

    ``key``: what a call names: the event tracker of a dataset group, or the dataset.
    """

    operation: str
    key: str
    member: str
    rate: str
    source: str


PUTS: Final = {
    "interactions": Put("put_events", "trackingId", "eventList", "events_rate", "model, PutEvents"),
    "items": Put("put_items", "datasetArn", "items", "records_rate", "model, PutItems"),
    "users": Put("put_users", "datasetArn", "users", "records_rate", "model, PutUsers"),
    "actions": Put("put_actions", "datasetArn", "actions", "records_rate", "model, PutActions"),
    "action_interactions": Put(
        "put_action_interactions",
        "trackingId",
        "actionInteractions",
        "events_rate",
        "model, PutActionInteractions",
    ),
}


@dataclass(frozen=True, slots=True)
class Destination:
    """Where calls go. ``tracking_id``: what put events name; unused for items, users and actions."""

    environment: Environment
    dataset: Dataset
    tracking_id: str

    def body(self, call: PutCall) -> str:
        """Return the JSON text of a call, to the letter as botocore writes it."""
        put = PUTS[self.dataset.kind]
        name = json.dumps(self.tracking_id if put.key == "trackingId" else self.dataset.arn)
        records = ", ".join(call.records)
        text = f'{{"{put.key}": {name}, {call.sender}"{put.member}": [{records}]}}'
        # What is beyond ASCII is inside of texts only, so it can be escaped in place.
        if text.isascii() and "\x7f" not in text:
            return text
        return _ESCAPED.sub(lambda found: json.dumps(found[0])[1:-1], text)
