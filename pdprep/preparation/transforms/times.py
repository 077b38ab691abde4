"""Time: units and zones, windows and a hold-out."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import available_timezones

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.errors import MappingError
from pdprep.preparation import conversions, times
from pdprep.preparation.columns import applied, first_of
from pdprep.preparation.formats import fitting, shape
from pdprep.preparation.forms import ZONED
from pdprep.preparation.transforms import asked

_INTERACTIONS: Final = Contract.of("interactions")


def epoch(frame: pl.LazyFrame, *names: str, format: str | None = None, strict: bool = True) -> pl.LazyFrame:
    """Read times as people have them, mixed in one column, as seconds since 1970.

    Args:
        frame: Any frame.
        names: Columns of numbers (s, ms, us or ns, told by the magnitude), text (ISO 8601 and the forms of
            docs/preparing.md), Datetime or Date; without a zone they are UTC.
        format: A form that the text has beside those, such as ``%d.%m.%Y %H:%M``, or that numbers have:
            ``%Y%m%d`` of 20260105.
        strict: Whether text that cannot be read stops the plan; otherwise it becomes null.

    Raises:
        MappingError: No such column, or one that cannot hold times; when rows are read: text of another form.

    >>> mixed = pl.LazyFrame({"at": ["1700000000000", "2023-11-14T22:13:20Z", "14.11.2023 22:13"]})
    >>> epoch(mixed, "at", format="%d.%m.%Y %H:%M").collect()["at"].to_list()
    [1700000000, 1700000000, 1699999980]
    """
    field, schema = _INTERACTIONS.field("TIMESTAMP"), asked.types(frame, "epoch", *names)
    moved = []
    for name in names:
        way = conversions.way(_INTERACTIONS, field, schema[name], name)
        if schema[name] == pl.String or (format and schema[name].is_numeric()):
            hint = f'frame.lazy().pipe(transforms.epoch, "{name}", format="{{format}}")'
            moved.append(_read(pl.col(name), name, format, hint if strict else None))
        else:
            moved.append(way.convert(pl.col(name)).alias(name))
    return frame.with_columns(moved)


def in_zone(
    frame: pl.LazyFrame, column: str, zone: str, *, format: str | None = None, strict: bool = True
) -> pl.LazyFrame:
    """Say in which zone dates and times without one were written; they become UTC.

    Args:
        frame: Any frame.
        column: A Datetime or Date column, or text: what ``epoch`` reads. What bears a zone of its own keeps
            it, and numbers count from 1970 in UTC, but those of ``format``.
        zone: A name such as ``Europe/Berlin``. An hour that a clock change repeats is its first.
        format: A form that the text has beside those, such as ``%d.%m.%Y %H:%M``.
        strict: Whether text that cannot be read, and a time within an hour that a clock change leaves out,
            stop the plan; otherwise they become null. A date whose midnight is left out begins after it.

    Raises:
        MappingError: No such column or zone, or a column that cannot hold times; when rows are read: text of
            another form, or a time that the zone does not have.

    >>> local = pl.LazyFrame({"at": [datetime(2026, 7, 1, 12)]})
    >>> in_zone(local, "at", "Europe/Berlin").collect()["at"].item().hour
    10
    """
    value, dtype = pl.col(column), asked.types(frame, "in_zone", column)[column]
    if zone not in available_timezones():
        close = difflib.get_close_matches(zone, available_timezones(), n=1, cutoff=0.5)
        raise MappingError(f"no zone {zone!r}", "a name of the IANA's", f'"{close[0]}"' if close else "")
    if dtype == pl.String or (format and dtype.is_integer()):
        value = value.cast(pl.String)
        hint = f'frame.lazy().pipe(transforms.in_zone, "{column}", "{zone}", format="{{format}}")'
        utc = pl.from_epoch(_read(value, column, format, hint if strict else None)).dt.replace_time_zone(
            "UTC"
        )
        absolute = times.number_of_text(value).is_not_null() | value.str.contains(ZONED)
        if format and not _bears_zone(format):  # 20260105 is no number of seconds then
            absolute &= (
                value.str.strip_chars().str.to_datetime(format, strict=False, time_unit="us").is_null()
            )
        bare = pl.when(~absolute).then(utc.dt.replace_time_zone(None))
        moved = pl.when(absolute).then(utc).otherwise(_local(bare, column, zone, format, strict))
    elif isinstance(dtype, pl.Datetime) and dtype.time_zone:
        moved = value.dt.convert_time_zone("UTC")
    elif isinstance(dtype, pl.Date):
        midnight = value.cast(pl.Datetime("us"))
        moved = _moved(midnight, zone).fill_null(_moved(midnight + timedelta(hours=1), zone))
    elif isinstance(dtype, pl.Datetime):
        moved = _local(value.cast(pl.Datetime("us")), column, zone, format, strict)
    else:
        raise MappingError(
            f"{column} is {dtype}",
            "transforms.in_zone needs dates, times or text; numbers count from 1970 in UTC already",
            f'frame.lazy().pipe(transforms.epoch, "{column}")  # in its place' if dtype.is_numeric() else "",
        )
    return frame.with_columns(moved.alias(column))


def _read(column: pl.Expr, name: str, format: str | None, hint: str | None) -> pl.Expr:
    """Read seconds since 1970 from text; with a hint, text that cannot be read is an error that shows it."""

    def batch(given: pl.Series) -> pl.Series:
        # A float writes 20260105 with a point.
        values = (given.cast(pl.Int64, strict=False) if given.dtype.is_float() else given).cast(pl.String)
        readers = [lambda text: applied(times.epoch_of_text, text)]
        if format:
            readers.insert(0, lambda text: _by(format, text))
        found = first_of(readers, values)
        if hint is not None and found.null_count() > values.null_count():
            left = values.filter(found.is_null() & (values.str.strip_chars() != ""))
            if left.len():
                raise _another_form(name, left, hint)
        return found

    return column.map_batches(batch, return_dtype=pl.Int64, is_elementwise=True)


def _bears_zone(format: str) -> bool:
    return "%z" in format or "%#z" in format


def _by(format: str, text: pl.Series) -> pl.Series:
    clean = text.str.strip_chars()
    if _bears_zone(format):
        moments = clean.str.to_datetime(format, strict=False, time_unit="us", time_zone="UTC")
    else:
        moments = clean.str.to_datetime(format, strict=False, time_unit="us")
    return moments.dt.epoch("s")


def _another_form(name: str, left: pl.Series, hint: str) -> MappingError:
    formats = fitting(left)
    said = " or ".join(dict.fromkeys(map(shape, left.head(3))))
    # A name such as CET is borne by several zones; what it meant has to be said in another way.
    fit = hint.replace('format="{format}"', "strict=False") + "  # makes them null"
    if formats:
        fit = hint.replace("{format}", formats[0])
    if len(formats) > 1:
        fit += f'  # or "{formats[1]}": no value tells which of the two'
    return MappingError(
        f"{left.len():,} values of {name} are no time that can be read; they are written like {said}",
        "ISO 8601, a number, or a form that format= names",
        fit,
    )


def _moved(column: pl.Expr, zone: str) -> pl.Expr:
    zoned = column.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone("UTC")


def _local(column: pl.Expr, name: str, zone: str, format: str | None, strict: bool) -> pl.Expr:
    """Move times of a zone to UTC; strictly, one that its clocks leave out is an error."""

    def batch(values: pl.Series) -> pl.Series:
        found = applied(lambda local: _moved(local, zone), values)
        skipped = found.null_count() - values.null_count()
        if skipped and strict:
            more = f', format="{format}"' if format else ""
            raise MappingError(
                f"times of {name} are within an hour that the clocks of {zone} leave out, "
                f"{skipped:,} in one batch",
                "times that this zone has: those of another one, or of UTC, were not written in it",
                f'frame.lazy().pipe(transforms.in_zone, "{name}", "{zone}"{more}, strict=False)'
                "  # makes them null",
            )
        return found

    return column.map_batches(batch, return_dtype=pl.Datetime("us", "UTC"), is_elementwise=True)


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
    asked.numbers(frame, "window", time)
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
