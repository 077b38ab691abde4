"""Avro schemas as the service reads them: fields with type, null, categorical and textual."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pdprep.local.refusals import invalid
from pdprep.local.rows.reserved import DATASET_TYPES, KEYS, RANGES

TYPES = {"string", "int", "long", "float", "double", "boolean"}
IDS = {"USER_ID": 256, "ITEM_ID": 256, "ACTION_ID": 256}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class AvroColumn:
    """One field of a schema.

    ``limit`` is the most characters a value may have, 0 for no limit; ``bounds`` the least and the most a
    number may be.
    """

    name: str
    type: str
    nullable: bool
    categorical: bool = False
    textual: bool = False
    limit: int = 0
    bounds: tuple[int, int] | None = None

    @property
    def metadata(self) -> bool:
        """Say whether a training can use a field: one that is categorical, textual or a number."""
        return self.categorical or self.textual or self.type in ("int", "long", "float", "double")


@dataclass(frozen=True)
class AvroSchema:
    """A schema: the type of dataset it describes and its columns in order."""

    type: str
    columns: tuple[AvroColumn, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> str:
        """The column that identifies a record; empty for interactions, which have none."""
        return KEYS.get(self.type, "")

    @cached_property
    def properties(self) -> tuple[tuple[AvroColumn, tuple[str, ...]], ...]:
        """Each column with the property names of a put record that fill it, the documented one first."""
        return tuple((column, spellings(column.name)) for column in self.columns)


def parse(text: str) -> AvroSchema:
    """Read Avro JSON or refuse it.

    >>> parse('{"type": "record", "name": "Users", "fields": [{"name": "USER_ID", "type": "string"},'
    ...       '{"name": "AGE", "type": ["int", "null"]}]}').names
    ('USER_ID', 'AGE')
    """
    return read(_document(text))


def read(document: dict[str, Any]) -> AvroSchema:
    """Turn a parsed Avro document into a schema."""
    kind = _dataset_type(str(document.get("name", "")))
    fields = document.get("fields")
    if document.get("type") != "record" or not isinstance(fields, list) or not fields:
        raise invalid("The schema must be an Avro record with fields.")
    return AvroSchema(kind, tuple(_column(field, kind) for field in fields))


def spellings(name: str) -> tuple[str, ...]:
    """Return the property names of a field: camelCase (developer guide, importing-items).

    The guide says nothing of names that are not all capitals, so they are also taken as they are.

    >>> spellings("CATEGORY_L1"), spellings("NUMBER_OF_RATINGS"), spellings("releaseYear")
    (('categoryL1',), ('numberOfRatings',), ('releaseyear', 'releaseYear'))
    """
    first, *rest = name.split("_")
    camel = first.lower() + "".join(part.capitalize() for part in rest)
    return (camel,) if name == name.upper() else (camel, name)


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:  # the second for JSON that is nested too deeply
        raise invalid("The schema is not valid Avro JSON.") from error
    if not isinstance(document, dict):
        raise invalid("The schema must be an Avro record.")
    return document


def _dataset_type(name: str) -> str:
    # The guide's schemas are named Interactions, a dataset's type is INTERACTIONS: case does not count.
    kind = name.replace("_", "").upper()
    known = {entry.replace("_", ""): entry for entry in DATASET_TYPES}
    if kind not in known:
        raise invalid(
            f"The schema name '{name}' must be Interactions, Items, Users, Actions or Action_Interactions."
        )
    return known[kind]


def _column(field: Any, kind: str) -> AvroColumn:
    if not isinstance(field, dict) or not _NAME.fullmatch(str(field.get("name", ""))):
        raise invalid(f"A field of the schema has no valid name: {json.dumps(field)[:100]}")
    name = str(field["name"])
    base, nullable = _types(name, field.get("type"))
    categorical, textual = field.get("categorical") is True, field.get("textual") is True
    limit = _limit(name, base, kind, categorical, textual)
    return AvroColumn(name, base, nullable, categorical, textual, limit, RANGES.get((kind, name)))


def _types(name: str, given: Any) -> tuple[str, bool]:
    types = given if isinstance(given, list) else [given]
    bases = [entry for entry in types if entry != "null"]
    if len(bases) != 1 or not isinstance(bases[0], str) or bases[0] not in TYPES:
        raise invalid(f"The type of field {name} must be one of {sorted(TYPES)}, alone or with null.")
    return bases[0], "null" in types


def _limit(name: str, base: str, kind: str, categorical: bool, textual: bool) -> int:
    """Return the most characters of a value; textual ones are cut and have none.

    Source: developer guide, limits (ids 256; categorical values and impressions 1000); items-datasets,
    users-datasets and actions-datasets (other strings 1000).
    """
    if name in IDS:
        return IDS[name]
    if base != "string" or textual:
        return 0
    return 1000 if categorical or name == "IMPRESSION" or kind in KEYS else 0
