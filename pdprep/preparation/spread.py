"""Ids spread over 256 buckets by their bytes: the same id is in the same bucket everywhere and always.

The bucket is our own function of the bytes: Polars' hash may change between versions, and with it the bytes
of an import.
"""

from __future__ import annotations

from typing import Final

import polars as pl

BUCKET: Final = "__bucket"
BUCKETS: Final = 256
_MULTIPLIER: Final = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio: spreads neighbouring ids


def bucket(column: pl.Expr) -> pl.Expr:
    """Return the bucket, 0 to 255, of an id: its last eight bytes as an integer, multiplied and shifted.

    A missing id is in bucket 0.

    >>> pl.DataFrame({"id": ["1", "2", None]}).select(bucket(pl.col("id")))["id"].to_list()
    [5, 26, 0]
    """
    eight = column.map_batches(_padded, return_dtype=pl.String, is_elementwise=True)
    number = eight.cast(pl.Binary).bin.tail(8).bin.reinterpret(dtype=pl.UInt64, endianness="little")
    spread = (number * pl.lit(_MULTIPLIER, pl.UInt64)) // pl.lit(1 << 56, pl.UInt64)
    return spread.cast(pl.UInt8).fill_null(0).alias(column.meta.output_name())


def _padded(ids: pl.Series) -> pl.Series:
    """Put NUL bytes before ids of less than eight bytes; most batches have none, which the shortest tells."""
    shortest = ids.str.len_bytes().min()
    return ids if shortest is None or int(shortest) >= 8 else "\0" * 8 + ids  # type: ignore[arg-type]
