"""The contract as the records that PutEvents, PutItems and PutUsers take.

Property names are the schema's in camelCase. Source: Amazon Personalize Developer Guide, recording-events and
importing-items; lengths from the service model that botocore ships.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl

from pdprep.contract.schema import Schema

# Members of an Event that stand outside `properties`: field, member.
_MEMBERS: Final = {
    "EVENT_TYPE": "eventType",
    "EVENT_VALUE": "eventValue",
    "ITEM_ID": "itemId",
    "RECOMMENDATION_ID": "recommendationId",
    "EVENT_ID": "eventId",
}
_ACTION_MEMBERS: Final = {key: _MEMBERS[key] for key in ("EVENT_TYPE", "RECOMMENDATION_ID", "EVENT_ID")} | {
    "ACTION_ID": "actionId"
}
_OUTSIDE: Final = ("USER_ID", "SESSION_ID", "TIMESTAMP", "IMPRESSION", "EVENT_ATTRIBUTION_SOURCE")
# Fields that are no properties of an event.
MEMBERS: Final = (*_MEMBERS, *_OUTSIDE)
# Columns that stand as text beside `properties` in an event.
BESIDE: Final = ("ITEM_ID", "ACTION_ID", "EVENT_TYPE", "RECOMMENDATION_ID", "IMPRESSION")
# Names that must not be keys of `properties`, in lower case; API_UBS_Event.
FORBIDDEN: Final = ("userid", "sessionid", "eventtype", "timestamp", "recommendationid", "impression")
DEFAULT_EVENT_TYPE: Final = "interaction"
ID_MEMBERS: Final = {"items": "itemId", "users": "userId", "actions": "actionId"}


def camel(name: str) -> str:
    """Return a schema field's name as a property's name.

    >>> camel("NUMBER_OF_RATINGS"), camel("CATEGORY_L1")
    ('numberOfRatings', 'categoryL1')
    """
    first, *rest = name.lower().split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def records(schema: Schema, frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return one put record a row: an Event, an Item, a User, an Action or an ActionInteraction.

    Args:
        schema: The contract that the frame fulfils.
        frame: Its columns, put-only ones included.

    >>> frame = pl.DataFrame({"USER_ID": ["7"], "AGE": [41]})
    >>> from pdprep import Contract, Field
    >>> records(Contract.of("users").extend(Field("AGE", "int")), frame)
    [{'userId': '7', 'properties': '{"age":41}'}]
    """
    if schema.event_like:
        return [_event(schema, row) for row in frame.iter_rows(named=True)]
    member = ID_MEMBERS[schema.dataset]
    return [
        {member: row[schema.key], "properties": properties(schema, row)}
        for row in frame.iter_rows(named=True)
    ]


def properties(schema: Schema, row: dict[str, Any]) -> str:
    """Return the JSON text of what a row has beside the members of its record."""
    beside = outside(schema)
    kept = {
        camel(name): row[name] for name in schema.columns if name not in beside and row.get(name) is not None
    }
    # Sorted, so that an event's id does not change with the order of a mapping.
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def event_id(payload: dict[str, Any]) -> str:
    """Return 128 bits of BLAKE2b over the canonical JSON of an event: it changes only with the content."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def members(schema: Schema) -> dict[str, str]:
    """Return the fields that are members of an event of their own: field, member."""
    return _MEMBERS if schema.dataset == "interactions" else _ACTION_MEMBERS


def outside(schema: Schema) -> tuple[str, ...]:
    """Return the fields that stand outside ``properties``."""
    return (*members(schema), *_OUTSIDE) if schema.event_like else (schema.key,)


def _event(schema: Schema, row: dict[str, Any]) -> dict[str, Any]:
    event: dict[str, Any] = {"eventType": DEFAULT_EVENT_TYPE} | {
        member: row[name] for name, member in members(schema).items() if row.get(name) is not None
    }
    event |= {"sentAt": row["TIMESTAMP"]} | _impression(row) | _attribution(row)
    text = properties(schema, row)
    event |= {"properties": text} if text != "{}" else {}
    if "eventId" not in event:
        event["eventId"] = event_id(event | {"userId": row["USER_ID"], "sessionId": row.get("SESSION_ID")})
    return event | {"sentAt": datetime.fromtimestamp(row["TIMESTAMP"], UTC)}


def _impression(row: dict[str, Any]) -> dict[str, Any]:
    text = row.get("IMPRESSION")
    return {"impression": text.split("|")} if text else {}


def _attribution(row: dict[str, Any]) -> dict[str, Any]:
    source = row.get("EVENT_ATTRIBUTION_SOURCE")
    return {"metricAttribution": {"eventAttributionSource": source}} if source else {}
