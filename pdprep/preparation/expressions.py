"""Expressions of the user's over a source's columns: tried, typed, and told from column names.

A CSV is read as text, while ``pl.col("rating") > 3`` needs a number: a column that an expression uses is
typed by its first rows, and each value is held to that. An expression that gives ids sees the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import polars as pl

from pdprep.errors import MappingError
from pdprep.html import shortened
from pdprep.preparation.conversions import Conversion
from pdprep.preparation.files import first_line
from pdprep.preparation.reading import reading
from pdprep.preparation.sources import FILE, ROW, Source, inner, named

TEXT: Final = "__text_"
GIVEN: Final = "__given_"
INFER_ROWS: Final = 10_000
_NUMBER: Final = r"^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$"
_WHOLE: Final = r"^-?\d+(?:\.0*)?$"
_EXACT: Final = 2**53

Given = str | pl.Expr


def typed(source: Source, conversions: Sequence[Conversion]) -> pl.LazyFrame:
    """Return the source's rows as the conversions read them.

    Of a CSV, the columns that expressions use are typed, what an expression gives for ids is made of the text
    before, and a column that is used both ways is kept as text under another name.
    """
    used, frame = used_in(conversions), _without_blanks(source, conversions)
    if not source.is_text:
        return frame
    of_text = {each.expr.meta.output_name(): each.given for each in conversions if _reads_text(each)}
    kept = [pl.col(name).alias(TEXT + name) for name in sorted(used)]
    made = [given.alias(name) for name, given in of_text.items() if isinstance(given, pl.Expr)]
    if not kept and not made:
        return frame
    return frame.with_columns(*kept, *made).with_columns(_typed(source, used))


def typed_for(source: Source, given: Given) -> pl.LazyFrame:
    """Return the source's frame typed for one expression."""
    if isinstance(given, str) or not source.is_text:
        return source.frame
    return source.frame.with_columns(_typed(source, given.meta.root_names()))


def types(source: Source, names: Iterable[str]) -> dict[str, pl.DataType]:
    """Return the types of columns in expressions: those of a CSV are told by its first rows, once."""
    if not source.is_text:
        return {name: source.schema[name] for name in names}
    fresh = [name for name in names if name not in source.types]
    if fresh:
        with reading(source):
            head = source.frame.select(fresh).head(INFER_ROWS).collect()
        source.types.update((name, _proposed(head[name])) for name in fresh)
    return {name: source.types[name] for name in names}


def typed_like(source: Source, like: Source, conversions: Sequence[Conversion]) -> Source:
    """Return a CSV with the types that the columns of expressions have in a source before it."""
    if not source.is_text:
        return source
    before = types(like, sorted(used_in(conversions)))
    kept = {name: each for name, each in before.items() if each == pl.String or type(each) in _READ}
    return replace(source, types=kept)


def by_expression(conversions: Sequence[Conversion]) -> tuple[str, ...]:
    """Return the fields that are read by an expression of the user's."""
    return tuple(each.field.name for each in conversions if isinstance(each.given, pl.Expr))


def used_in(conversions: Sequence[Conversion]) -> set[str]:
    """Return the source's columns that expressions use, but for those that give ids of a CSV."""
    return {
        name
        for each in conversions
        if isinstance(each.given, pl.Expr) and not _reads_text(each)
        for name in each.given.meta.root_names()
    }


def dtype(
    source: Source, name: str, given: Given, ids: bool = False, argument: str = "columns"
) -> pl.DataType:
    """Return the type of a column, or of an expression as tried on no row: most mistakes show there.

    Args:
        source: What is read.
        name: The field.
        given: The column or the expression.
        ids: Whether it gives ids, and so sees the text of a CSV.
        argument: Where the mapping was written, for the error.
    """
    if isinstance(given, str):
        return source.schema[given]
    used = roots(given)
    known = dict(source.schema) | ({} if ids else types(source, used))
    try:
        tried = pl.DataFrame(schema=known).lazy().select(given).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        have = ", ".join(f"{root} {known[root]}" for root in used)
        raise MappingError(
            f"the expression for {name} cannot be used ({first_line(error)})",
            f"an expression that fits the source's columns ({have})",
            f'pl.col("{used[0]}").cast(pl.Float64)  # in the expression, for pl.col("{used[0]}")'
            if used
            else "",
        ) from error
    if tried.width != 1:
        raise MappingError(
            f"the expression for {name} gives {tried.width} columns ({', '.join(tried.columns)})",
            "one column",
            f'{argument}={{"{name}": "{tried.columns[0]}"}}'
            if tried.width and tried.columns[0] in known
            else "",
        )
    return tried.dtypes[0]


def expression(given: Given) -> pl.Expr:
    """Return what the user wrote as an expression."""
    return named(given) if isinstance(given, str) else given


def roots(given: Given) -> list[str]:
    """Return the columns that a column or an expression reads."""
    return [given] if isinstance(given, str) else given.meta.root_names()


def _reads_text(conversion: Conversion) -> bool:
    return conversion.expr.meta.root_names()[:1] == [GIVEN + conversion.field.name]


def _without_blanks(source: Source, conversions: Sequence[Conversion]) -> pl.LazyFrame:
    """Skip the blank lines of a CSV, as its readers do: rows with nothing in any column that is used.

    Polars gives a row of nulls for each. Columns that are not used are not looked at: reading them would
    double the cost of a wide file.
    """
    names = {inner(name) for each in conversions if each.given is not None for name in roots(each.given)}
    if not (source.is_text and names):
        return source.frame
    used = [name for name in (ROW, FILE, *sorted(names)) if name in source.frame.collect_schema()]
    *_, last = (name for name in source.frame.collect_schema() if name in names)

    def filled(rows: pl.DataFrame) -> pl.DataFrame:
        if rows[last].null_count():
            source.gaps.add(last)
        if any(not rows[name].null_count() for name in names):  # no row is without a value
            return rows
        return rows.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in names))

    return source.frame.select(used).map_batches(filled, streamable=True)


def _proposed(values: pl.Series) -> pl.DataType:
    """Return the type that keeps each of the first values, or text."""
    filled = values.drop_nulls()
    fits = (
        dtype for dtype, read in _READ.items() if filled.len() and not _changed(filled, read(filled)).any()
    )
    return next(fits, pl.String)()


def _typed(source: Source, names: Iterable[str]) -> list[pl.Expr]:
    found = {name: each for name, each in types(source, sorted(names)).items() if each != pl.String}
    return [
        pl.struct(ROW, name)
        .map_batches(partial(_checked, source, name, each), return_dtype=each, is_elementwise=True)
        .alias(name)
        for name, each in found.items()
    ]


def _checked(source: Source, name: str, dtype: pl.DataType, rows: pl.Series) -> pl.Series:
    """Return a batch of text as a type that keeps each of its values.

    Raises:
        MappingError: It does not keep one; the row and the column are named.
    """
    texts = rows.struct.field(name)
    values = _READ[type(dtype)](texts)
    changed = _changed(texts, values)
    if changed.any():
        place = changed.arg_max() or 0
        row, text = rows.struct.field(ROW)[place], shortened(texts[place])
        raise MappingError(
            f"column {name!r} holds {text!r} in row {row}, which is not kept as {dtype}",
            f"{name} is typed for the expression by its first {INFER_ROWS:,} rows, and no value may change",
            f"{source.asked.code(source.label)}  # as the source: the expression sees text, and reads it by "
            f"{_read_by_hand(name, dtype)}",
        )
    return values


def _read_by_hand(name: str, dtype: pl.DataType) -> str:
    if dtype == pl.Boolean:
        return f'pl.col("{name}").str.to_lowercase() == "true"'
    return f'pl.col("{name}").cast(pl.Float64)'


def _changed(texts: pl.Series, values: pl.Series) -> pl.Series:
    """Say which texts a type does not keep: a number may be spelled otherwise, but stays the same."""
    if values.dtype == pl.Int64:
        return (values.cast(pl.String) != texts).fill_null(True) & texts.is_not_null()
    if values.dtype == pl.Boolean:
        return values.is_null() & texts.is_not_null()
    beyond = (values.abs() >= _EXACT) & texts.str.contains(_WHOLE)
    kept = values.is_not_null() & texts.str.contains(_NUMBER) & ~beyond
    return ~kept.fill_null(False) & texts.is_not_null()


def _truths(texts: pl.Series) -> pl.Series:
    word = texts.str.to_lowercase()
    return (word == "true").set(~word.is_in(["true", "false"]), None)


# Each type that a column of text may have in an expression, and how it is read; what is lost is counted.
_READ: Final[dict[type[pl.DataType], Callable[[pl.Series], pl.Series]]] = {
    pl.Int64: lambda texts: texts.cast(pl.Int64, strict=False),
    pl.Boolean: _truths,
    pl.Float64: lambda texts: texts.cast(pl.Float64, strict=False),
}
