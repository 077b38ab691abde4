"""Time: units and zones, windows and a hold-out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.preparation import columns, conversions

_INTERACTIONS: Final = Contract.of("interactions")
_ZONED: Final = r"\d:?\d{2}[^+-]*(?:[Zz]|[+-]\d{2}(?::?\d{2})?)\s*$"


def epoch(frame: pl.LazyFrame, *names: str) -> pl.LazyFrame:
    """Read times as people have them, mixed in one column, as seconds since 1970.

    Args:
        frame: Any frame.
        names: Columns of numbers (s, ms, us or ns, told by the magnitude), ISO 8601 text, Datetime or Date;
            without a zone they are UTC. What cannot be read becomes null.

    >>> mixed = pl.LazyFrame({"at": ["1700000000000", "2023-11-14T22:13:20Z", "soon"]})
    >>> epoch(mixed, "at").collect()["at"].to_list()
    [1700000000, 1700000000, None]
    """
    field, schema = _INTERACTIONS.field("TIMESTAMP"), frame.collect_schema()
    ways = {name: conversions.way(_INTERACTIONS, field, schema[name], False, name) for name in names}
    return frame.with_columns(way.convert(pl.col(name)).alias(name) for name, way in ways.items())


def in_zone(frame: pl.LazyFrame, column: str, zone: str) -> pl.LazyFrame:
    """Say in which zone dates and times without one were written; they become UTC.

    Args:
        frame: Any frame.
        column: A Datetime or Date column, or text: ISO 8601, or numbers. What bears a zone of its own keeps
            it, and numbers count from 1970 in UTC. What cannot be read becomes null.
        zone: A name such as ``Europe/Berlin``. An hour that a clock change repeats is its first; one that it
            leaves out is null.

    >>> local = pl.LazyFrame({"at": [datetime(2026, 7, 1, 12)]})
    >>> in_zone(local, "at", "Europe/Berlin").collect()["at"].item().hour
    10
    """
    value, dtype = pl.col(column), frame.collect_schema()[column]
    if dtype == pl.String:
        utc = pl.from_epoch(columns.epoch_of_text(value)).dt.replace_time_zone("UTC")
        absolute = columns.number_of_text(value).is_not_null() | value.str.contains(_ZONED)
        moved = pl.when(absolute).then(utc).otherwise(_local(utc.dt.replace_time_zone(None), zone))
    elif isinstance(dtype, pl.Datetime) and dtype.time_zone:
        moved = value.dt.convert_time_zone("UTC")
    else:
        moved = _local(value.cast(pl.Datetime("us")), zone)
    return frame.with_columns(moved.alias(column))


def _local(column: pl.Expr, zone: str) -> pl.Expr:
    zoned = column.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone("UTC")


def window(
    frame: pl.LazyFrame,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    time: str = "TIMESTAMP",
) -> pl.LazyFrame:
    """Keep the rows from ``start`` on and before ``end``.

    Args:
        frame: Rows with seconds since 1970.
        start: The first moment that stays (no zone: UTC); None for no limit.
        end: The first moment that goes.
        time: The column of the time.

    >>> events = pl.LazyFrame({"TIMESTAMP": [0, 86_400]})
    >>> window(events, datetime(1970, 1, 2, tzinfo=UTC)).collect().height
    1
    """
    if start is not None:
        frame = frame.filter(pl.col(time) >= _seconds(start))
    return frame if end is None else frame.filter(pl.col(time) < _seconds(end))


def hold_out(
    frame: pl.LazyFrame, since: datetime, *, time: str = "TIMESTAMP"
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Split in time: what came before ``since`` to train on, the rest to test on.

    >>> events = pl.LazyFrame({"TIMESTAMP": [0, 10, 20]})
    >>> train, test = hold_out(events, datetime.fromtimestamp(15, UTC))
    >>> train.collect().height, test.collect().height
    (2, 1)
    """
    return window(frame, end=since, time=time), window(frame, since, time=time)


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
