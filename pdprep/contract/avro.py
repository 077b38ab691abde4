"""The contract as the Avro schema that CreateSchema takes, and back.

Source: Amazon Personalize Developer Guide, how-it-works-dataset-schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pdprep.contract.fields import Field
from pdprep.errors import ContractError

NAMESPACE: Final = "com.amazonaws.personalize.schema"
RECORDS: Final = {
    "interactions": "Interactions",
    "items": "Items",
    "users": "Users",
    "actions": "Actions",
    "action_interactions": "ActionInteractions",
}


def write(dataset: str, fields: Iterable[Field]) -> dict[str, Any]:
    """Return the Avro schema of a dataset type's stored fields.

    >>> write("users", [Field("USER_ID")])["fields"]
    [{'name': 'USER_ID', 'type': 'string'}]
    """
    return {
        "type": "record",
        "name": RECORDS[dataset],
        "namespace": NAMESPACE,
        "fields": [_write(field) for field in fields],
        "version": "1.0",
    }


def read(schema: str | Mapping[str, Any]) -> tuple[str, tuple[Field, ...]]:
    """Return the dataset type and the fields of an Avro schema.

    Raises:
        ContractError: The text is no schema that Amazon Personalize takes.
    """
    record = _parse(schema)
    names = {name.lower(): dataset for dataset, name in RECORDS.items()}
    name = str(record.get("name", "")).lower().replace("_", "")
    if name not in names or not isinstance(record.get("fields"), list):
        raise ContractError(
            f"an Avro record named {record.get('name')!r}",
            f"a record with fields, named one of {', '.join(RECORDS.values())}",
        )
    return names[name], tuple(_read(field) for field in record["fields"])


def _parse(schema: str | Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        record = json.loads(schema) if isinstance(schema, str) else schema
    except json.JSONDecodeError as error:
        raise ContractError(f"a schema that is not JSON ({error})", "an Avro schema as JSON text") from error
    if not isinstance(record, Mapping):
        raise ContractError("a schema that is not a JSON object", "an Avro schema as JSON text")
    return record


def _write(field: Field) -> dict[str, Any]:
    row: dict[str, Any] = {"name": field.name, "type": [field.type, "null"] if field.nullable else field.type}
    if field.categorical:
        row["categorical"] = True
    if field.textual:
        row["textual"] = True
    if field.item_name:
        row["itemName"] = True
    return row


def _read(row: Any) -> Field:
    if not isinstance(row, Mapping) or not {"name", "type"} <= row.keys():
        raise ContractError(
            f"a field {row!r}", "an object with a name and a type", '{"name": "AGE", "type": "int"}'
        )
    kinds = row["type"] if isinstance(row["type"], list) else [row["type"]]
    types = [kind for kind in kinds if kind != "null"]
    if len(types) != 1:
        raise ContractError(f"field {row['name']} has the types {kinds}", "one type, or one type and null")
    return Field(
        str(row["name"]),
        str(types[0]),
        nullable="null" in kinds,
        categorical=bool(row.get("categorical")),
        textual=bool(row.get("textual")),
        item_name=bool(row.get("itemName")),
    )
