"""What a field means beyond its type."""

from __future__ import annotations

from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field


def is_timestamp(field: Field) -> bool:
    """Say whether the field holds seconds since 1970.

    >>> is_timestamp(Field("CREATION_TIMESTAMP", "long")), is_timestamp(Field("PRICE", "float"))
    (True, False)
    """
    return field.name.endswith("TIMESTAMP") and field.numeric


def is_event_time(contract: Contract, field: Field) -> bool:
    """Say whether the field is the time of an event: the one time that is bounded, to 1980 and a day ahead.

    >>> contract = Contract.of("items").extend(Field("CREATION_TIMESTAMP", "long"))
    >>> is_event_time(contract, contract.field("CREATION_TIMESTAMP"))
    False
    """
    return contract.event_like and field.name == "TIMESTAMP"


def may_be_anonymous(contract: Contract, field: Field) -> bool:
    """Say whether a null is allowed because a session stands in for the user (put alone)."""
    return field.name == "USER_ID" and "SESSION_ID" in contract.names


def missing_rule(contract: Contract, field: Field) -> str:
    """Return the rule that a null in this field breaks."""
    if field.name in contract.ids:
        return "id_missing"
    special = {"TIMESTAMP": "timestamp_missing", "EVENT_TYPE": "event_type_missing"}
    return special.get(field.name, "value_missing")
