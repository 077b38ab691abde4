"""What a schema must be before a row is read: names, types, and how many fields of which kind.

Source: Amazon Personalize Developer Guide, pages limits, custom-datasets-and-schemas and
how-it-works-dataset-schema.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from pdprep.contract import catalogue, limits
from pdprep.contract.fields import Field
from pdprep.contract.meanings import no_objectives, own
from pdprep.contract.payloads import FORBIDDEN, MEMBERS, camel
from pdprep.contract.rules.rule import SchemaRule
from pdprep.contract.schema import Schema

_FORMAT = "how-it-works-dataset-schema"
_RESERVED = "custom-datasets-and-schemas"
_NEED_METADATA = ("items", "users", "actions")
_SHOWN: Final = 5  # fields in a fix
Names = list[str]
Told = Callable[[Schema, Mapping[str, str]], str]


def _where(wanted: Callable[[Schema, Field], bool]) -> Callable[[Schema], Names]:
    return lambda schema: [field.name for field in schema.stored if wanted(schema, field)]


def _none(schema: Schema) -> Names:
    """Name the fields of a dataset none of which is metadata that a model can learn from."""
    # A domain's reserved fields do: its default schemas have no others.
    general = {row.field.name for row in catalogue.rows(schema.dataset, "CUSTOM")}
    if schema.dataset not in _NEED_METADATA or any(
        field.categorical or field.numeric or (field.textual and schema.dataset == "items")
        for field in schema.stored
        if field.name not in general
    ):
        return []
    return list(schema.columns)


def _with(change: Mapping[str, str | bool], wanted: Callable[[Schema, Field], bool], note: str = "") -> Told:
    """Tell the fix that changes something of the fields at fault, in the names of their columns."""

    def told(schema: Schema, columns: Mapping[str, str]) -> str:
        fields = [field for field in schema.stored if wanted(schema, field)][:_SHOWN]
        said = []
        for field in fields:
            column, code = columns.get(field.name, field.name), field.code(**change)
            given = code if column == field.name else f"({json.dumps(column, ensure_ascii=False)}, {code})"
            said.append(f'"{field.name}": {given}')
        return f"metadata={{{', '.join(said)}}}{note}" if said else ""

    return told


def _most(schema: Schema) -> Names:
    found = [field.name for field in own(schema)]
    return found if len(found) > limits.METADATA_FIELDS[schema.dataset] else []


def _textual(schema: Schema) -> Names:
    found = [field.name for field in schema.fields if field.textual]
    return found if len(found) > limits.TEXTUAL_FIELDS and schema.dataset == "items" else []


def _missing(schema: Schema) -> Names:
    needed = catalogue.required(schema.dataset, schema.domain)
    return [field.name for field in needed if field.name not in schema.names]


def _other_type(schema: Schema, field: Field) -> bool:
    """Say whether a reserved field is of another type than its row, or another page, gives it."""
    row = catalogue.row(schema.dataset, schema.domain, field.name)
    if row is None:
        return False
    other = field.type not in (row.field.type, *row.others)
    marks = (field.categorical, field.textual) != (row.field.categorical, row.field.textual)
    null = field.nullable and field.name in (*schema.ids, "TIMESTAMP")
    return other or marks or null


def _plain(schema: Schema, field: Field) -> bool:
    reserved = catalogue.field(schema.dataset, schema.domain, field.name)
    return field.type == "string" and not (reserved or field.categorical or field.textual or field.item_name)


def _forbidden(schema: Schema, field: Field) -> bool:
    property_ = schema.event_like and field.name not in (*MEMBERS, *schema.ids)
    return property_ and camel(field.name).lower() in FORBIDDEN


def _no_event_type(schema: Schema) -> Names:
    source = "EVENT_ATTRIBUTION_SOURCE"
    return [source] if source in schema.names and "EVENT_TYPE" not in schema.names else []


def _no_creation_time(schema: Schema) -> Names:
    name = "CREATION_TIMESTAMP"
    return [name] if schema.dataset == "items" and name not in schema.names else []


def _no_objective(schema: Schema, field: Field) -> bool:
    return field.name in no_objectives(schema)


def _boolean(schema: Schema, field: Field) -> bool:
    return field.type == "boolean"


def _first_plain(schema: Schema, field: Field) -> bool:
    return field == next((each for each in own(schema) if each.type == "string"), None)


RULES: Final = (
    SchemaRule(
        name="metadata_none",
        level="error",
        stops="all",
        text="items, users and actions need a field of your own that is categorical or a number "
        "(of items: or textual); plain strings and fields with names of Amazon Personalize do not count",
        mend='metadata={"GENRES": "genres"}',
        source=_RESERVED,
        limit=1,
        faults=_none,
        told=_with({"categorical": True, "nullable": True}, _first_plain),
    ),
    SchemaRule(
        name="metadata_most",
        level="error",
        stops="all",
        text="more fields of your own than the dataset type takes: interactions and action interactions 5, "
        "actions 10, users 25, items 100; reserved fields do not count",
        mend="leave some out of metadata=",
        source="limits",
        faults=_most,
    ),
    SchemaRule(
        name="textual_dataset",
        level="error",
        stops="all",
        text="a field is textual, which only a field of items may be",
        mend='metadata={"BIO": pdprep.Field("BIO", categorical=True)}',
        source=_FORMAT,
        faults=_where(lambda schema, field: field.textual and schema.dataset != "items"),
    ),
    SchemaRule(
        name="textual_most",
        level="error",
        stops="all",
        text="items has more than one textual field",
        mend="make the others plain strings",
        source="limits",
        limit=1,
        faults=_textual,
    ),
    SchemaRule(
        name="field_missing",
        level="error",
        stops="all",
        text="a field that the dataset type requires is missing",
        mend='columns={"ITEM_ID": "movieId"}',
        source=_RESERVED,
        faults=_missing,
    ),
    SchemaRule(
        name="reserved_type",
        level="error",
        stops="all",
        text="a reserved field has another type, may be null, or is categorical or textual "
        "where it may not be",
        mend='leave the Field out: metadata={"PRICE": "price"}',
        source=_RESERVED,
        faults=_where(_other_type),
    ),
    SchemaRule(
        name="schema_length",
        level="error",
        stops="all",
        text=f"the schema has more than {limits.SCHEMA_LENGTH:,} characters",
        mend="use fewer fields or shorter names",
        source="API_CreateSchema",
        limit=limits.SCHEMA_LENGTH,
        faults=lambda schema: list(schema.columns) if len(schema.to_avro()) > limits.SCHEMA_LENGTH else [],
    ),
    SchemaRule(
        name="name_length",
        level="error",
        stops="all",
        text=f"a field's name has more than {limits.COLUMN_NAME_LENGTH} characters",
        mend='metadata={"SHORT_NAME": "column"}',
        source="API_TrainingDataConfig",
        limit=limits.COLUMN_NAME_LENGTH,
        faults=_where(lambda schema, field: len(field.name) > limits.COLUMN_NAME_LENGTH),
    ),
    SchemaRule(
        name="property_forbidden",
        level="error",
        stops="put",
        text="a field has a name that a put uses for something else",
        mend="group.bulk(frame)  # takes them; or another name for the field",
        source="API_UBS_Event",
        faults=_where(_forbidden),
    ),
    SchemaRule(
        name="string_plain",
        level="warning",
        stops="none",
        text="a string field that is neither categorical nor textual is stored, and not trained on",
        mend='metadata={"BRAND": pdprep.Field("BRAND", categorical=True)}',
        source=_FORMAT,
        told=_with({"categorical": True}, _plain),
        faults=_where(_plain),
    ),
    SchemaRule(
        name="boolean_unused",
        level="warning",
        stops="none",
        text="a boolean field is used neither in training nor in filters",
        mend='metadata={"HD": pdprep.Field("HD", categorical=True)}',
        source=_FORMAT,
        told=_with({"type": "string", "categorical": True}, _boolean),
        faults=_where(_boolean),
    ),
    SchemaRule(
        name="attribution_event_type",
        level="warning",
        stops="none",
        text="EVENT_ATTRIBUTION_SOURCE without EVENT_TYPE: a metric counts events of a type",
        mend="map EVENT_TYPE to the column that says what was done",
        source="metric-attribution-requirements",
        faults=_no_event_type,
    ),
    SchemaRule(
        name="columns_chosen",
        level="info",
        stops="none",
        text=f"more than {limits.COLUMNS_CHOSEN} columns: no more can be chosen for a training, "
        "or left out of it",
        mend="nothing, unless a training shall choose among them",
        source="API_TrainingDataConfig",
        limit=limits.COLUMNS_CHOSEN,
        faults=lambda schema: list(schema.columns) if len(schema.columns) > limits.COLUMNS_CHOSEN else [],
    ),
    SchemaRule(
        name="objective_nullable",
        level="info",
        stops="none",
        text="a number that may be null cannot be the objective of a solution, and once deployed it stays so",
        mend='metadata={"PRICE": pdprep.Field("PRICE", "float")}  # if no price is missing',
        source="optimizing-solution-for-objective, updating-dataset-schema",
        told=_with({"nullable": False}, _no_objective, "  # if none is missing"),
        faults=lambda schema: list(no_objectives(schema)),
    ),
    SchemaRule(
        name="creation_timestamp_missing",
        level="info",
        stops="none",
        text="items have no CREATION_TIMESTAMP: the service takes an item's oldest interaction for it",
        mend="items.lazy().pipe(transforms.creation_timestamps, interactions.lazy())",
        source="items-datasets",
        faults=_no_creation_time,
    ),
)
