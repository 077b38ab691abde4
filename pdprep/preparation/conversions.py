"""What is done to one column: a table by the field's meaning and the column's type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.contract.meanings import is_timestamp
from pdprep.errors import MappingError
from pdprep.preparation import columns, ids, times

Convert = Callable[[pl.Expr], pl.Expr]
EXPRESSION: Final = "the expression"
RAW: Final = "__raw_"
MARKED: Final = "__marked_"


class Way(NamedTuple):
    """How values of one type are read, what to tell the user, and the rule that an unreadable one breaks.

    ``batch`` converts text a batch at a time. ``of_id`` says that it is yet
    to be read in the form that the ids of the whole column have, by ``ids_told.read_in``.
    """

    convert: Convert
    note: str
    rule: str = ""  # empty: cannot fail
    batch: columns.Batchwise | None = None
    local: Convert | None = None  # where a time bears no zone, which is taken as UTC
    of_id: bool = False

    def as_told(self, kind: str) -> Way:
        """Return the way to a type that first rows told: text that only looks like a number is none."""
        told = columns.AS_TOLD.get(kind) if self.note.startswith("text to") else None
        return self._replace(convert=told) if told else self


@dataclass(frozen=True, eq=False)
class Conversion:
    """One field, the expression it is read from, and how.

    ``given`` is what the user wrote: a column's name, an expression, or None where the field stays null.
    """

    field: Field
    expr: pl.Expr
    given: str | pl.Expr | None
    way: Way

    @property
    def origin(self) -> str:
        """Where the values come from, in words."""
        if isinstance(self.given, str):
            return self.given
        return "nowhere" if self.given is None else "an expression"

    @property
    def clean(self) -> pl.Expr:
        """The field's value as Amazon Personalize takes it."""
        return self.way.convert(self.expr).alias(self.field.name)

    @property
    def marked(self) -> pl.Expr | None:
        """A struct of the value and of whether its batch may hold unusual ones; None if that is not told."""
        if self.way.batch is None:
            return None
        return columns.marked(self.expr, self.way.batch, self.field.name).alias(MARKED + self.field.name)

    @property
    def raw(self) -> str:
        """The name of the hidden column that keeps the source's value as text."""
        return RAW + self.field.name

    @property
    def carried(self) -> pl.Expr:
        """The source's value under its hidden name."""
        return self.expr.alias(self.raw)

    def shown(self, latest: int) -> pl.Expr:
        """The carried value as text where a report may have to show it, else null; spaces alone are no value.

        Args:
            latest: A timestamp after this one, in seconds since 1970, is shown as the source wrote it.
        """
        clean, as_text = pl.col(self.field.name), _joined if self.way.rule == "category_bar" else _AS_TEXT
        unread = clean.is_null()
        if is_timestamp(self.field):
            unread = unread | ~clean.is_between(times.FROM_1980, latest)
        return columns.not_blank(as_text(pl.when(unread).then(pl.col(self.raw)))).alias(self.raw)


def way(
    contract: Contract,
    field: Field,
    dtype: pl.DataType,
    origin: str,
    hint: Callable[[str], str] = lambda cast: "",
) -> Way:
    """Return how a column of this type becomes this field.

    Args:
        contract: The contract that the field belongs to.
        field: What the column becomes.
        dtype: What the column is.
        origin: The column's name, for the error.
        hint: What to type instead, given the name of a Polars type that the field is read from.

    Raises:
        MappingError: No value of this type can become the field.
    """
    meaning, family = _meaning(contract, field), _family(dtype)
    ways = _WAYS[meaning]
    found = ways.get(family) or (ways.get("float") if family == "decimal" else None)
    if found is None:
        raise MappingError(
            f"{origin} is {dtype}",
            f"{field.name} is {_WANTED[meaning]}",
            hint(_CASTS.get(meaning, "String")),
        )
    if meaning == "timestamp" and field.type != "long":  # a schema that is deployed so is taken as it is
        # A moment that the deployed type does not hold is no missing one.
        rule = found.rule or "timestamp_unreadable"
        return found._replace(convert=_then(found.convert, _cast(_TIMES_OF[field.type])), rule=rule)
    return found


def holds_ids(contract: Contract, field: Field) -> bool:
    """Say whether a field is an id, or a list of ids: what an expression gives it comes from text alone."""
    return field.name in contract.ids or field.put_only or field.name == "IMPRESSION"


def _meaning(contract: Contract, field: Field) -> str:
    if field.name in contract.ids or field.put_only:
        return "id"
    if is_timestamp(field):
        return "timestamp"
    if field.name == "EVENT_TYPE":
        return "event type"
    return {"string": "string", "boolean": "boolean", "int": "int", "long": "long"}.get(field.type, "float")


def _family(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.String):
        return "text"
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return "category"
    if isinstance(dtype, pl.Datetime | pl.Date):
        return "moment" if isinstance(dtype, pl.Datetime) and dtype.time_zone else "local"
    if isinstance(dtype, pl.List | pl.Array):
        return "other" if dtype.inner.is_nested() else "list"
    if isinstance(dtype, pl.Boolean):
        return "boolean"
    if isinstance(dtype, pl.Null):
        return "null"
    if isinstance(dtype, pl.Decimal):
        return "decimal"
    if dtype.is_float():
        return "float"
    return "integer" if dtype.is_integer() else "other"


def _cast(dtype: type[pl.DataType]) -> Convert:
    return lambda column: column.cast(dtype, strict=False)


def _joined(column: pl.Expr) -> pl.Expr:
    return column.cast(pl.List(pl.String)).list.join("|", ignore_nulls=True)


def _then(first: Convert, second: Convert) -> Convert:
    return lambda column: second(first(column))


_AS_TEXT: Final = _cast(pl.String)
_NULL: Final = Way(_AS_TEXT, "nothing there: null")
_WHOLE: Final = "whole numbers; 3.0 becomes 3"
_MOMENTS: Final = "dates and times (no zone: UTC) to seconds since 1970"
_SECONDS: Final = "to seconds since 1970; the unit (s, ms, us, ns) is told by the magnitude"

_IDS: Final = {
    "text": Way(
        columns.text, "text; outer spaces stripped", batch=columns.id_wise(columns.stripped), of_id=True
    ),
    "category": Way(
        _then(_AS_TEXT, columns.text),
        "categories to text",
        batch=columns.id_wise(columns.stripped),
        of_id=True,
    ),
    "integer": Way(_AS_TEXT, "integers to text"),
    "float": Way(ids.from_float, "floats to text, 1.0 becomes 1", "id_unreadable", of_id=True),
    "decimal": Way(ids.from_decimal, "decimals to text, 1.00 becomes 1", "id_unreadable", of_id=True),
    "null": _NULL,
}
_TIMES: Final = {
    "text": Way(
        times.epoch_of_text,
        f"ISO 8601 text (no zone: UTC) and numbers {_SECONDS}",
        "timestamp_unreadable",
        local=times.without_zone,
    ),
    "integer": Way(times.epoch_of_number, f"numbers {_SECONDS}", "timestamp_unit"),
    "float": Way(times.epoch_of_float, f"numbers {_SECONDS}", "timestamp_unit"),
    "moment": Way(times.epoch_of_moment, "dates and times with a zone to seconds since 1970"),
    "local": Way(
        times.epoch_of_moment,
        "dates and times without a zone, taken as UTC, to seconds since 1970",
        local=lambda column: column.is_not_null(),
    ),
    "null": Way(_cast(pl.Int64), "nothing there: null"),
}
_CASTS: Final = {
    "int": "Int32",
    "long": "Int64",
    "float": "Float64",
    "timestamp": "Int64",
    "boolean": "Boolean",
}
_TIMES_OF: Final = {"int": pl.Int32, "float": pl.Float64, "double": pl.Float64}
_STRINGS: Final = {
    "text": Way(columns.one_line, "text; line breaks become spaces, empty text null", batch=columns.LINES),
    "category": Way(_then(_AS_TEXT, columns.one_line), "categories to text"),
    "integer": Way(_AS_TEXT, "integers to text"),
    "float": Way(_then(lambda column: column.fill_nan(None), _AS_TEXT), "numbers to text, NaN to null"),
    "decimal": Way(_AS_TEXT, "numbers to text"),
    "boolean": Way(columns.named_truth, "booleans to the text True and False"),
    "moment": Way(_AS_TEXT, "dates and times to text"),
    "local": Way(_AS_TEXT, "dates and times to text"),
    "list": Way(columns.joined, "lists joined by |", "category_bar"),
    "null": _NULL,
}
_EVENT_TYPES: Final = {
    name: Way(_then(_AS_TEXT, columns.word), f"{each.note}; outer spaces stripped")
    for name, each in _STRINGS.items()
    if name in ("text", "category", "integer", "null")
}
_BOOLEANS: Final = {
    "text": Way(columns.truth_of_text, "true and false, 1 and 0, yes and no", "boolean_unreadable"),
    "boolean": Way(lambda column: column, "kept"),
    "integer": Way(
        lambda column: pl.when(column.is_in([0, 1])).then(column == 1), "1 and 0", "boolean_unreadable"
    ),
    "null": Way(_cast(pl.Boolean), "nothing there: null"),
}


def _numbers(dtype: type[pl.DataType], of_text: Convert, note: str) -> dict[str, Way]:
    cast = _cast(dtype)
    return {
        "text": Way(_then(of_text, cast), f"text to {note}", "number_unreadable"),
        "integer": Way(cast, f"to {note}", "number_unreadable"),
        "float": Way(cast, f"to {note}", "number_unreadable"),
        "boolean": Way(cast, "true to 1, false to 0"),
        "null": Way(cast, "nothing there: null"),
    }


def _whole(dtype: type[pl.DataType]) -> dict[str, Way]:
    exact = _then(lambda column: pl.when(column == column.floor()).then(column), _cast(dtype))
    return _numbers(dtype, columns.whole_of_text, _WHOLE) | {
        "float": Way(exact, f"to {_WHOLE}", "number_unreadable")
    }


_LONGS: Final = _whole(pl.Int64) | {
    "text": Way(
        times.whole_or_epoch_of_text,
        f"text to {_WHOLE}; {_MOMENTS}",
        "number_unreadable",
    ),
    "moment": _TIMES["moment"],
    "local": _TIMES["local"],
}
_WAYS: Final[dict[str, dict[str, Way]]] = {
    "id": _IDS,
    "timestamp": _TIMES,
    "event type": _EVENT_TYPES,
    "string": _STRINGS,
    "boolean": _BOOLEANS,
    "int": _whole(pl.Int32),
    "long": _LONGS,
    "float": _numbers(pl.Float64, columns.float_of_text, "numbers"),
}
_WANTED: Final = {
    "id": "an id: text or a whole number",
    "timestamp": "a timestamp: a number, ISO 8601 text, Date or Datetime",
    "event type": "text",
    "string": "text, or a list of categories",
    "boolean": "true or false",
    "int": "a whole number",
    "long": "a whole number, a date or a time",
    "float": "a number",
}
