"""Rows go to 256 fixed buckets by their id's bytes, and are handled a run of buckets at a time.

All rows of one id are in one bucket, so duplicates and per-id figures need one partition alone. The bucket is
our own function of the bytes: Polars' hash may change between versions, and with it the bytes of an import.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import polars as pl

from pdprep.engine.watch import Tap
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.reading import reading
from pdprep.preparation.sources import ROW
from pdprep.progress import Listener

BUCKETS: Final = 256
BUCKET: Final = "__bucket"
ROWS_A_PARTITION: Final = 1_500_000
# Low guesses for a row of CSV, so that partitions come out small rather than large.
BYTES_A_ROW: Final = 40
BYTES_A_ROW_COMPRESSED: Final = 8
T = TypeVar("T")
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


def partitions(
    prepared: Prepared, listener: Listener, count: int | None = None
) -> Iterator[tuple[pl.DataFrame, int]]:
    """Yield the prepared rows, a run of whole buckets at a time, and how many there are in all.

    Each run is ordered by bucket and source row.

    Args:
        prepared: What to read.
        listener: Hears how many rows have been read, and of how many where the source tells.
        count: How many partitions; told from the size of the source if not given.
    """
    height = _height(prepared)
    number = count or partition_count(prepared, height)
    tap = Tap(height)
    listener(tap.progress)
    marked = tap.on(prepared.rows.with_columns(bucket(pl.col(prepared.contract.key)).alias(BUCKET)))

    def read(work: Callable[[], T]) -> T:
        with reading(prepared.source, prepared.by_expression):
            return work()

    if number == 1:
        yield _ordered(tap.watch(lambda: read(marked.collect), listener)), tap.rows
        return
    with tempfile.TemporaryDirectory(prefix="pdprep-") as folder:
        per = math.ceil(BUCKETS / number)
        tap.watch(lambda: read(lambda: _sink(marked, folder, per)), listener)
        for rows in _runs(folder, per):
            yield rows, tap.rows


def partition_count(prepared: Prepared, height: int | None = None) -> int:
    """Return how many partitions keep each near 1.5 million rows.

    Args:
        prepared: What to read.
        height: Its rows, where the source tells.
    """
    rows = _guess(prepared) if height is None else height
    return min(BUCKETS, max(1, math.ceil(rows / ROWS_A_PARTITION)))


def _guess(prepared: Prepared) -> int:
    source = prepared.source
    compressed = source.files[0].endswith((".gz", ".zst"))
    return (source.bytes or 0) // (BYTES_A_ROW_COMPRESSED if compressed else BYTES_A_ROW)


def _height(prepared: Prepared) -> int | None:
    """Count a frame, which is quick; how many rows a CSV holds is known when it has been read."""
    if prepared.source.bytes and prepared.source.is_text:
        return None
    with reading(prepared.source):
        return int(prepared.source.frame.select(pl.len()).collect().item())


def _sink(marked: pl.LazyFrame, folder: str, per: int) -> None:
    """Clean once to temporary files, one a run of ``per`` buckets."""
    key = (pl.col(BUCKET) // per).alias("__partition")
    target = pl.PartitionBy(folder, key=key, include_key=False, approximate_bytes_per_file=1 << 62)
    marked.sink_ipc(target, compression="lz4", mkdir=True)


def _runs(folder: str, per: int) -> Iterator[pl.DataFrame]:
    for index in range(math.ceil(BUCKETS / per)):
        files = sorted(Path(folder).glob(f"__partition={index}/**/*.ipc"))
        if files:
            yield _ordered(pl.scan_ipc(files).collect())


def _ordered(rows: pl.DataFrame) -> pl.DataFrame:
    """Sort by bucket and source row; rows come in the source's order as a rule, and a short sort will do."""
    in_order = rows if rows[ROW].is_sorted() else rows.sort(ROW)
    return in_order.sort(BUCKET, maintain_order=True)
