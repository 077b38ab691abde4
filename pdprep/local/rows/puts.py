"""Put records as rows of the schema: members and camelCase properties to SCREAMING_SNAKE columns."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from pdprep.local.refusals import invalid
from pdprep.local.rows.avro import AvroColumn, AvroSchema
from pdprep.local.rows.layers import SESSION

# A session of such a name is lost without a word, by one report: aws-sdk-js issue 3371.
NOTHING = {"null", "undefined", "none", "nan", "[object object]"}
FORBIDDEN = {"userid", "sessionid", "eventtype", "timestamp", "recommendationid", "impression"}
# Members of a record that fill columns by themselves. Source: developer guide, importing-interactions.
MEMBERS = {
    "userId": "USER_ID", "itemId": "ITEM_ID", "actionId": "ACTION_ID", "eventType": "EVENT_TYPE",
    "eventValue": "EVENT_VALUE", "recommendationId": "RECOMMENDATION_ID",
}  # fmt: skip


def event(schema: AvroSchema, given: dict[str, Any]) -> dict[str, Any]:
    """Return the row of an event; USER_ID may be missing, its session is then taken for the user.

    So may IMPRESSION, whatever the schema says: AWS's sample of exploration sends events without one.
    """
    source = given.get("metricAttribution", {}).get("eventAttributionSource")
    own = {**_members(given), "TIMESTAMP": math.floor(given["sentAt"]), "EVENT_ATTRIBUTION_SOURCE": source}
    row = _row(schema, given, {**own, **_impression(given)}, optional=("USER_ID", "IMPRESSION"))
    return {**row, SESSION: given["sessionId"]}


def action_interaction(schema: AvroSchema, given: dict[str, Any]) -> dict[str, Any]:
    """Return the row of an action interaction; its impression is kept and used for nothing."""
    own = {**_members(given), "TIMESTAMP": math.floor(given["timestamp"])}
    row = _row(schema, given, {**own, **_impression(given)}, optional=("USER_ID",))
    return {**row, SESSION: given["sessionId"]}


def record(schema: AvroSchema, given: dict[str, Any]) -> dict[str, Any]:
    """Return the row of an item, user or action: the whole record, what is not given is null."""
    return _row(schema, given, _members(given))


def _members(given: dict[str, Any]) -> dict[str, Any]:
    return {column: given[member] for member, column in MEMBERS.items() if member in given}


def _impression(given: dict[str, Any]) -> dict[str, Any]:
    return {"IMPRESSION": "|".join(given["impression"])} if "impression" in given else {}


def _row(
    schema: AvroSchema, given: dict[str, Any], own: dict[str, Any], optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    properties = _properties(given.get("properties"), schema)
    row = {}
    for column, names in schema.properties:
        # A member of the record comes before a property of the same name.
        value = own.get(column.name)
        if value is None and properties:
            value = next((properties[name] for name in names if name in properties), None)
        if value is None and not column.nullable and column.name not in optional:
            raise invalid(f"The property {names[0]} is required by the schema.")
        if value is not None:
            row[column.name] = _value(column, value)
    return row


def _properties(text: str | None, schema: AvroSchema) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        properties = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid("Error parsing properties json") from error
    if not isinstance(properties, dict):
        raise invalid("Error parsing properties json")
    events = schema.type.endswith("INTERACTIONS")
    forbidden = sorted(name for name in properties if events and name.lower() in FORBIDDEN)
    if forbidden:
        raise invalid(f"The properties must not have the keys {forbidden}.")
    return properties


def _value(column: AvroColumn, value: Any) -> Any:
    try:
        result = _READERS[column.type](value)
    except (ValueError, TypeError, OverflowError) as error:
        raise invalid(f"The value of {column.name} must be of type {column.type}.") from error
    if column.bounds and not column.bounds[0] <= result <= column.bounds[1]:
        raise invalid(f"The value of {column.name} must be from {column.bounds[0]} to {column.bounds[1]}.")
    if column.limit and len(result) > column.limit:
        raise invalid(f"Length cannot be more than {column.limit} characters for {column.name}.")
    return result[:20_000] if column.textual else result


def _string(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise TypeError
    text = value if isinstance(value, str) else json.dumps(value)
    text.encode("utf-8")  # half of a surrogate pair is refused here, not when the row is written
    return text


def _whole(most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        # JSON has one kind of number: 3.0 is the whole number 3. True is no number, though Python says so.
        if isinstance(value, (bool, float)) and not (isinstance(value, float) and value.is_integer()):
            raise TypeError
        number = int(value)
        if not -most <= number < most:
            raise OverflowError
        return number

    return read


def _number(value: Any) -> float:
    number = float(value)
    if isinstance(value, bool) or not math.isfinite(number):
        raise ValueError
    return number


def _boolean(value: Any) -> bool:
    known = {"true": True, "false": False, "1": True, "0": False}
    found = known.get(str(value).lower())
    if found is None:
        raise ValueError
    return found


_READERS: dict[str, Callable[[Any], Any]] = {
    "string": _string, "int": _whole(2**31), "long": _whole(2**63), "float": _number, "double": _number,
    "boolean": _boolean,
}  # fmt: skip
