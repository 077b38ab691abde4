"""Text as exports have it: categories in levels, prices with signs, prose with line breaks."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pdprep.errors import MappingError
from pdprep.preparation.columns import applied, named_truth, truth_of_text
from pdprep.preparation.formats import shape
from pdprep.preparation.prices import Decimal, amounts, decimal_sign
from pdprep.preparation.transforms import asked

LEVELS = ("CATEGORY_L1", "CATEGORY_L2", "CATEGORY_L3")


def category_levels(
    frame: pl.LazyFrame, column: str, *, separator: str = ">", into: Sequence[str] = LEVELS
) -> pl.LazyFrame:
    """Split a path of categories into levels.

    Args:
        frame: Items.
        column: Text such as ``Home > Kitchen > Pans``.
        separator: What stands between two levels.
        into: The names of the new columns, widest level first.

    >>> items = pl.LazyFrame({"path": ["Home > Kitchen"]})
    >>> category_levels(items, "path").select("CATEGORY_L1", "CATEGORY_L3").collect().row(0)
    ('Home', None)
    """
    asked.texts(frame, "category_levels", column)
    into = (into,) if isinstance(into, str) else into  # one name, not its letters
    parts = pl.col(column).cast(pl.String).str.split(separator)
    levels = [parts.list.get(i, null_on_oob=True).str.strip_chars() for i in range(len(into))]
    filled = [pl.when(level != "").then(level).alias(name) for level, name in zip(levels, into, strict=True)]
    return frame.with_columns(filled)


def truth_text(frame: pl.LazyFrame, *columns: str, strict: bool = True) -> pl.LazyFrame:
    """Write booleans, also 1 and 0, yes and no, as the text ``True`` and ``False``.

    A boolean column of the schema is used neither in training nor in filters; such text is in both. A value
    that is neither stops the plan, or becomes null with ``strict=False``.

    Source: Amazon Personalize Developer Guide, preparing-training-data.

    >>> truth_text(pl.LazyFrame({"HD": [True, None]}), "HD").collect()["HD"].to_list()
    ['True', None]
    """
    schema = asked.types(frame, "truth_text", *columns)
    return frame.with_columns(_truth(name, schema[name], strict) for name in columns)


def _truth(name: str, dtype: pl.DataType, strict: bool) -> pl.Expr:
    """Write a column's truths as text; a value that is neither true nor false is an error."""
    whole = dtype.is_float() or isinstance(dtype, pl.Decimal)  # 1.0 is 1

    def batch(given: pl.Series) -> pl.Series:
        texts = (given.cast(pl.Int64, strict=False) if whole else given).cast(pl.String)
        found = applied(lambda text: named_truth(truth_of_text(text)), texts)
        if whole:
            found = found.set(given != given.floor(), None)
        lost = given.filter(found.is_null() & (given.cast(pl.String).str.strip_chars() != ""))
        if strict and lost.len():
            raise MappingError(
                f"{lost.len():,} values of {name} are neither true nor false",
                "true and false, 1 and 0, yes and no",
                f'frame.lazy().pipe(transforms.truth_text, "{name}", strict=False)  # makes them null',
            )
        return found.alias(name)

    return pl.col(name).map_batches(batch, return_dtype=pl.String, is_elementwise=True)


def prices(
    frame: pl.LazyFrame, *columns: str, decimal: Decimal | None = None, strict: bool = True
) -> pl.LazyFrame:
    """Read prices such as ``$1,234.50``, ``1.234,50 €``, ``CHF 1'234.50`` and ``(4.50)`` as numbers.

    Args:
        frame: Any frame.
        columns: Columns of text; numbers stay as they are.
        decimal: The sign before the fraction, ``.`` or ``,``, of values that do not tell it: ``1.899`` may be
            about two or thousands.
        strict: Whether text that is no price stops the plan; otherwise it becomes null.

    Raises:
        MappingError: No such column, or one of another type; when rows are read: text that is no price, or
            that can be read two ways.

    >>> shop = pl.LazyFrame({"p": ["$1,234.50", "1.234,50 €", "12", "-4.50 EUR"]})
    >>> prices(shop, "p").collect()["p"].to_list()
    [1234.5, 1234.5, 12.0, -4.5]
    """
    schema = asked.types(frame, "prices", *columns)
    texts = [name for name in columns if not (schema[name].is_numeric() or schema[name] == pl.Null)]
    asked.texts(frame, "prices", *texts)
    return frame.with_columns(_price(name, decimal, strict) for name in texts)


def _price(name: str, decimal: Decimal | None, strict: bool) -> pl.Expr:
    def batch(texts: pl.Series) -> pl.Series:
        found = amounts(texts.cast(pl.String), decimal)
        rows = f"among {texts.len():,} rows read at once"  # a plan reads others before or after
        either = texts.filter(found.either)
        if either.len():
            sign = decimal_sign(texts.cast(pl.String))
            why = (
                "as others of these rows have it"
                if sign
                else 'or decimal=",", where 1.234 is more than a thousand'
            )
            raise MappingError(
                f"{either.len():,} values of {name} can be read two ways, as 1.234 can, {rows}",
                "decimal= names the sign that stands before the fraction",
                f'frame.lazy().pipe(transforms.prices, "{name}", decimal="{sign or "."}")  # {why}',
            )
        unread = texts.filter(found.values.is_null() & (texts.cast(pl.String).str.strip_chars() != ""))
        if strict and unread.len():
            said = " or ".join(dict.fromkeys(map(shape, unread.cast(pl.String).head(3))))
            raise MappingError(
                f"{unread.len():,} values of {name} are no prices; they are written like {said}, {rows}",
                "an amount, with or without a currency",
                f'frame.lazy().pipe(transforms.prices, "{name}", strict=False)  # makes them null',
            )
        return found.values

    return pl.col(name).map_batches(batch, return_dtype=pl.Float64, is_elementwise=True)


def trim(frame: pl.LazyFrame, *columns: str, limit: int = 1_000) -> pl.LazyFrame:
    """Put text on one line and cut it at a number of characters.

    >>> trim(pl.LazyFrame({"t": ["a\\n b"]}), "t", limit=3).collect()["t"].to_list()
    ['a b']
    """
    asked.texts(frame, "trim", *columns)
    line = pl.col(columns).cast(pl.String).str.replace_all(r"\s*[\r\n]+\s*", " ").str.strip_chars()
    return frame.with_columns(line.str.slice(0, limit))
