"""What a transform asks of a frame: said when it is called, before a row is read."""

from __future__ import annotations

import difflib
from typing import Final

import polars as pl

from pdprep.errors import MappingError

_TIME_WAY: Final = 'frame.lazy().pipe(transforms.epoch, "{name}")'
_LIST_WAY: Final = 'frame.lazy().pipe(transforms.split, "{name}")'
_TEXT_WAY: Final = 'frame.lazy().with_columns(pl.col("{name}").cast(pl.String))'


def types(frame: pl.LazyFrame, who: str, *names: str) -> pl.Schema:
    """Return the types of a frame's columns.

    Args:
        frame: What was given to the transform.
        who: The transform.
        names: The columns that it uses.

    Raises:
        MappingError: The frame has no such column; the nearest is named.
    """
    schema = frame.collect_schema()
    for name in names:
        if name not in schema:
            close = difflib.get_close_matches(name, schema.names(), n=1, cutoff=0.5)
            hint = f'"{close[0]}"  # in place of {name!r}' if close else ""
            raise MappingError(
                f"no column {name!r} for transforms.{who}", f"one of {', '.join(schema.names())}", hint
            )
    return schema


def numbers(frame: pl.LazyFrame, who: str, *names: str) -> pl.Schema:
    """Return the types, of times that must be numbers (seconds since 1970)."""
    schema = types(frame, who, *names)
    for name in names:
        if not schema[name].is_numeric() and schema[name] != pl.Null:
            raise _other(who, name, schema[name], "seconds since 1970", _TIME_WAY)
    return schema


def number(frame: pl.LazyFrame, who: str, name: str) -> pl.Expr:
    """Return a column of numbers, or of text of them, as floats; text that is no number is an error."""
    dtype = types(frame, who, name)[name]
    if dtype.is_numeric():
        return pl.col(name).cast(pl.Float64)
    texts(frame, who, name)
    return pl.col(name).map_batches(_numbers, return_dtype=pl.Float64, is_elementwise=True)


def _numbers(values: pl.Series) -> pl.Series:
    clean = values.cast(pl.String).str.strip_chars()
    found = clean.cast(pl.Float64, strict=False)
    lost = int((found.is_null() & (clean != "")).sum())
    if lost:
        raise MappingError(
            f"{lost:,} values of {values.name} are no numbers",
            "numbers, or text of them",
            f'frame.lazy().pipe(transforms.prices, "{values.name}")  # which reads 4,5',
        )
    return found


def ordered(frame: pl.LazyFrame, who: str, *names: str) -> pl.Schema:
    """Return the types, of times that must have an order: text has another one than time."""
    schema = types(frame, who, *names)
    for name in names:
        if not (schema[name].is_numeric() or schema[name].is_temporal() or schema[name] == pl.Null):
            raise _other(who, name, schema[name], "numbers, dates or times", _TIME_WAY)
    return schema


def texts(frame: pl.LazyFrame, who: str, *names: str) -> pl.Schema:
    """Return the types, of columns that must be text."""
    schema = types(frame, who, *names)
    for name in names:
        if not isinstance(schema[name], pl.String | pl.Categorical | pl.Enum | pl.Null):
            raise _other(who, name, schema[name], "text", _TEXT_WAY)
    return schema


def lists(frame: pl.LazyFrame, who: str, *names: str) -> pl.Schema:
    """Return the types, of columns that must be lists."""
    schema = types(frame, who, *names)
    for name in names:
        if not isinstance(schema[name], pl.List | pl.Array):
            raise _other(who, name, schema[name], "lists", _LIST_WAY)
    return schema


def _other(who: str, name: str, dtype: pl.DataType, wanted: str, way: str) -> MappingError:
    return MappingError(f"{name} is {dtype}", f"transforms.{who} needs {wanted}", way.format(name=name))
