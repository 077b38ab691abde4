"""Rows go to 256 fixed buckets by their id's bytes, and are handled a run of buckets at a time.

All rows of one id are in one bucket, so duplicates and per-id figures need one partition alone. The bucket is
our own function of the bytes: Polars' hash may change between versions, and with it the bytes of an import.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from pdprep.preparation.prepare import Prepared
from pdprep.preparation.sources import ROW, reading
from pdprep.progress import Listener, Progress

BUCKETS: Final = 256
BUCKET: Final = "__bucket"
ROWS_A_PARTITION: Final = 1_500_000
BYTES_A_ROW: Final = 40  # a low guess for a CSV row, so that partitions come out small rather than large
_MULTIPLIER: Final = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio: spreads neighbouring ids


def bucket(column: pl.Expr) -> pl.Expr:
    """Return the bucket, 0 to 255, of an id: its last eight bytes as an integer, multiplied and shifted.

    A missing id is in bucket 0.

    >>> pl.DataFrame({"id": ["1", "2", None]}).select(bucket(pl.col("id")))["id"].to_list()
    [5, 26, 0]
    """
    padded = pl.concat_str(pl.lit("\0" * 8), column).cast(pl.Binary).bin.tail(8)
    number = padded.bin.reinterpret(dtype=pl.UInt64, endianness="little")
    spread = (number * pl.lit(_MULTIPLIER, pl.UInt64)) // pl.lit(1 << 56, pl.UInt64)
    return spread.cast(pl.UInt8).fill_null(0).alias(column.meta.output_name())


def partitions(prepared: Prepared, listener: Listener, count: int | None = None) -> Iterator[pl.DataFrame]:
    """Yield the prepared rows, a run of whole buckets at a time, ordered by bucket and source row.

    Args:
        prepared: What to read.
        listener: Hears how many rows have been read.
        count: How many partitions; told from the size of the source if not given.
    """
    number = count or partition_count(prepared)
    marked = prepared.rows.with_columns(bucket(pl.col(prepared.contract.key)).alias(BUCKET))
    listener(Progress("prepare", 0, None))
    with reading(prepared.source):
        if number == 1:
            yield marked.collect().sort(BUCKET, ROW)
            return
        yield from _through_files(marked, number)


def partition_count(prepared: Prepared) -> int:
    """Return how many partitions keep each near 1.5 million rows."""
    size = prepared.source.bytes
    rows = size // BYTES_A_ROW if size else _height(prepared)
    return min(BUCKETS, max(1, math.ceil(rows / ROWS_A_PARTITION)))


def _height(prepared: Prepared) -> int:
    with reading(prepared.source):
        return int(prepared.source.frame.select(pl.len()).collect().item())


def _through_files(marked: pl.LazyFrame, number: int) -> Iterator[pl.DataFrame]:
    """Clean once to temporary files, one a partition, then read them back one at a time."""
    per = math.ceil(BUCKETS / number)
    with tempfile.TemporaryDirectory(prefix="pdprep-") as folder:
        key = (pl.col(BUCKET) // per).alias("__partition")
        target = pl.PartitionBy(folder, key=key, include_key=False, approximate_bytes_per_file=1 << 62)
        marked.sink_ipc(target, compression="lz4", mkdir=True)
        for index in range(math.ceil(BUCKETS / per)):
            files = sorted(Path(folder).glob(f"__partition={index}/**/*.ipc"))
            if files:
                yield pl.scan_ipc(files).sort(BUCKET, ROW).collect()
