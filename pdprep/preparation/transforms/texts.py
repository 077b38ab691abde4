"""Text as exports have it: categories in levels, prices with signs, prose with line breaks."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pdprep.preparation import columns as values

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
    parts = pl.col(column).str.split(separator)
    levels = [parts.list.get(i, null_on_oob=True).str.strip_chars() for i in range(len(into))]
    filled = [pl.when(level != "").then(level).alias(name) for level, name in zip(levels, into, strict=True)]
    return frame.with_columns(filled)


def truth_text(frame: pl.LazyFrame, *columns: str) -> pl.LazyFrame:
    """Write booleans, also 1 and 0, yes and no, as the text ``True`` and ``False``.

    A boolean column of the schema is used neither in training nor in filters; such text is in both.

    Source: Amazon Personalize Developer Guide, preparing-training-data.

    >>> truth_text(pl.LazyFrame({"HD": [True, None]}), "HD").collect()["HD"].to_list()
    ['True', None]
    """
    truths = {name: values.truth_of_text(pl.col(name).cast(pl.String)) for name in columns}
    return frame.with_columns(values.named_truth(truth).alias(name) for name, truth in truths.items())


def prices(frame: pl.LazyFrame, *columns: str) -> pl.LazyFrame:
    """Read prices such as ``$1,234.50`` and ``1.234,50 €`` as numbers; what is no price becomes null.

    The last comma or point is the decimal sign if it has one, two or more than three digits behind it, or a
    lone zero before it; others separate thousands. Numbers stay as they are.

    >>> shop = pl.LazyFrame({"p": ["$1,234.50", "1.234,50 €", "12", "free"]})
    >>> prices(shop, "p").collect()["p"].to_list()
    [1234.5, 1234.5, 12.0, None]
    """
    schema = frame.collect_schema()
    texts = [name for name in columns if schema[name] == pl.String]
    return frame.with_columns(_price(pl.col(name)) for name in texts)


def trim(frame: pl.LazyFrame, *columns: str, limit: int = 1_000) -> pl.LazyFrame:
    """Put text on one line and cut it at a number of characters.

    >>> trim(pl.LazyFrame({"t": ["a\\n b"]}), "t", limit=3).collect()["t"].to_list()
    ['a b']
    """
    line = pl.col(columns).str.replace_all(r"\s*[\r\n]+\s*", " ").str.strip_chars()
    return frame.with_columns(line.str.slice(0, limit))


def _price(column: pl.Expr) -> pl.Expr:
    bare = column.str.replace_all(r"[^\d.,-]", "")
    marked = bare.str.replace(r"^(-?0)[.,](\d+)$", "$1#$2").str.replace(r"[.,](\d{1,2}|\d{4,})$", "#$1")
    plain = marked.str.replace_all(r"[.,]", "").str.replace("#", ".", literal=True)
    return plain.cast(pl.Float64, strict=False)
