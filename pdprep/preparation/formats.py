"""Formats that fit times which cannot be read as they are: their form alone does not tell the moment."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from typing import Final

import polars as pl

_DAYS: Final = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y-%d-%m", "%d %m %Y", "%Y%m%d",
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%d-%b-%y", "%d %b %y",
)  # fmt: skip
_CLOCKS: Final = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S%.f", "%I:%M %p", "%I:%M:%S %p", "%H.%M", "%H.%M.%S")
_BETWEEN: Final = (" ", ", ", "T", "-")
_FORMATS: Final = (
    *_DAYS,
    *(f"{day}{gap}{clock}" for day, gap, clock in product(_DAYS, _BETWEEN, _CLOCKS) if clock),
    "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%d%m%Y", "%H:%M:%S %d.%m.%Y", "%H:%M %d.%m.%Y",
)  # fmt: skip
# A year of two digits read by %Y lies in the first century.
_FIRST, _LAST = datetime(1900, 1, 1), datetime(2200, 1, 1)


def fitting(texts: pl.Series) -> tuple[str, ...]:
    """Return the formats that read every one of these texts; two of them mean that they can be read two ways.

    >>> fitting(pl.Series(["01/02/2026", "03/04/2026"])), fitting(pl.Series(["31/01/2026 10:00"]))
    (('%d/%m/%Y', '%m/%d/%Y'), ('%d/%m/%Y %H:%M',))
    """
    clean = texts.drop_nulls().str.strip_chars().unique()
    return tuple(each for each in _FORMATS if clean.len() and _fits(clean, each))


def _fits(texts: pl.Series, form: str) -> bool:
    first = texts.head(1).str.to_datetime(form, strict=False, time_unit="us")
    if first.null_count():  # most formats fit none
        return False
    found = texts.str.to_datetime(form, strict=False, time_unit="us")
    return bool(found.is_between(_FIRST, _LAST).fill_null(False).all())


def shape(text: str) -> str:
    """Return how a text is written without what it says.

    >>> shape("5. Jan 2026")
    '9. aaa 9999'
    """
    return "".join("9" if each.isdigit() else "a" if each.isalpha() else each for each in text[:40])
