"""Rows go to 256 fixed buckets by their id's bytes, and are handled a run of buckets at a time.

All rows of one id are in one bucket, so duplicates and per-id figures need one partition alone.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import polars as pl

from pdprep.engine.ahead import Work
from pdprep.engine.watch import Tap
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.reading import reading
from pdprep.preparation.sources import ROW
from pdprep.preparation.spread import BUCKETS, bucket
from pdprep.progress import Listener

BUCKET: Final = "__bucket"
# Small partitions stay in the processor's caches; many make the first pass slow and large.
FEW_ROWS: Final = 300_000
FEW_PARTITIONS: Final = 64
MOST_ROWS: Final = 1_500_000
BATCH_ROWS: Final = 2_500  # held for each partition before they are written
BYTES_A_ROW_COMPRESSED: Final = 8  # a low guess, so that partitions come out small rather than large
T = TypeVar("T")


class Size(NamedTuple):
    """How large a source is: its rows, None where only reading tells, and the partitions to make of them."""

    rows: int | None
    partitions: int


def size(prepared: Prepared, partitions: int | None = None) -> Size:
    """Measure a source; ``partitions`` are told from its rows if not given."""
    rows = _height(prepared)
    return Size(rows, partitions or partition_count(prepared, rows))


@contextmanager
def partitions(
    prepared: Prepared,
    through: Callable[[pl.LazyFrame], pl.LazyFrame],
    listener: Listener,
    size: Size,
) -> Iterator[list[Work[pl.DataFrame]]]:
    """Read the prepared rows, and give a way to each run of whole buckets, in the source's order.

    Args:
        prepared: What to read.
        through: What the rows go through as they are read.
        listener: Hears how many rows have been read, and of how many where the source tells.
        size: How many rows there are, as far as the source tells, and how many partitions to make.
    """
    tap = Tap(size.rows)
    listener(tap.progress)
    rows = through(tap.on(prepared.rows))
    marked = rows.with_columns(bucket(pl.col(prepared.contract.key)).alias(BUCKET))

    def read(work: Callable[[], T]) -> T:
        with reading(prepared.source, prepared.by_expression):
            return work()

    if size.partitions == 1:
        whole = _ordered(tap.watch(lambda: read(marked.collect), listener))
        yield [Work(lambda: whole)]
        return
    with tempfile.TemporaryDirectory(prefix="pdprep-") as folder:
        per = math.ceil(BUCKETS / size.partitions)
        tap.watch(lambda: read(lambda: _sink(marked, folder, per)), listener)
        yield list(_runs(folder, per))


def partition_count(prepared: Prepared, height: int | None = None) -> int:
    """Return how many partitions keep each near 300,000 rows, or below 1.5 million where there are many.

    Args:
        prepared: What to read.
        height: Its rows, where the source tells.
    """
    rows = _guess(prepared) if height is None else height
    few = min(FEW_PARTITIONS, math.ceil(rows / FEW_ROWS))
    return min(BUCKETS, max(1, few, math.ceil(rows / MOST_ROWS)))


def _guess(prepared: Prepared) -> int:
    source = prepared.source
    if source.files[0].endswith((".gz", ".zst")):
        return (source.bytes or 0) // BYTES_A_ROW_COMPRESSED
    return (source.bytes or 0) * source.head.count("\n") // max(1, len(source.head))


def _height(prepared: Prepared) -> int | None:
    """Count a frame, which is quick; how many rows a CSV holds is known when it has been read."""
    if prepared.source.bytes and prepared.source.is_text:
        return None
    with reading(prepared.source):
        return int(prepared.source.frame.select(pl.len()).collect().item())


def _sink(marked: pl.LazyFrame, folder: str, per: int) -> None:
    """Write to temporary files, one a run of ``per`` buckets."""
    key = (pl.col(BUCKET) // per).alias("__partition")
    target = pl.PartitionBy(folder, key=key, include_key=False, approximate_bytes_per_file=1 << 62)
    marked.sink_ipc(target, compression="uncompressed", record_batch_size=BATCH_ROWS, mkdir=True)


def _runs(folder: str, per: int) -> Iterator[Work[pl.DataFrame]]:
    for index in range(math.ceil(BUCKETS / per)):
        files = sorted(Path(folder).glob(f"__partition={index}/**/*.ipc"))
        if files:
            yield Work(partial(_read, files), sum(file.stat().st_size for file in files))


def _read(files: list[Path]) -> pl.DataFrame:
    return _ordered(_contiguous(pl.scan_ipc(files).collect()))


def _contiguous(rows: pl.DataFrame) -> pl.DataFrame:
    """Join the pieces of each column, one column after the other: few bytes are held twice."""
    return pl.DataFrame([rows.drop_in_place(name).rechunk() for name in rows.columns])


def _ordered(rows: pl.DataFrame) -> pl.DataFrame:
    """Sort by source row, in which order they come as a rule."""
    return rows if rows[ROW].is_sorted() else rows.sort(ROW)
