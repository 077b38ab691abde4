"""A partition too large for memory is deduplicated and put in order in pieces.

All rows of one id are in one bucket, so an id that has most of the rows ("anonymous", a test account) fills a
partition that no number of partitions makes smaller. It is gone over twice on disk. First its rows go to
shares by the hash of what a duplicate equals: equal rows meet in one share, which is deduplicated in memory.
What a share keeps goes to cells, by bucket and by range of source rows. The cells in their order hold what
the whole partition would have been, so the bytes of an import do not depend on it.
"""

from __future__ import annotations

import math
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from pdprep import platforms
from pdprep.engine.distinct import Key, distinct, key_hash
from pdprep.engine.prefetch import Work
from pdprep.preparation.sources import ROW

# Of rows in memory; three to four times that is used while they are deduplicated.
PIECE_BYTES: Final = 128_000_000
_SHARE: Final = "__share"
_CELL: Final = "__cell"


def pieces(
    files: Sequence[Path], folder: Path, key: Key, bucket: str
) -> tuple[int, list[Work[pl.DataFrame]]]:
    """Return how many duplicates there are, and a way to each piece: the others, by bucket and source row.

    Args:
        files: The partition's Arrow files; they are removed.
        folder: An empty place beside them.
        key: The fields in which a duplicate equals an earlier row.
        bucket: The column of the bucket.
    """
    size, rows = sum(file.stat().st_size for file in files), pl.scan_ipc(list(files), glob=False)
    count = rows.select(pl.len()).collect().item()
    # Source rows are unique, so a range of as many numbers holds no more rows than a piece may have.
    width = max(1, PIECE_BYTES * count // size)
    # First pass: equal rows have equal hashes, so each share can be deduplicated by itself.
    share = key_hash(key.fields) % math.ceil(size / PIECE_BYTES)
    sink(rows.with_columns(share.alias(_SHARE)), folder / "shares", _SHARE)
    # From here on nothing stands on disk twice: a share goes before its cells are written.
    for file in files:
        platforms.remove(file)
    cells: defaultdict[int, list[Path]] = defaultdict(list)
    lost = count
    for place in sorted((folder / "shares").iterdir()):
        # A share lies in files in any order; of equal rows the first of the source is kept.
        kept = distinct(read(sorted(place.rglob("*.ipc"))).sort(ROW), key, order=bucket)
        shutil.rmtree(place)
        lost -= kept.height
        # Second pass: one number by bucket and range of rows, in whose order the cells are the whole again.
        cell = pl.col(bucket).cast(pl.Int64) * (1 << 40) + pl.col(ROW) // width
        target = folder / "cells" / place.name
        sink(kept.lazy().with_columns(cell.alias(_CELL)), target, _CELL)
        for file in target.rglob("*.ipc"):
            cells[int(file.relative_to(target).parts[0].partition("=")[2])].append(file)
    filled = _filled([cells[number] for number in sorted(cells)])
    return lost, [
        Work(partial(_piece, together, bucket), sum(file.stat().st_size for file in together))
        for together in filled
    ]


def read(files: Sequence[Path]) -> pl.DataFrame:
    """Return the rows of Arrow files, one file after the other."""
    rows = pl.scan_ipc(list(files), glob=False).collect()
    # Join the pieces of each column, one column after the other: few bytes are held twice.
    return pl.DataFrame([rows.drop_in_place(name).rechunk() for name in rows.columns])


def sink(rows: pl.LazyFrame, folder: Path, key: str | pl.Expr) -> None:
    """Write rows to Arrow files, one a value of the key.

    Args:
        rows: What to write.
        folder: Where; a folder ``key=value`` for each value is made in it.
        key: The column or the expression that tells rows apart; it is not written.
    """
    # No file is ever that large: one a value, and not many small ones.
    target = pl.PartitionBy(folder, key=key, include_key=False, approximate_bytes_per_file=1 << 62)
    rows.sink_ipc(target, compression="uncompressed", mkdir=True)


def _filled(cells: Sequence[list[Path]]) -> Iterator[list[Path]]:
    """Put neighbouring cells together up to the size of a piece: the other ids' cells are small."""
    together: list[Path] = []
    size = 0
    for files in cells:
        more = sum(file.stat().st_size for file in files)
        if together and size + more > PIECE_BYTES:
            yield together
            together, size = [], 0
        together, size = together + files, size + more
    if together:
        yield together


def _piece(files: Sequence[Path], bucket: str) -> pl.DataFrame:
    return read(files).sort(bucket, ROW)
