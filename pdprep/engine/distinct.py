"""Rows that equal an earlier one are left out: compared in full, but only where their hashes meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

_PLACE: Final = "__place"


def distinct(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Return the rows without those that equal an earlier row in every field of the key, in their order.

    Polars' hash lives no longer than this call, so it may change between versions.

    >>> distinct(pl.DataFrame({"a": [2, 1, 2], "b": [0, 0, 0]}), ["a", "b"])["a"].to_list()
    [2, 1]
    """
    meets = rows.select(pl.struct(key).hash().is_duplicated()).to_series()
    if not meets.any():
        return rows
    suspects = rows.select(*key, pl.int_range(pl.len()).alias(_PLACE)).filter(meets)
    kept = suspects.unique(key, keep="first")[_PLACE]
    lost = suspects.filter(~pl.col(_PLACE).is_in(kept.implode()))[_PLACE]
    return rows.filter(~pl.int_range(pl.len()).is_in(lost.implode()))
