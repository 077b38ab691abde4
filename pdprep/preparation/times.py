"""Times as people have them, as seconds since 1970: numbers in four units, text, dates and Datetimes.

Each takes and returns a Polars expression; what is no time becomes null. A form is tried only on those rows
of a batch that the forms before it could not read, so plain columns cost one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from pdprep.preparation.columns import applied, first_of, once_each, wholes
from pdprep.preparation.forms import ZONED, epoch_of_forms

# A number is seconds, ms, us or ns by its magnitude: between 1980 and 2286 the four ranges do not meet.
FROM_1980: Final = 315_532_800
TO_2286: Final = 10_000_000_000
UNITS: Final = (("s", 1), ("ms", 1_000), ("us", 1_000_000), ("ns", 1_000_000_000))
_ISO: Final = "%Y-%m-%dT%H:%M:%S%.f%#z"
_ZONED: Final = r"(?:[Zz]|[+-]\d{2}(?::?\d{2})?)$"


def epoch_of_number(column: pl.Expr) -> pl.Expr:
    """Read seconds since 1970 from whole numbers in s, ms, us or ns, told row by row from the magnitude.

    A number below 1980 in seconds is taken as seconds; one between two units' ranges is null.
    """
    whole = column.cast(pl.Int64, strict=False)
    return _by_unit(whole, lambda factor: whole // factor)


def epoch_of_float(column: pl.Expr) -> pl.Expr:
    """Read seconds since 1970 from numbers that may have a fraction, which is cut off."""
    return epoch_of_number(column.cast(pl.Float64).floor())


def without_zone(column: pl.Expr) -> pl.Expr:
    """Tell which texts are times that bear no zone; numbers count from 1970 in UTC.

    >>> written = pl.DataFrame({"at": ["2026-01-05 10:00", "2026-01-05T10:00Z", "1767607200", "soon"]})
    >>> written.select(without_zone(pl.col("at")))["at"].to_list()
    [True, False, False, False]
    """
    read = epoch_of_text(column).is_not_null() & number_of_text(column).is_null()
    return read & ~column.str.contains(ZONED)


def unit_of_number(column: pl.Expr) -> pl.Expr:
    """Name the unit that ``epoch_of_number`` reads: s, ms, us or ns, or null."""
    names = {factor: name for name, factor in UNITS}
    return _by_unit(column.cast(pl.Int64, strict=False), lambda factor: pl.lit(names[factor]))


def _by_unit(whole: pl.Expr, then: Callable[[int], pl.Expr]) -> pl.Expr:
    return pl.coalesce(*(pl.when(_inside(whole, factor)).then(then(factor)) for _, factor in UNITS))


def _inside(whole: pl.Expr, factor: int) -> pl.Expr:
    # A bound above 64 bits bounds nothing, and comparing with it would widen the column.
    below = whole < TO_2286 * factor if TO_2286 * factor < 2**63 else pl.lit(True)
    return below if factor == 1 else below & (whole >= FROM_1980 * factor)


def number_of_text(column: pl.Expr) -> pl.Expr:
    """Read a whole number from text such as ``1700000000`` or ``1700000000.5``, else null."""
    clean = column.str.strip_chars()
    whole = clean.cast(pl.Int64, strict=False)
    with_point = pl.when(whole.is_null()).then(clean).cast(pl.Float64, strict=False)
    return pl.coalesce(whole, with_point.floor().cast(pl.Int64, strict=False))


def epoch_of_text(column: pl.Expr) -> pl.Expr:
    """Read seconds since 1970 from numbers, ISO 8601 text and other forms, mixed; no zone means UTC."""
    return column.map_batches(_epochs_of_text, return_dtype=pl.Int64, is_elementwise=True)


def _epochs_of_text(values: pl.Series) -> pl.Series:
    return first_of((*_USUAL, _unusual), values)


def _unusual(text: pl.Series) -> pl.Series:
    return once_each(lambda texts: first_of(_FORMS, texts), text.str.strip_chars())


def _whole_number(text: pl.Series) -> pl.Series:
    """Read whole numbers; as a rule all those of a batch are in one unit."""
    whole = text.cast(pl.Int64, strict=False)
    extremes = (whole.min(), whole.max())
    for _, factor in UNITS:
        if None not in extremes and all(_is_inside(int(each), factor) for each in extremes):  # type: ignore[arg-type]  # numbers
            return whole // factor
    return applied(epoch_of_number, whole)


def _is_inside(number: int, factor: int) -> bool:
    return number < TO_2286 * factor and (factor == 1 or number >= FROM_1980 * factor)


def _any_number(text: pl.Series) -> pl.Series:
    return applied(epoch_of_number, applied(number_of_text, text))


def _usual(form: str) -> Callable[[pl.Series], pl.Series]:
    return lambda text: text.str.to_datetime(form, strict=False, time_unit="us", cache=False).dt.epoch("s")


def _rare(text: pl.Series) -> pl.Series:
    """Read any zone, any fraction of a second, a lone date, hours and minutes alone."""
    moment = applied(_iso, text).str.to_datetime(_ISO, strict=False, time_zone="UTC", time_unit="us")
    return moment.dt.epoch("s")


def _iso(text: pl.Expr) -> pl.Expr:
    iso = text.str.replace(" ", "T", literal=True)
    day = iso.str.replace(r"^(\d{4}-\d{2}-\d{2})$", "${1}T00:00:00")
    full = day.str.replace(r"^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})($|Z|z|[+-])", "${1}:00${2}")
    return pl.when(full.str.contains(_ZONED)).then(full).otherwise(full + pl.lit("Z"))


# Forms of BigQuery and Snowflake, which the general reader of forms would read at ten times the cost.
_QUICK: Final = (_usual("%Y-%m-%d %H:%M:%S%.f UTC"), _usual("%Y-%m-%d %H:%M:%S%.f +0000"))
_USUAL: Final = (
    _whole_number,
    _usual("%Y-%m-%dT%H:%M:%SZ"),
    _usual("%Y-%m-%d %H:%M:%S"),
    _usual("%Y-%m-%dT%H:%M:%S"),
)


_FORMS: Final = (*_USUAL, _any_number, _rare, *_QUICK, epoch_of_forms)


def whole_or_epoch_of_text(column: pl.Expr) -> pl.Expr:
    """Read whole numbers as they are, and dates and times as seconds since 1970; no zone means UTC.

    >>> pl.DataFrame({"since": ["7", "2023-11-14", "7.5"]}).select(whole_or_epoch_of_text(pl.col("since")))[
    ...     "since"
    ... ].to_list()
    [7, 1699920000, None]
    """
    return column.map_batches(
        lambda values: first_of((wholes, _moments), values), return_dtype=pl.Int64, is_elementwise=True
    )


def _moments(text: pl.Series) -> pl.Series:
    readers = (*_USUAL[1:], _rare, *_QUICK, epoch_of_forms)
    return once_each(lambda texts: first_of(readers, texts), text.str.strip_chars())


def epoch_of_moment(column: pl.Expr) -> pl.Expr:
    """Read seconds since 1970 from Datetime (without zone: UTC) or Date."""
    return column.dt.epoch("s")
