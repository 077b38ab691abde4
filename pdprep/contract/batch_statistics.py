"""Batch statistics: a few numbers of each column, computed once for a batch of rows.

Most batches are clean. A rule is asked first whether any row of a batch may break it, in plain Python over
these numbers; only where one may, the rule's expression is held to each row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import polars as pl

from pdprep.contract.meanings import UNSAID
from pdprep.contract.schema import Schema
from pdprep.contract.text_statistics import TextStatistics

_LARGE: Final = 1e15
_SMALL: Final = 1e-4


class ColumnStatistics(NamedTuple):
    """Numbers of one column of a batch; those that no rule reads are left as they are here.

    Attributes:
        nulls: Values that are missing.
        longest: Bytes of the longest text, which has no more characters than bytes.
        least: The smallest number; NaN if there is one.
        most: The largest number; NaN if there is one.
        unusual: Whether a text may hold a mark, a control character or an outer space.
        nothing: Whether a text is a word for nothing, such as null.
        extreme: Whether a number is so large or small that Polars writes it with an exponent.
    """

    nulls: int = 0
    longest: int = 0
    least: float = float("inf")
    most: float = float("-inf")
    unusual: bool = False
    nothing: bool = False
    extreme: bool = False


Statistics = Mapping[str, ColumnStatistics]


def unusual(column: pl.Expr) -> pl.Expr:
    r"""Look for a mark, a control character or an outer space in all values of a text column at once.

    >>> frame = pl.DataFrame({"a": ["x y", None, "z"], "b": ["x", " y", "z"], "c": ["x", "y", "z\n"]})
    >>> frame.select(unusual(pl.all())).row(0)
    (False, True, True)
    """
    return column.map_batches(
        lambda values: pl.Series([TextStatistics(values).unusual]),
        return_dtype=pl.Boolean,
        returns_scalar=True,
    )


def _nothing(column: pl.Expr) -> pl.Expr:
    """Look for words for nothing: to make all text lower case is dear, so only texts that may be one are."""
    size = column.str.len_bytes()
    as_long = pl.any_horizontal([size == length for length in sorted({len(word) for word in UNSAID})])
    numbered = (column >= "0") & (column < ":")  # no word begins with a digit, and whole numbers are as long
    return column.filter(as_long & ~numbered).str.to_lowercase().is_in(UNSAID).any()


def _extreme(column: pl.Expr) -> pl.Expr:
    size = column.abs()
    return ((size >= _LARGE) | ((size > 0) & (size < _SMALL))).any()


MEASURES: Final[Mapping[str, Callable[[pl.Expr], pl.Expr]]] = {
    "nulls": lambda column: column.null_count(),
    "longest": lambda column: column.str.len_bytes().max().fill_null(0),
    "least": lambda column: column.nan_min().fill_null(float("inf")),
    "most": lambda column: column.nan_max().fill_null(float("-inf")),
    "unusual": unusual,
    "nothing": _nothing,
    "extreme": _extreme,
}


def of_csv(schema: Schema) -> dict[str, str]:
    """Return for each stored column that the CSV may have to write in an unusual way the statistic of it."""
    return dict.fromkeys(schema.texts, "unusual") | dict.fromkeys(schema.floats, "extreme")
