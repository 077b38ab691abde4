"""Values as people write them: in Python, because JSON loses ``0.0`` and integers above 2^53."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

import polars as pl

# A reader asks how a record was sent and when it counts, before what is in it.
FIRST: Final = ("ORIGIN", "EFFECT")
LAST: Final = ("EFFECT_AT", "SENT_AT", "FILTERS_AT", "STATUS", "IMPORT")


def ordered(frame: pl.DataFrame) -> pl.DataFrame:
    """Put the origin and the effect first, since people look for them, and names and times of jobs last.

    >>> ordered(pl.DataFrame({"A": [1], "IMPORT": ["x"], "EFFECT": ["at once"]})).columns
    ['EFFECT', 'A', 'IMPORT']
    """
    first, last = ([name for name in names if name in frame.columns] for names in (FIRST, LAST))
    return frame.select(*first, pl.exclude(*first, *last), *last)


def rows(frame: pl.DataFrame) -> list[list[str]]:
    """Return a small frame as rows of text."""
    return [
        [cell(name, value) for name, value in zip(frame.columns, row, strict=True)] for row in frame.rows()
    ]


def cell(column: str, value: object) -> str:
    """Return one value of a column as text; times are in UTC.

    >>> cell("TIMESTAMP", 1_700_000_000), cell("YEAR", 1995), cell("PRICE", 0.0), cell("USER_ID", None)
    ('2023-11-14 22:13:20', '1995', '0.0', '')
    """
    if value is None:
        return ""
    if column.endswith("TIMESTAMP") and isinstance(value, int):
        return _seconds(value)
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def moment(value: datetime) -> str:
    """Return a time in UTC, to the second."""
    utc = value.astimezone(UTC) if value.tzinfo else value
    return utc.strftime("%Y-%m-%d %H:%M:%S")


def elapsed(seconds: float) -> str:
    """Return a duration as people say it.

    >>> elapsed(7.4), elapsed(192), elapsed(7500)
    ('7 s', '3 min 12 s', '2 h 5 min')
    """
    whole = int(timedelta(seconds=seconds).total_seconds())
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _seconds(value: int) -> str:
    try:
        return moment(datetime.fromtimestamp(value, UTC))
    except (OverflowError, ValueError, OSError):
        return str(value)  # no year has that many seconds: the number itself says so
