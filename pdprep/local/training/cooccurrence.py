"""Which items go together: those that a user meets soon after one another, counted in bounded memory.

Each event goes with the five before it of the same user. Two items' weight is their count over the root of
the product of how often each occurs (cosine), so popular items do not go with everything.
"""

from __future__ import annotations

import polars as pl

REACH = 5
MOST = 100  # neighbours an item keeps
PAIRS = 4_000_000  # that are counted at once


def neighbours(events: pl.DataFrame, counts: pl.Series) -> pl.DataFrame:
    """Return the neighbours of each item: OTHERS, best first, and WEIGHTS.

    Args:
        events: USER and ITEM as whole numbers, sorted by user and time.
        counts: How often each item occurs, by its number.

    >>> events = pl.DataFrame({"USER": [0, 0, 1, 1], "ITEM": [0, 1, 0, 2]},
    ...                       schema={"USER": pl.UInt32, "ITEM": pl.UInt32})
    >>> neighbours(events, pl.Series([2, 1, 1]))["OTHERS"].to_list()
    [[1, 2], [0], [0]]
    """
    # Each event makes ten pairs. They are counted in parts of items, so that an item's neighbours are
    # together and only PAIRS are in memory; the events are read once a part.
    parts = max(1, -(-events.height * 2 * REACH // PAIRS))
    found = pl.concat([_part(events, counts, number, parts) for number in range(parts)])
    whole = pl.DataFrame({"ITEM": pl.int_range(len(counts), dtype=pl.UInt32, eager=True)})
    joined = whole.join(found, on="ITEM", how="left", maintain_order="left").drop("ITEM")
    return joined.select(
        pl.col("OTHERS").fill_null([]).cast(pl.List(pl.UInt32)),
        pl.col("WEIGHTS").fill_null([]).cast(pl.List(pl.Float64)),
    )


def _part(events: pl.DataFrame, counts: pl.Series, number: int, parts: int) -> pl.DataFrame:
    pairs = pl.concat(
        [
            pair.filter(pl.col("ITEM") % parts == number)
            for step in range(1, REACH + 1)
            for pair in _apart(events, step)
        ]
    )
    totals = pl.DataFrame({"N": counts.cast(pl.Float64)}).with_row_index("ITEM").lazy()
    return (
        pairs.group_by("ITEM", "OTHER")
        .len()
        .join(totals, on="ITEM")
        .join(totals.rename({"ITEM": "OTHER", "N": "M"}), on="OTHER")
        .with_columns(WEIGHT=pl.col("len") / (pl.col("N") * pl.col("M")).sqrt())
        # Equal weights are told apart by the id's place: the same records make the same model.
        .sort("ITEM", "WEIGHT", "OTHER", descending=[False, True, False])
        .group_by("ITEM", maintain_order=True)
        .agg(OTHERS=pl.col("OTHER").head(MOST), WEIGHTS=pl.col("WEIGHT").head(MOST))
        .collect(engine="streaming")
    )


def _apart(events: pl.DataFrame, step: int) -> list[pl.LazyFrame]:
    """Return the pairs of events of one user that are ``step`` apart, both ways."""
    # Sorted by user: the event a step later is of another user only at the end of each.
    later = events.lazy().select(
        "USER", "ITEM", OTHER=pl.col("ITEM").shift(-step), SAME=pl.col("USER").shift(-step)
    )
    pairs = later.filter((pl.col("USER") == pl.col("SAME")) & (pl.col("ITEM") != pl.col("OTHER")))
    one = pairs.select("ITEM", "OTHER")
    return [one, one.select(ITEM="OTHER", OTHER="ITEM")]
