"""Items and users that only interactions know."""

from __future__ import annotations

import polars as pl

from pdprep.errors import MappingError
from pdprep.preparation.transforms import asked


def items_of(interactions: pl.LazyFrame, *, item: str = "ITEM_ID", time: str = "TIMESTAMP") -> pl.LazyFrame:
    """Return one row an item, with the time of its first interaction as CREATION_TIMESTAMP.

    Source: Amazon Personalize Developer Guide, items-datasets, which infers a missing one the same way.

    >>> events = pl.LazyFrame({"ITEM_ID": ["x", "x"], "TIMESTAMP": [20, 10]})
    >>> items_of(events).collect().rows()
    [('x', 10)]
    """
    asked.types(interactions, "items_of", item)
    asked.ordered(interactions, "items_of", time)
    known = interactions.filter(pl.col(item).is_not_null())
    return known.group_by(item).agg(pl.col(time).min().alias("CREATION_TIMESTAMP")).sort(item)


def users_of(interactions: pl.LazyFrame, *, user: str = "USER_ID") -> pl.LazyFrame:
    """Return one row a user, with the number of their interactions.

    >>> users_of(pl.LazyFrame({"USER_ID": ["a", "a"]})).collect().rows()
    [('a', 2)]
    """
    asked.types(interactions, "users_of", user)
    known = interactions.filter(pl.col(user).is_not_null())
    return known.group_by(user).agg(pl.len().alias("INTERACTIONS")).sort(user)


def creation_timestamps(
    items: pl.LazyFrame,
    interactions: pl.LazyFrame,
    *,
    item: str = "ITEM_ID",
    time: str = "TIMESTAMP",
    into: str = "CREATION_TIMESTAMP",
) -> pl.LazyFrame:
    """Fill the creation time of items from their first interaction, where they have none.

    >>> items = pl.LazyFrame({"ITEM_ID": ["x", "y"]})
    >>> events = pl.LazyFrame({"ITEM_ID": ["x"], "TIMESTAMP": [10]})
    >>> creation_timestamps(items, events).collect()["CREATION_TIMESTAMP"].to_list()
    [10, None]
    """
    mine = asked.types(items, "creation_timestamps", item)[item]
    theirs = asked.types(interactions, "creation_timestamps", item)[item]
    if mine != theirs:
        raise MappingError(
            f"{item} is {mine} in the items and {theirs} in the interactions",
            "ids of one type",
            f"{'items' if mine != pl.String else 'interactions'}.lazy()"
            f'.with_columns(pl.col("{item}").cast(pl.String))',
        )
    first = items_of(interactions, item=item, time=time).rename({"CREATION_TIMESTAMP": "__first"})
    joined = items.join(first, on=item, how="left", maintain_order="left")
    have = [pl.col(into)] if into in items.collect_schema() else []
    return joined.with_columns(pl.coalesce(*have, pl.col("__first")).alias(into)).drop("__first")
