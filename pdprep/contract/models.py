"""A user's own Pandera schema or model as fields and checks.

Nothing of Pandera is imported here: the model brings it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields as fields_of
from datetime import UTC, date, datetime
from typing import Any, Final

from pdprep.contract import catalogue
from pdprep.contract.fields import Field
from pdprep.errors import ContractError
from pdprep.spelling import noun

# The title of the checks that ``to_pandera`` writes: every contract is held to them anyway.
OURS: Final = "a rule of pdprep"
Checks = tuple[tuple[str, Any], ...]
# The names of types, in lower case, of Polars and of pandas.
_TYPES: Final = {
    "string": "string", "str": "string", "object": "string", "categorical": "string", "enum": "string",
    "category": "string", "boolean": "boolean", "bool": "boolean",
    "int8": "int", "int16": "int", "int32": "int", "uint8": "int", "uint16": "int",
    "int64": "long", "uint32": "long", "uint64": "long", "float32": "float", "float64": "float",
    "decimal": "float", "date": "long", "datetime": "long", "datetime64": "long",
    "list": "string", "array": "string",
}  # fmt: skip
_CATEGORIES: Final = ("categorical", "enum", "category", "list", "array")
_FIELD: Final = tuple(each.name for each in fields_of(Field))
# Pandera's own checks that hold a value against others, which are of the model's type and not the field's.
_COMPARING: Final = (
    "equal_to", "not_equal_to", "greater_than", "greater_than_or_equal_to", "less_than",
    "less_than_or_equal_to", "in_range", "isin", "notin",
)  # fmt: skip


def schema_of(model: Any) -> Any:
    """Return the ``DataFrameSchema`` of a model, or what is one already.

    Raises:
        ContractError: It is neither.
    """
    if hasattr(model, "to_schema"):
        return model.to_schema()
    if type(model).__name__ == "DataFrameSchema" and type(model).__module__.startswith("pandera."):
        return model
    raise ContractError(
        f"got {noun(model)}",
        "a DataFrameModel or a DataFrameSchema of pandera.polars or pandera.pandas",
    )


def said(schema: Any) -> tuple[str, str]:
    """Return the dataset type and the domain that a schema says it is of.

    Raises:
        ContractError: It says none.
    """
    told = schema.metadata or {}
    if "dataset" not in told:
        # The one whose required fields are all there; that of events before that of the ids they name.
        by_size = sorted(catalogue.DATASETS, key=lambda each: -len(catalogue.required(each, "CUSTOM")))
        found = [
            each
            for each in by_size
            if {field.name for field in catalogue.required(each, "CUSTOM")} <= {*schema.columns}
        ]
        raise ContractError(
            "a schema of no dataset type",
            "the dataset type that its columns are of",
            f'dataset="{(*found, "interactions")[0]}"',
        )
    return str(told["dataset"]), str(told.get("domain", "CUSTOM"))


def read(schema: Any, dataset: str, domain: str) -> tuple[tuple[Field, ...], Checks]:
    """Return the fields of a schema and its checks, each with its column (empty: of whole rows).

    Raises:
        ContractError: A column has a type that Amazon Personalize does not take.
    """
    fields = {name: _field(dataset, domain, name, column) for name, column in schema.columns.items()}
    return tuple(fields.values()), tuple(_checks(schema, fields))


def _field(dataset: str, domain: str, name: str, column: Any) -> Field:
    marks = column.metadata or {}
    if "type" in marks:  # written by to_pandera, which tells a float from a double, and what else
        return Field(name, **{each: marks[each] for each in _FIELD if each in marks})
    reserved = catalogue.field(dataset, domain, name)
    if reserved:
        return reserved
    kind = re.split(r"[(\[]", str(column.dtype).lower())[0]
    if kind not in _TYPES:
        raise ContractError(
            f"{name} is {column.dtype}",
            "text, a number, a boolean, a date, a time or a list of text",
            f"{name}: str",
        )
    textual, item_name = bool(marks.get("textual")), bool(marks.get("item_name"))
    named = kind in _CATEGORIES or any(check.name == "isin" for check in column.checks)
    categorical = _TYPES[kind] == "string" and not textual and (named or bool(marks.get("categorical")))
    nullable = column.nullable or not column.required
    return Field(
        name, _TYPES[kind], nullable=nullable, categorical=categorical, textual=textual, item_name=item_name
    )


def _checks(schema: Any, fields: Mapping[str, Field]) -> Iterator[tuple[str, Any]]:
    of_pandas = type(schema).__module__.startswith("pandera.api.pandas")
    columns = [(name, column.checks) for name, column in schema.columns.items()]
    for name, checks in (*columns, ("", schema.checks)):
        for check in checks:
            if check.title == OURS:
                continue
            if name and check.name in _COMPARING:
                check = _as_the_field(fields[name], check)
            own = of_pandas and not check.is_builtin_check(check.name)
            yield name, _on_pandas(check, type(schema)) if own else check


def _on_pandas(check: Any, schema: Any) -> Any:
    """Return a check of a pandas model as one of Polars; its function is given a batch as pandas has it."""

    def holds(data: Any) -> Any:
        import pandas as pd
        import polars as pl

        # Older versions of Pandera do this when the whole schema validates, which it does not here.
        schema.register_default_backends(pd.DataFrame)
        rows = data.lazyframe.collect()
        given = rows.to_pandas() if data.key in (None, "*") else rows[data.key].to_pandas()
        found = check(given).check_output
        return pl.LazyFrame({"holds": [found] if isinstance(found, bool) else pl.Series(found.to_numpy())})

    return type(check)(holds, name=check.name, statistics=check.statistics)


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
