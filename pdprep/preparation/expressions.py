"""Expressions of the user's over a source's columns: tried, typed, and told from column names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from pdprep.errors import MappingError
from pdprep.preparation import columns
from pdprep.preparation.conversions import Conversion
from pdprep.preparation.files import first_line
from pdprep.preparation.reading import reading
from pdprep.preparation.sources import FILE, ROW, Source

TEXT: Final = "__text_"
INFER_ROWS: Final = 10_000

Given = str | pl.Expr


def typed(source: Source, conversions: Sequence[Conversion]) -> pl.LazyFrame:
    """Return the source's rows with the columns that expressions use typed as Polars infers them.

    A CSV is read as text so that ids keep their zeros, while ``pl.col("rating") > 3`` needs a number. A
    column that is used both ways is kept as text under another name.
    """
    used, frame = used_in(conversions), _without_blanks(source, conversions)
    if not (source.is_text and used):
        return frame
    types = _inferred(source)
    kept = frame.with_columns(pl.col(name).alias(TEXT + name) for name in sorted(used))
    return kept.with_columns(_as(pl.col(name), types[name]).alias(name) for name in sorted(used))


def typed_for(source: Source, given: Given) -> pl.LazyFrame:
    """Return the source's frame typed for one expression."""
    if isinstance(given, str) or not source.is_text:
        return source.frame
    types = _inferred(source)
    roots = given.meta.root_names()
    return source.frame.with_columns(_as(pl.col(name), types[name]).alias(name) for name in roots)


def by_expression(conversions: Sequence[Conversion]) -> tuple[str, ...]:
    """Return the fields that are read by an expression of the user's."""
    return tuple(each.field.name for each in conversions if isinstance(each.given, pl.Expr))


def used_in(conversions: Sequence[Conversion]) -> set[str]:
    """Return the source's columns that expressions use."""
    return {
        name
        for each in conversions
        if isinstance(each.given, pl.Expr)
        for name in each.given.meta.root_names()
    }


def dtype(source: Source, name: str, given: Given) -> pl.DataType:
    """Return the type of a column, or of an expression as tried on no row: most mistakes show there."""
    if isinstance(given, str):
        return source.schema[given]
    types = _inferred(source) if source.is_text else source.schema
    try:
        tried = pl.DataFrame(schema=dict(types)).lazy().select(given).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        roots = [root for root in given.meta.root_names() if root in types]
        have = ", ".join(f"{root} {types[root]}" for root in roots)
        raise MappingError(
            f"the expression for {name} cannot be used ({first_line(error)})",
            f"an expression that fits the source's columns ({have})",
            f'pl.col("{roots[0] if roots else "..."}").cast(pl.Float64, strict=False) in the expression',
        ) from error
    if tried.width != 1:
        raise MappingError(
            f"the expression for {name} gives {tried.width} columns ({', '.join(tried.columns)})",
            "one column",
            f'columns={{"{name}": "{next(iter(types), "...")}"}}',
        )
    return tried.dtypes[0]


def expression(given: Given) -> pl.Expr:
    """Return what the user wrote as an expression."""
    return pl.col(given) if isinstance(given, str) else given


def _without_blanks(source: Source, conversions: Sequence[Conversion]) -> pl.LazyFrame:
    """Skip the blank lines of a CSV, as its readers do: rows with nothing in any column that is used.

    Polars gives a row of nulls for each. Columns that are not used are not looked at: reading them would
    double the cost of a wide file.
    """
    given = (expression(each.given) for each in conversions if each.given is not None)
    names = {name for each in given for name in each.meta.root_names()}
    if not (source.is_text and names):
        return source.frame
    used = [name for name in (ROW, FILE, *sorted(names)) if name in source.frame.collect_schema()]
    return source.frame.select(used).map_batches(lambda rows: _filled(rows, names), streamable=True)


def _filled(rows: pl.DataFrame, names: set[str]) -> pl.DataFrame:
    """Return the rows that hold a value: all of them, where a column has no gap."""
    if any(not rows[name].null_count() for name in names):
        return rows
    return rows.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in names))


def _inferred(source: Source) -> dict[str, pl.DataType]:
    with reading(source):
        return dict(source.scan(source.files[0], infer_schema_length=INFER_ROWS).collect_schema())


def _as(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return columns.truth_of_text(column) if isinstance(dtype, pl.Boolean) else column.cast(dtype)
