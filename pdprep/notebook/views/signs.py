"""What the values of a column look like, and the code that treats each: told from the first rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import polars as pl

from pdprep.html import Gravity
from pdprep.preparation.evidence import Evidence

NEARLY_ALL: Final = 0.9  # the share of values that must look so
TAGGED: Final = 0.2  # the share of texts that must hold a tag of HTML
BINS: Final = 12  # of a histogram
TOP: Final = 3  # values that are named
_TAG: Final = r"</[a-zA-Z]+>|<(?:br|hr|img|p|div)[ />]"
_ZONE: Final = r"(?:Z|[+-]\d\d:?\d\d|[A-Z]{3,4})$"
_TIME: Final = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d"
PERSONAL: Final = {"email": "e-mail addresses", "phone": "phone numbers"}


class Sign(NamedTuple):
    """How grave it is, what the values look like, and code that treats them, of a ``{frame}``."""

    gravity: Gravity
    text: str
    code: str = ""


def signs(values: pl.Series, field: str, kind: str) -> Iterator[Sign]:
    """Yield what the values of a column look like, as far as that matters for what it becomes.

    Args:
        values: The first rows of the column.
        field: The field that it becomes; empty if it is left out.
        kind: Of a field of one's own, its kind.
    """
    filled, name = values.drop_nulls(), values.name
    if not field or not filled.len():
        return
    told = Evidence.of(values)
    if told.kind in PERSONAL:
        yield Sign(
            "warning", f"personal data: {PERSONAL[told.kind]}; leave it out, or send an id of your own"
        )
    if isinstance(filled.dtype, pl.Datetime) and filled.dtype.time_zone is None:
        yield _local(name)
    if filled.dtype != pl.String:
        return
    if told.kind == "uuid":
        yield Sign("note", "ids in UUID form: sent as they are, capitals and all")
    if _share(filled, _TIME) >= NEARLY_ALL and _share(filled, _ZONE) < 1 - NEARLY_ALL:
        yield _local(name)
    if _share(filled, _TAG) >= TAGGED:
        code = f'.with_columns(pl.col("{name}").str.replace_all(r"<[^>]+>", " "))'
        yield Sign("warning", "HTML: its tags would be sent as words", f"{{frame}} = {{frame}}{code}")
    if kind == "categories" and filled.len() > 20 and filled.n_unique() > NEARLY_ALL * filled.len():
        yield Sign(
            "warning",
            f"{filled.n_unique():,} different values in {filled.len():,} rows: no categories to learn from",
        )


def _local(name: str) -> Sign:
    code = f'{{frame}} = {{frame}}.lazy().pipe(pdprep.transforms.in_zone, "{name}", "Europe/Berlin")'
    return Sign("note", "times without a zone are taken as UTC; if they are local, say where", code)


def _share(values: pl.Series, pattern: str) -> float:
    found = values.str.strip_chars().str.contains(pattern)
    return float(found.sum()) / values.len()


class Spread(NamedTuple):
    """How a column is distributed: the share of filled rows, different values, and bars with their labels."""

    filled: float
    different: int
    bars: tuple[tuple[str, float], ...]
    ends: tuple[str, str] = ("", "")  # of a histogram: the smallest and the largest number


def spread(values: pl.Series) -> Spread:
    """Return the histogram of numbers, or the top values of anything else.

    >>> spread(pl.Series("d", ["tv", "tv", "phone", None])).bars
    (('tv', 0.5), ('phone', 0.25))
    """
    filled, rows = values.drop_nulls(), max(1, values.len())
    # A list or an object is counted as its text.
    texts = pl.Series(map(str, filled.to_list()), dtype=pl.String) if filled.dtype.is_nested() else filled
    different = texts.n_unique()
    if filled.dtype.is_numeric() and different > BINS:
        numbers = filled.cast(pl.Float64).drop_nans()
        low, high = float(numbers.min() or 0), float(numbers.max() or 0)  # type: ignore[arg-type]  # a number
        width = (high - low) / BINS or 1.0
        # clip: the largest number would fall into a bin after the last.
        at = ((numbers - low) / width).floor().clip(0, BINS - 1).cast(pl.Int64)
        counts = dict(at.alias("at").value_counts().iter_rows())
        most = max(counts.values())
        bars = tuple(("", counts.get(place, 0) / most) for place in range(BINS))
        return Spread(filled.len() / rows, different, bars, (f"{low:,.6g}", f"{high:,.6g}"))
    top = (
        texts.alias("value")
        .value_counts(sort=True)
        .sort("count", "value", descending=[True, False])
        .head(TOP)
    )
    bars = tuple((str(value), count / rows) for value, count in top.iter_rows())
    return Spread(filled.len() / rows, different, bars)
