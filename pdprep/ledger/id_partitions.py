"""Large frames compared in bounded memory: a partition of the ids at a time, the same ids of each frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from pdprep.preparation.spread import BUCKETS, bucket

ROWS_A_PARTITION: Final = 1_000_000


def partitions(
    frames: Sequence[pl.LazyFrame], key: str, rows_a_partition: int = ROWS_A_PARTITION
) -> Iterator[list[pl.LazyFrame]]:
    """Yield the frames cut to the same ids, again and again until every id came once.

    Args:
        frames: What to compare.
        key: The id column that all of them have; null is an id too.
        rows_a_partition: About how many rows of all frames a partition has.
    """
    rows = sum(int(frame.select(pl.len()).collect().item()) for frame in frames)
    count = min(BUCKETS, max(1, math.ceil(rows / rows_a_partition)))
    if count == 1:
        yield list(frames)
        return
    # The frames are read once a partition: time is given for memory, and nothing is written.
    for number in range(count):
        own = bucket(pl.col(key)) % count == number
        yield [frame.filter(own) for frame in frames]


def lacking(old: pl.LazyFrame, new: pl.LazyFrame, on: Sequence[str], key: str) -> int:
    """Count the distinct rows of one frame that another lacks.

    >>> rows = [pl.LazyFrame({"ITEM_ID": ids}) for ids in (["a", "b"], ["b", "c"])]
    >>> lacking(*rows, on=["ITEM_ID"], key="ITEM_ID")
    1
    """
    cut = partitions([frame.select(on) for frame in (old, new)], key)
    found = (one.unique().join(other, on=list(on), how="anti", nulls_equal=True) for one, other in cut)
    return sum(int(rows.select(pl.len()).collect().item()) for rows in found)
