"""Sessions from gaps in time."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from pdprep.preparation.transforms import asked

HALF_AN_HOUR = timedelta(minutes=30)


def sessionize(
    frame: pl.LazyFrame,
    gap: timedelta = HALF_AN_HOUR,
    *,
    user: str = "USER_ID",
    time: str = "TIMESTAMP",
    into: str = "SESSION_ID",
) -> pl.LazyFrame:
    """Add a session id: a new session begins where a user was away for longer than the gap.

    The id is the user and the session's first second, so rows that are added later change no earlier id.

    Args:
        frame: Interactions with a user and seconds since 1970; any order.
        gap: The longest pause within a session.
        user: The column of the user.
        time: The column of the time, seconds since 1970.
        into: The name of the new column.

    >>> events = pl.LazyFrame({"USER_ID": ["a", "a", "a"], "TIMESTAMP": [0, 1_800, 3_601]})
    >>> sessionize(events).collect()["SESSION_ID"].to_list()
    ['a-0', 'a-0', 'a-3601']
    """
    asked.types(frame, "sessionize", user)
    asked.numbers(frame, "sessionize", time)
    seconds = int(gap.total_seconds())
    pause = pl.col(time) - pl.col(time).shift().over(user, order_by=time)
    begins = pl.when(pause.is_null() | (pause > seconds)).then(pl.col(time))
    marked = frame.with_columns(begins.alias("__begins"))
    first = pl.col("__begins").forward_fill().over(user, order_by=time)
    named = pl.concat_str(pl.col(user), first.cast(pl.String), separator="-").alias(into)
    return marked.with_columns(named).drop("__begins")
