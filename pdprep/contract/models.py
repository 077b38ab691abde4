"""A user's own Pandera model as fields and checks.

Nothing of Pandera is imported here: the model brings it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from pdprep.contract import catalogue
from pdprep.contract.fields import Field
from pdprep.errors import ContractError

Checks = tuple[tuple[str, Any], ...]
_TYPES: Final = {
    "String": "string", "Categorical": "string", "Enum": "string", "Boolean": "boolean",
    "Int8": "int", "Int16": "int", "Int32": "int", "UInt8": "int", "UInt16": "int",
    "Int64": "long", "UInt32": "long", "UInt64": "long", "Float32": "float", "Float64": "float",
    "Decimal": "float", "Date": "long", "Datetime": "long", "List": "string", "Array": "string",
}  # fmt: skip
_LISTS: Final = ("List", "Array")
# Pandera's own checks that hold a value against others, which are of the model's type and not the field's.
_COMPARING: Final = (
    "equal_to", "not_equal_to", "greater_than", "greater_than_or_equal_to", "less_than",
    "less_than_or_equal_to", "in_range", "isin", "notin",
)  # fmt: skip


def read(model: Any, dataset: str, domain: str) -> tuple[tuple[Field, ...], Checks]:
    """Return the fields of a model and its checks, each with its column (empty: of whole rows).

    Raises:
        ContractError: It is no model, or a column has a type that Amazon Personalize does not take.
    """
    if not hasattr(model, "to_schema"):
        raise ContractError(
            f"a {type(model).__name__}",
            "a pandera.polars.DataFrameModel",
        )
    schema = model.to_schema()
    fields = {name: _field(dataset, domain, name, column) for name, column in schema.columns.items()}
    return tuple(fields.values()), tuple(_checks(schema, fields))


def _field(dataset: str, domain: str, name: str, column: Any) -> Field:
    reserved = catalogue.field(dataset, domain, name)
    if reserved:
        return reserved
    marks, kind = column.metadata or {}, str(column.dtype).partition("(")[0]
    if kind not in _TYPES:
        raise ContractError(
            f"{name} is {column.dtype}",
            "text, a number, a boolean, a date, a time or a list of text",
            f"{name}: str",
        )
    textual = bool(marks.get("textual"))
    named = kind in ("Categorical", "Enum", *_LISTS) or any(check.name == "isin" for check in column.checks)
    categorical = _TYPES[kind] == "string" and not textual and (named or bool(marks.get("categorical")))
    nullable = column.nullable or not column.required
    return Field(name, _TYPES[kind], nullable=nullable, categorical=categorical, textual=textual)


def _checks(schema: Any, fields: Mapping[str, Field]) -> Iterator[tuple[str, Any]]:
    for name, column in schema.columns.items():
        for check in column.checks:
            yield name, _as_the_field(fields[name], check) if check.name in _COMPARING else check
    yield from (("", check) for check in schema.checks)


def _as_the_field(field: Field, check: Any) -> Any:
    """Return a check that compares with values of the field's type: those of dates as seconds since 1970."""
    mine = {key: _comparable(field, value) for key, value in check.statistics.items()}
    if None in mine.values():
        # Ids are text: 9 is less than 10 and "9" is not less than "10".
        raise ContractError(
            f"{check.name} of {field.name} compares with {', '.join(map(repr, check.statistics.values()))}",
            f"{field.name} is {field.kind} in Amazon Personalize: a value of that type, or no {check.name}",
        )
    return check if mine == check.statistics else getattr(type(check), check.name)(**mine)


def _comparable(field: Field, value: Any) -> Any:
    """Return a statistic as the field has it, None where its values cannot be compared with it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Iterable) and not isinstance(value, str):
        each = [_comparable(field, one) for one in value]
        return None if None in each else each
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        return int(seconds) if field.numeric else None
    return value if isinstance(value, str) == (field.type == "string") else None
