"""A user's own Pandera model as fields and checks.

Nothing of Pandera is imported here: the model brings it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pdprep.contract import catalogue
from pdprep.contract.fields import Field
from pdprep.errors import ContractError

Checks = tuple[tuple[str, Any], ...]
_TYPES: Final = {
    "String": "string", "Categorical": "string", "Enum": "string", "Boolean": "boolean",
    "Int8": "int", "Int16": "int", "Int32": "int", "UInt8": "int", "UInt16": "int",
    "Int64": "long", "UInt32": "long", "UInt64": "long", "Float32": "float", "Float64": "float",
}  # fmt: skip


def read(model: Any, dataset: str, domain: str) -> tuple[tuple[Field, ...], Checks]:
    """Return the fields of a model and its checks, each with its column (empty: of whole rows).

    Raises:
        ContractError: It is no model, or a column has a type that Amazon Personalize does not take.
    """
    if not hasattr(model, "to_schema"):
        raise ContractError(
            f"a {type(model).__name__}",
            "a pandera.polars.DataFrameModel",
            "Contract.from_pandera(Ratings, ...)",
        )
    schema = model.to_schema()
    fields = tuple(_field(dataset, domain, name, column) for name, column in schema.columns.items())
    return fields, tuple(_checks(schema))


def _field(dataset: str, domain: str, name: str, column: Any) -> Field:
    reserved = catalogue.field(dataset, domain, name)
    if reserved:
        return reserved
    marks, kind = column.metadata or {}, str(column.dtype).partition("(")[0]
    if kind not in _TYPES:
        raise ContractError(
            f"{name} is {column.dtype}",
            "text, a number or a boolean",
            f"{name}: str, or int as seconds since 1970",
        )
    textual = bool(marks.get("textual"))
    named = kind in ("Categorical", "Enum") or any(check.name == "isin" for check in column.checks)
    categorical = _TYPES[kind] == "string" and not textual and (named or bool(marks.get("categorical")))
    nullable = column.nullable or not column.required
    return Field(name, _TYPES[kind], nullable=nullable, categorical=categorical, textual=textual)


def _checks(schema: Any) -> Iterator[tuple[str, Any]]:
    for name, column in schema.columns.items():
        yield from ((name, check) for check in column.checks)
    yield from (("", check) for check in schema.checks)
