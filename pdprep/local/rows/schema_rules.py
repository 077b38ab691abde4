"""What makes a schema one that the service takes. Source: developer guide, how-it-works-dataset-schema."""

from __future__ import annotations

from collections.abc import Iterator

from pdprep.local.refusals import invalid
from pdprep.local.rows import reserved
from pdprep.local.rows.avro import AvroColumn, AvroSchema
from pdprep.local.rows.reserved import CATEGORY, KEYS, MOST, TEXT, Reserved


def check(schema: AvroSchema, domain: str) -> None:
    """Refuse a schema, naming the first thing that is wrong with it."""
    for problem in problems(schema, domain):
        raise invalid(problem)


def problems(schema: AvroSchema, domain: str) -> Iterator[str]:
    """Yield everything that is wrong with a schema."""
    known = reserved.rows(schema.type, domain)
    lacking = [row.name for row in known.values() if row.needed and row.name not in schema.names]
    if lacking:
        yield f"The schema is missing the following required fields: [{', '.join(lacking)}]."
    yield from _names(schema)
    for column in schema.columns:
        yield from _column(column, known.get(column.name))
    yield from _numbers(schema, known)


def _names(schema: AvroSchema) -> Iterator[str]:
    plain = [name.replace("_", "").upper() for name in schema.names]
    twice = sorted({name for name, key in zip(schema.names, plain, strict=True) if plain.count(key) > 1})
    if twice:
        yield f"Field names must be unique: [{', '.join(twice)}]."


def _column(column: AvroColumn, row: Reserved | None) -> Iterator[str]:
    mark = CATEGORY if column.categorical else TEXT if column.textual else ""
    if mark and column.type != "string":
        yield f"Only string fields can be categorical or textual: {column.name}."
    if row is None:
        return
    if column.type not in row.types:
        yield f"The field {column.name} must have the type {' or '.join(row.types)}."
    if column.nullable and not row.nulls:
        yield f"The field {column.name} cannot be null."
    if mark != row.mark and "string" in row.types:
        wanted = f"be {row.mark}" if row.mark else "not be categorical or textual"
        yield f"The field {column.name} must {wanted}."


def _numbers(schema: AvroSchema, known: dict[str, Reserved]) -> Iterator[str]:
    own = [column for column in schema.columns if column.name not in known]
    # Reserved fields are no metadata, but the default Users schema of VIDEO_ON_DEMAND has SUBSCRIPTION_MODEL
    # alone: a reserved field that is categorical does for the one that is needed.
    used = [c for c in schema.columns if c.categorical or (c.metadata and c in own)]
    if schema.type in KEYS and not used:
        needed = "categorical, textual or numerical" if schema.type == "ITEMS" else "categorical or numerical"
        yield f"The {schema.type} schema needs at least one metadata field that is {needed}."
    most = MOST[schema.type]
    if len(own) > most:
        yield f"The {schema.type} schema has {len(own)} metadata fields, at most {most} are allowed."
    textual = [column.name for column in schema.columns if column.textual]
    if textual and (schema.type != "ITEMS" or len(textual) > 1):
        yield f"Only one field of an Items schema can be textual: [{', '.join(textual)}]."
