"""What a field means beyond its type."""

from __future__ import annotations

from typing import Final

from pdprep import assumptions
from pdprep.contract import catalogue
from pdprep.contract.fields import Field
from pdprep.contract.schema import Schema

# How programs write that there is nothing, in lower case.
NOTHING: Final = tuple(assumptions.text("words_for_nothing").split(", "))
# And how exports of databases and spreadsheets write it: \N is null to Hive, MySQL and Snowflake.
UNSAID: Final = (*NOTHING, r"\n", "n/a", "#n/a", "(null)", "nil")


def is_timestamp(field: Field) -> bool:
    """Say whether the field holds seconds since 1970.

    >>> is_timestamp(Field("CREATION_TIMESTAMP", "long")), is_timestamp(Field("PRICE", "float"))
    (True, False)
    """
    return field.name.endswith("TIMESTAMP") and field.numeric


def is_event_time(schema: Schema, field: Field) -> bool:
    """Say whether the field is the time of an event: the one time that is bounded, to 1980 and a day ahead.

    >>> from pdprep.contract.contract import Contract
    >>> schema = Contract.of("items").extend(Field("CREATION_TIMESTAMP", "long"))
    >>> is_event_time(schema, schema.field("CREATION_TIMESTAMP"))
    False
    """
    return schema.event_like and field.name == "TIMESTAMP"


def may_be_anonymous(schema: Schema, field: Field) -> bool:
    """Say whether a null is allowed because a session stands in for the user (put alone)."""
    return field.name == "USER_ID" and "SESSION_ID" in schema.names


def own(schema: Schema) -> tuple[Field, ...]:
    """Return the metadata fields, which count against the limit: those that the catalogue does not have.

    >>> from pdprep.contract.contract import Contract
    >>> [field.name for field in own(Contract.of("items").extend(Field("CREATION_TIMESTAMP", "long")))]
    []
    """
    reserved = {row.field.name for row in catalogue.rows(schema.dataset, schema.domain)}
    return tuple(field for field in schema.stored if field.name not in reserved)


def no_objectives(schema: Schema) -> tuple[str, ...]:
    """Return the numbers of items, of one's own and no times, that may be null.

    Source: Amazon Personalize Developer Guide, optimizing-solution-for-objective.
    """
    numbers = (field for field in own(schema) if field.numeric and not is_timestamp(field))
    return tuple(field.name for field in numbers if field.nullable and schema.dataset == "items")
