"""Rows go to 256 fixed buckets by their id's bytes, and are handled a run of buckets at a time.

All rows of one id are in one bucket, so duplicates and per-id figures need one partition alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple

import polars as pl

from pdprep.engine import oversized
from pdprep.engine.distinct import Key
from pdprep.engine.partitioner import Partitioner, PartitionRows
from pdprep.engine.prefetch import Work
from pdprep.engine.spill import spill
from pdprep.engine.watch import Tap
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.reading import reading
from pdprep.preparation.spread import BUCKET, BUCKETS, bucket
from pdprep.progress import Listener

# What is done to a partition stays in the processor's caches, as far as it is small.
FEW_ROWS: Final = 64_000
FEW_BYTES: Final = 10_000_000  # of a CSV, where its rows are long
FEW_PARTITIONS: Final = 64
MOST_ROWS: Final = 1_500_000
MOST_BYTES: Final = 2 * oversized.PIECE_BYTES  # of a partition that is read as a whole
BYTES_A_ROW: Final = 100  # in memory, a guess
BYTES_A_ROW_COMPRESSED: Final = 8  # a low guess, so that partitions come out small rather than large


@dataclass(frozen=True)
class Partition(Work[pl.DataFrame]):
    """A run of whole buckets; or a piece of one that is too large for memory, without its duplicates.

    Attributes:
        lost: The duplicates that are gone already.
        whole: Whether no id of it goes on in the next piece.
    """

    lost: int = 0
    whole: bool = True


class Size(NamedTuple):
    """How large a source is: its rows, None where only reading tells, and the partitions to make of them."""

    rows: int | None
    partitions: int


def size(prepared: Prepared, partitions: int | None = None) -> Size:
    """Measure a source; ``partitions`` are told from its rows if not given."""
    rows = _height(prepared)
    return Size(rows, partitions or partition_count(prepared, rows))


@contextmanager
def partitioned(
    prepared: Prepared,
    through: Callable[[pl.LazyFrame], pl.LazyFrame],
    listener: Listener,
    size: Size,
    scratch: Path | None = None,
) -> Iterator[list[Partition]]:
    """Read the prepared rows, and give a way to each run of whole buckets, in the source's order.

    Args:
        prepared: What to read.
        through: What the rows go through as they are read.
        listener: Hears how many rows have been read, and of how many where the source tells.
        size: How many rows there are, as far as the source tells, and how many partitions to make.
        scratch: The folder for what does not fit into memory; by default one of this user's.
    """
    tap = Tap(size.rows)
    listener(tap.progress)
    rows = through(tap.on(prepared.rows))
    marked = rows.with_columns(bucket(pl.col(prepared.contract.key)).alias(BUCKET))
    with ExitStack() as stack:
        # The folder is made only when rows do not fit into memory, and goes with the block.
        partitioner = Partitioner(
            size.partitions, lambda: stack.enter_context(spill(scratch)), bytes_guessed(prepared, size.rows)
        )
        # A frame of the user's that makes one partition is computed by the engine that they would have used.
        engine: Literal["auto", "streaming"] = "auto" if size.partitions == 1 else "streaming"

        def read() -> pl.DataFrame:
            with reading(prepared.source, prepared.by_expression):
                return partitioner.on(marked).collect(engine=engine)

        # The plan ends in the partitioner, which takes every row: what it returns are columns without rows.
        none = tap.watch(read, listener)
        found = list(_in_pieces(partitioner.partitions(MOST_BYTES), Key.of(prepared)))
        # A source without good rows makes one empty partition, so that its report still has every column.
        yield found or [Partition(lambda: none)]


def partition_count(prepared: Prepared, height: int | None = None) -> int:
    """Return how many partitions keep each near 64,000 rows or 10 MB; many are below 1.5 million rows.

    Args:
        prepared: What to read.
        height: Its rows, where the source tells.
    """
    rows = _guess(prepared) if height is None else height
    size = prepared.source.bytes or 0 if prepared.source.is_text else 0
    # Up to 64 for the caches alone; beyond that more only where memory asks for it, for each has a price.
    few = min(FEW_PARTITIONS, math.ceil(max(rows / FEW_ROWS, size / FEW_BYTES)))
    return min(BUCKETS, max(1, few, math.ceil(rows / MOST_ROWS)))


def bytes_guessed(prepared: Prepared, rows: int | None) -> int:
    """Guess how many bytes the rows take in memory: about as many as in a CSV."""
    # A wrong guess costs time and no memory: it tells when rows begin to go to files, not how many may stay.
    text = prepared.source.is_text and not prepared.source.files[0].endswith((".gz", ".zst"))
    if text:
        return prepared.source.bytes or 0
    return BYTES_A_ROW * (_guess(prepared) if rows is None else rows)


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


def _in_pieces(found: Sequence[PartitionRows], key: Key) -> Iterator[Partition]:
    for rows in found:
        # An id of most rows fills a bucket that no number of partitions makes smaller.
        if rows.bytes > MOST_BYTES:
            lost, works = oversized.pieces(rows.files, rows.files[0].parent / "pieces", key, BUCKET)
            last = len(works) - 1
            for place, work in enumerate(works):
                # The first piece answers for the duplicates of all, so that read = kept + duplicates + bad.
                yield Partition(work.do, work.bytes, 0 if place else lost, whole=place == last)
        else:
            yield Partition(rows.read, rows.bytes)
