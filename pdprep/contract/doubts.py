"""For each rule a cheap look at a whole batch: false where no row of it can break the rule.

A true answer proves nothing: then the rule is held to each row. Most batches are clean, so most rules cost
one number of a column, or one search in all its values joined.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.contract.look import Look

Doubt = Callable[[pl.Expr, Any], pl.Expr]
_LARGE: Final = 1e15
_SMALL: Final = 1e-4


def unusual(column: pl.Expr) -> pl.Expr:
    r"""Look for a mark, a control character or an outer space in all values of a text column at once.

    >>> frame = pl.DataFrame({"a": ["x y", None, "z"], "b": ["x", " y", "z"], "c": ["x", "y", "z\n"]})
    >>> frame.select(unusual(pl.all())).row(0)
    (False, True, True)
    """
    return column.map_batches(_unusual, return_dtype=pl.Boolean, returns_scalar=True)


def _unusual(values: pl.Series) -> pl.Series:
    return pl.Series([Look(values).unusual])


def extreme(column: pl.Expr) -> pl.Expr:
    """Look for a number so large or so small that Polars writes it with an exponent unless told not to."""
    size = column.abs()
    return ((size >= _LARGE) | ((size > 0) & (size < _SMALL))).any()


def looks(contract: Contract) -> dict[str, pl.Expr]:
    """Return for each stored column that may hold what the CSV writes in an unusual way a look for it."""
    texts = {name: unusual(pl.col(name)) for name in contract.texts}
    return texts | {name: extreme(pl.col(name)) for name in contract.floats}


def _any_unusual(column: pl.Expr, statistics: Any) -> pl.Expr:
    return unusual(column)


def _longer(column: pl.Expr, statistics: Any) -> pl.Expr:
    """A text has no more characters than bytes."""
    return column.str.len_bytes().max().gt(statistics.get("min_value", statistics["max_value"]))


def _larger(column: pl.Expr, statistics: Any) -> pl.Expr:
    return column.max().gt(statistics["max_value"])


def _smaller(column: pl.Expr, statistics: Any) -> pl.Expr:
    return column.min().lt(statistics["min_value"])


def _says_nothing(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Only texts as long as one of the words are compared."""
    words: list[str] = statistics["words"]
    size = column.str.len_bytes()
    as_long = pl.any_horizontal([size == length for length in sorted({len(word) for word in words})])
    return column.filter(as_long).str.to_lowercase().is_in(words).any()


DOUBTS: Final[dict[str, Doubt]] = {
    "id_length": _longer,
    "id_bar": _any_unusual,
    "id_line_break": _any_unusual,
    "id_characters": _any_unusual,
    "timestamp_past": _smaller,
    "timestamp_future": _larger,
    "event_type_length": _longer,
    "category_length": _longer,
    "string_length": _longer,
    "text_length": _longer,
    "text_length_asian": _longer,
    "recommendation_id_length": _longer,
    "put_id_length": _longer,
    "session_id_word": _says_nothing,
    "id_word": _says_nothing,
}
