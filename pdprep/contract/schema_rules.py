"""What a schema must be before a row is read: names, types, and how many fields of which kind."""

from __future__ import annotations

from typing import Final

from pdprep.contract import limits
from pdprep.contract.rule import of_schema

_FORMAT = "how-it-works-dataset-schema"
_RESERVED = "custom-datasets-and-schemas"

RULES: Final = (
    of_schema(
        "metadata_none",
        "error",
        "all",
        "items, users and actions need a field of your own that is categorical or a number (of items: or "
        "textual); a plain string and a reserved field are none",
        'metadata={"GENRES": "genres"}',
        _RESERVED,
        1,
    ),
    of_schema(
        "metadata_most",
        "error",
        "all",
        "more fields of your own than the dataset type takes: interactions and action interactions 5, "
        "actions 10, users 25, items 100; reserved fields do not count",
        "leave some out of metadata=",
        "limits",
    ),
    of_schema(
        "textual_dataset",
        "error",
        "all",
        "a textual field stands outside items",
        'metadata={"BIO": pdprep.Field("BIO", categorical=True)}',
        _FORMAT,
    ),
    of_schema(
        "textual_most",
        "error",
        "all",
        "items has more than one textual field",
        "make the others plain strings",
        "limits",
        1,
    ),
    of_schema(
        "field_missing",
        "error",
        "all",
        "a field that the dataset type requires is missing",
        'columns={"ITEM_ID": "movieId"}',
        _RESERVED,
    ),
    of_schema(
        "reserved_type",
        "error",
        "all",
        "a reserved field has another type, may be null, or is categorical or textual where it may not be",
        'leave the Field out: metadata={"PRICE": "price"}',
        _RESERVED,
    ),
    of_schema(
        "schema_length",
        "error",
        "all",
        f"the schema has more than {limits.SCHEMA_LENGTH:,} characters",
        "use fewer fields or shorter names",
        "API_CreateSchema",
        limits.SCHEMA_LENGTH,
    ),
    of_schema(
        "name_length",
        "error",
        "all",
        f"a field's name has more than {limits.COLUMN_NAME_LENGTH} characters",
        'metadata={"SHORT_NAME": "column"}',
        "API_TrainingDataConfig",
        limits.COLUMN_NAME_LENGTH,
    ),
    of_schema(
        "property_forbidden",
        "error",
        "put",
        "a field's name in a put would be that of a member of the event",
        "group.bulk(frame)  # takes them; or another name for the field",
        "API_UBS_Event",
    ),
    of_schema(
        "string_plain",
        "warning",
        "none",
        "a string field that is neither categorical nor textual is stored, and not trained on",
        'metadata={"BRAND": pdprep.Field("BRAND", categorical=True)}',
        _FORMAT,
    ),
    of_schema(
        "boolean_unused",
        "warning",
        "none",
        "a boolean field is used neither in training nor in filters",
        'frame.lazy().pipe(transforms.truth_text, "hd")',
        _FORMAT,
    ),
    of_schema(
        "attribution_event_type",
        "warning",
        "none",
        "EVENT_ATTRIBUTION_SOURCE without EVENT_TYPE: a metric counts events of a type",
        'columns={"EVENT_TYPE": "event"}',
        "metric-attribution-requirements",
    ),
    of_schema(
        "columns_chosen",
        "info",
        "none",
        f"more than {limits.COLUMNS_CHOSEN} columns: no more can be chosen for a training, or left out of it",
        "nothing, unless a training shall choose among them",
        "API_TrainingDataConfig",
        limits.COLUMNS_CHOSEN,
    ),
    of_schema(
        "objective_nullable",
        "info",
        "none",
        "a number that may be null cannot be the objective of a solution, and once deployed it stays so",
        'metadata={"PRICE": Field("PRICE", "float")}, if no price is missing',
        "optimizing-solution-for-objective, updating-dataset-schema",
    ),
    of_schema(
        "creation_timestamp_missing",
        "info",
        "none",
        "items have no CREATION_TIMESTAMP: the service takes an item's oldest interaction for it",
        "items.lazy().pipe(transforms.creation_timestamps, interactions.lazy())",
        "items-datasets",
    ),
)
