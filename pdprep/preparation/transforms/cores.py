"""Which rows are worth training on: enough per user and item, and not too many."""

from __future__ import annotations

import polars as pl

from pdprep.preparation.spread import BUCKETS, bucket
from pdprep.preparation.transforms import asked


def minimum_interactions(frame: pl.LazyFrame, least: int, *, by: str = "USER_ID") -> pl.LazyFrame:
    """Keep the rows of ids that have at least that many; a missing id has none.

    >>> events = pl.LazyFrame({"USER_ID": ["a", "a", "b"]})
    >>> minimum_interactions(events, 2).collect()["USER_ID"].to_list()
    ['a', 'a']
    """
    asked.types(frame, "minimum_interactions", by)
    return frame.filter(pl.col(by).count().over(by) >= least)


def k_core(
    frame: pl.LazyFrame, least: int, *, rounds: int = 10, user: str = "USER_ID", item: str = "ITEM_ID"
) -> pl.LazyFrame:
    """Keep users and items that have at least ``least`` rows among those kept.

    Dropping a user can leave an item with too few, and so on; ten rounds settle real data.

    Args:
        frame: Interactions.
        least: Rows a user and an item must have.
        rounds: How often to look again.
        user: The column of the user.
        item: The column of the item.

    >>> events = pl.LazyFrame({"USER_ID": ["a", "a", "b", "b", "c"], "ITEM_ID": ["x", "y", "x", "y", "x"]})
    >>> k_core(events, 2).collect().height
    4
    """
    asked.types(frame, "k_core", user, item)
    for _ in range(rounds):
        frame = frame.pipe(minimum_interactions, least, by=user).pipe(minimum_interactions, least, by=item)
    return frame


def cap_per_user(
    frame: pl.LazyFrame, most: int, *, user: str = "USER_ID", time: str = "TIMESTAMP"
) -> pl.LazyFrame:
    """Keep the latest rows of each user, so that robots and testers do not drown the rest.

    Rows without a user or a time stay: they are for ``prepare`` to judge.

    >>> events = pl.LazyFrame({"USER_ID": ["a"] * 3, "TIMESTAMP": [1, 3, 2]})
    >>> cap_per_user(events, 2).collect()["TIMESTAMP"].to_list()
    [3, 2]
    """
    asked.types(frame, "cap_per_user", user)
    asked.ordered(frame, "cap_per_user", time)
    age = pl.col(time).rank("ordinal", descending=True).over(user)
    within = pl.when(pl.col(user).is_not_null()).then(age <= most)
    return frame.filter(within.fill_null(True))


def latest_per_id(frame: pl.LazyFrame, by: str, *, time: str | None = None) -> pl.LazyFrame:
    """Keep one row an id: the one with the latest time, or the last one where there is no time.

    >>> items = pl.LazyFrame({"ITEM_ID": ["a", "a"], "PRICE": [1.0, 2.0]})
    >>> latest_per_id(items, "ITEM_ID").collect()["PRICE"].to_list()
    [2.0]
    """
    asked.types(frame, "latest_per_id", by)
    if time is not None:
        asked.ordered(frame, "latest_per_id", time)
    ordered = frame if time is None else frame.sort(time, maintain_order=True, nulls_last=False)
    return ordered.unique(by, keep="last", maintain_order=True)


def sample_users(frame: pl.LazyFrame, share: float, *, user: str = "USER_ID") -> pl.LazyFrame:
    """Keep about that share of the users, each with all rows; the same users every time.

    Args:
        frame: Interactions.
        share: Between 0 and 1, in steps of 1/256.
        user: The column of the user.

    >>> events = pl.LazyFrame({"USER_ID": [str(i % 100) for i in range(1_000)]})
    >>> sample_users(events, 0.5).collect()["USER_ID"].n_unique() in range(30, 71)
    True
    """
    asked.types(frame, "sample_users", user)
    return frame.filter(bucket(pl.col(user).cast(pl.String)) < share * BUCKETS)
