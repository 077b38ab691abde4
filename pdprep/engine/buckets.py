"""Rows go to 256 fixed buckets by their id's bytes, and are handled a run of buckets at a time.

All rows of one id are in one bucket, so duplicates and per-id figures need one partition alone.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import polars as pl

from pdprep.engine.watch import Tap
from pdprep.preparation.conversions import RAW
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.reading import reading
from pdprep.preparation.sources import ROW
from pdprep.preparation.spread import BUCKETS, bucket
from pdprep.progress import Listener

BUCKET: Final = "__bucket"
# Small partitions stay in the processor's caches; many make the first pass slow.
FEW_ROWS: Final = 600_000
FEW_PARTITIONS: Final = 32
MOST_ROWS: Final = 1_500_000
# Low guesses for a row of CSV, so that partitions come out small rather than large.
BYTES_A_ROW: Final = 40
BYTES_A_ROW_COMPRESSED: Final = 8
T = TypeVar("T")


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
    """Return how many partitions keep each near 600,000 rows, or below 1.5 million where there are many.

    Args:
        prepared: What to read.
        height: Its rows, where the source tells.
    """
    rows = _guess(prepared) if height is None else height
    few = min(FEW_PARTITIONS, math.ceil(rows / FEW_ROWS))
    return min(BUCKETS, max(1, few, math.ceil(rows / MOST_ROWS)))


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
    """Clean once to temporary files, one a run of ``per`` buckets.

    The source's values are few, so they travel as one column that is null in nearly every row.
    """
    raw = [name for name in marked.collect_schema().names() if name.startswith(RAW)]
    if raw:
        some = pl.any_horizontal(pl.col(name).is_not_null() for name in raw)
        marked = marked.with_columns(pl.when(some).then(pl.struct(raw)).alias(RAW)).drop(raw)
    key = (pl.col(BUCKET) // per).alias("__partition")
    target = pl.PartitionBy(folder, key=key, include_key=False, approximate_bytes_per_file=1 << 62)
    marked.sink_ipc(target, compression="lz4", mkdir=True)


def _runs(folder: str, per: int) -> Iterator[pl.DataFrame]:
    for index in range(math.ceil(BUCKETS / per)):
        files = sorted(Path(folder).glob(f"__partition={index}/**/*.ipc"))
        if files:
            rows = pl.scan_ipc(files).collect()
            yield _ordered(rows.unnest(RAW) if RAW in rows.columns else rows)


def _ordered(rows: pl.DataFrame) -> pl.DataFrame:
    """Sort by bucket and source row; rows come in the source's order as a rule, and a short sort will do."""
    in_order = rows if rows[ROW].is_sorted() else rows.sort(ROW)
    return in_order.sort(BUCKET, maintain_order=True)
