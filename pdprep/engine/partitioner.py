"""Rows on their way to partitions: kept in memory up to a bound, beyond it in files.

A batch is put in the order of its buckets as soon as it has been judged, while it is in the processor's
caches, and its texts are copied together in that order. A partition is then a slice of each batch, and the
texts of a bucket lie side by side: what goes through them later, bucket by bucket, reads memory from one end
to the other. Where rows were only told apart and put in order at the end, each long text cost a walk through
all memory, a third of the processor time.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from pdprep import disks
from pdprep.engine import oversized
from pdprep.preparation.sources import ROW
from pdprep.preparation.spread import BUCKET, BUCKETS

HELD_BYTES: Final = 256_000_000  # of all rows, where they are expected to fit
LONG_TEXT: Final = 250  # bytes of a text on average
FLUSHED_BYTES: Final = 100_000_000  # that go to files together, where they do not


class SortedBatch(NamedTuple):
    """Rows in the order of their buckets; their bytes, and the first and the last row of the source."""

    rows: pl.DataFrame
    bytes: int
    first: int
    last: int


class PartitionRows(NamedTuple):
    """Where the rows of a partition are: in files, or in memory."""

    files: list[Path]
    bytes: int
    read: Callable[[], pl.DataFrame]


class Partitioner:
    """Takes batches on any thread, and tells then where the rows of each partition are."""

    def __init__(self, count: int, folder: Callable[[], Path], expected: int = 0) -> None:
        """Begin with no rows.

        Args:
            count: How many partitions there are, each a run of as many buckets.
            folder: Makes an empty place for files; asked once rows do not fit into memory.
            expected: About how many bytes will come: what does not fit is not gathered in vain.
        """
        self._width = math.ceil(BUCKETS / count)
        self._make_folder = folder
        self._folder: Path | None = None
        self._held: list[SortedBatch] = []
        self._bytes = 0
        # Where more is expected than fits, rows go to files early rather than all at once and late.
        self._most = HELD_BYTES if expected <= HELD_BYTES else min(HELD_BYTES, FLUSHED_BYTES)
        self._spans: list[tuple[int, int]] = []  # the first and last row of what went to files together
        self._in_order = True  # of the source, batch by batch
        self._lock = threading.Lock()

    def on(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Return no rows: they are taken as they come."""
        return rows.map_batches(self.take, streamable=True, validate_output_schema=False)

    def partitions(self, most: int) -> list[PartitionRows]:
        """Return where the rows of each partition are, those without rows left out.

        Args:
            most: Bytes of one partition that may be in memory; with more all rows go to files.
        """
        if self._folder is None:
            found = list(self._in_memory())
            if all(each.bytes <= most for each in found):
                return found
        self._flush(0)
        # Files were written batch by batch: if their rows do not overlap, no partition has to be sorted.
        spans = sorted(self._spans)
        self._in_order &= spans == self._spans and all(
            last < first for (_, last), (first, _) in pairwise(spans)
        )
        return list(self._in_files())

    def take(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Take a batch, and return none of its rows."""
        if rows.height:
            numbers, found = rows[ROW], by_bucket(rows)
            first, last, in_order = int(numbers.min()), int(numbers.max()), numbers.is_sorted()  # type: ignore[arg-type]  # numbers
            piece = SortedBatch(found, int(found.estimated_size()), first, last)
            # Nothing of Polars is asked under the lock: its threads would wait for one another.
            with self._lock:
                self._held.append(piece)
                self._bytes += piece.bytes
                self._in_order &= in_order
                full = self._bytes > (self._most if self._folder is None else FLUSHED_BYTES)
            if full:
                # The newest batches stay: one that another thread brings next may be older than they are.
                self._flush(4 * pl.thread_pool_size())
        return rows.clear()

    def _flush(self, kept: int) -> None:
        """Write what is held to files, one a partition, but for the newest batches."""
        with self._lock:
            self._folder = self._folder or self._make_folder()
            held = sorted(self._held, key=_first)
            going, self._held = held[: len(held) - kept], held[len(held) - kept :]
            self._bytes = sum(piece.bytes for piece in self._held)
            number = len(self._spans)
            if going:
                self._spans.append((going[0].first, max(piece.last for piece in going)))
                self._in_order &= _apart(going)
        # Files are numbered flush by flush, so by name they are in the order in which they were written. To
        # compress them would save two thirds of the disk and cost a tenth more processor time.
        with disks.told(self._folder):
            for partition, pieces in enumerate(self._cut(going)):
                if pieces:
                    folder = self._folder / str(partition)
                    folder.mkdir(exist_ok=True)
                    pl.concat(pieces).write_ipc(folder / f"{number:05d}.ipc", compression="uncompressed")

    def _in_files(self) -> Iterator[PartitionRows]:
        assert self._folder is not None
        for partition in range(self._count):
            files = sorted((self._folder / str(partition)).glob("*.ipc"))
            if files:
                size = sum(file.stat().st_size for file in files)
                yield PartitionRows(files, size, partial(_read, files, self._in_order))

    def _in_memory(self) -> Iterator[PartitionRows]:
        held = sorted(self._held, key=_first)
        in_order = self._in_order and _apart(held)
        for pieces in self._cut(held):
            if pieces:
                size = sum(int(piece.estimated_size()) for piece in pieces)
                yield PartitionRows([], size, partial(_joined, pieces, in_order))

    def _cut(self, held: Sequence[SortedBatch]) -> Iterator[list[pl.DataFrame]]:
        """Yield the slices of each partition."""
        # Each batch is in the order of its buckets: a search finds where a partition begins, no row is moved.
        borders = pl.Series([*range(0, BUCKETS, self._width)], dtype=pl.UInt8)
        cuts = [[*rows[BUCKET].search_sorted(borders).to_list(), rows.height] for rows, *_ in held]
        for partition in range(self._count):
            ends = (cut[partition : partition + 2] for cut in cuts)
            slices = [piece.rows[start:end] for piece, (start, end) in zip(held, ends, strict=True)]
            yield [rows for rows in slices if rows.height]

    @property
    def _count(self) -> int:
        return math.ceil(BUCKETS / self._width)


def by_bucket(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a batch in the order of its buckets, with the texts of each column side by side."""
    # On one thread: few values, so a sort of one pass, which two threads would only make longer.
    places = rows.select(pl.arg_sort_by(BUCKET, maintain_order=True, multithreaded=False)).to_series()
    # One column after the other: other batches keep the other threads busy.
    return rows.select_seq(_copied(rows[name], pl.col(name).gather(places)) for name in rows.columns)


def _copied(column: pl.Series, gathered: pl.Expr) -> pl.Expr:
    # To gather texts moves only where they are told to be. To take nothing off their end copies them, which
    # pays where several texts share a line of the cache.
    short = column.dtype == pl.String and column.estimated_size() < LONG_TEXT * column.len()
    return gathered.str.strip_suffix("") if short else gathered


def _first(piece: SortedBatch) -> int:
    return piece.first


def _apart(pieces: Sequence[SortedBatch]) -> bool:
    """Tell whether batches that are ordered by their first row are one after the other in the source."""
    return all(piece.last < following.first for piece, following in pairwise(pieces))


def _joined(pieces: Sequence[pl.DataFrame], in_order: bool) -> pl.DataFrame:
    rows = pl.concat(pieces, rechunk=True)  # what follows takes twice the time over dozens of pieces
    return rows if in_order else rows.sort(ROW)


def _read(files: Sequence[Path], in_order: bool) -> pl.DataFrame:
    rows = oversized.read(files)
    return rows if in_order else rows.sort(ROW)
