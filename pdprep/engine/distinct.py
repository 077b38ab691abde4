"""Rows that equal an earlier one are left out: compared in full, but only where their hashes meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

_PLACE: Final = "__place"


def distinct(rows: pl.DataFrame, key: Sequence[str], order: str) -> pl.DataFrame:
    """Return the rows without those that equal an earlier row in every field of the key, in a new order.

    The rows given are used up, column by column, so that few bytes are held twice.

    Args:
        rows: A batch in the source's order.
        key: The fields in which a duplicate equals an earlier row.
        order: A column to order by; where it is equal, rows stay as they come.

    >>> distinct(pl.DataFrame({"a": [2, 1, 2], "b": [0, 0, 0]}), ["a", "b"], order="a")["a"].to_list()
    [1, 2]
    """
    # On one thread: few values, so a sort of one pass, which two threads would only make longer.
    sorted_by = pl.arg_sort_by(order, maintain_order=True, multithreaded=False)
    places = rows.select(sorted_by).to_series()
    lost = _lost(rows, key)
    kept = places if lost is None else places.filter(~lost[places])
    return pl.DataFrame([rows.drop_in_place(name).gather(kept) for name in rows.columns])


def key_hash(key: Sequence[str]) -> pl.Expr:
    """Return a hash that is equal for equal rows.

    It is Polars' own and may change between versions, so nothing that outlives this process depends on it.
    """
    return pl.sum_horizontal([pl.col(name).hash(seed) for seed, name in enumerate(key)])


def _lost(rows: pl.DataFrame, key: Sequence[str]) -> pl.Series | None:
    """Tell which rows equal an earlier one."""
    meets = rows.select(key_hash(key)).to_series().is_duplicated()
    if not meets.any():
        return None
    suspects = rows.select(*key, pl.int_range(pl.len(), dtype=pl.UInt32).alias(_PLACE)).filter(meets)
    return meets.scatter(suspects.unique(key, keep="first")[_PLACE], False)
