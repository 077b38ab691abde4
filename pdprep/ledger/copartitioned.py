"""Records of the ledger in step with a frame's: those of the same buckets, so that none is held whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from pdprep.ledger import merging
from pdprep.preparation.spread import BUCKET, BUCKETS, bucket

FILES: Final = 64
FEW: Final = 200_000  # rows that are held rather than written
_FILE: Final = "__file"


class CoPartitioned:
    """Rows read once, kept on disk by bucket, and given in the order in which a pass goes through buckets.

    >>> import tempfile
    >>> sent = pl.LazyFrame({"ITEM_ID": ["1", "2"]})  # of the buckets 5 and 26
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sent_before = CoPartitioned([sent], "ITEM_ID", Path(folder))
    ...     sent_before.upto(20)["ITEM_ID"].to_list(), sent_before.upto(255)["ITEM_ID"].to_list()
    (['1'], ['2'])
    """

    def __init__(
        self, frames: Sequence[pl.LazyFrame], key: str, folder: Path, kept: Sequence[str | pl.Expr] = ()
    ) -> None:
        """Read the rows.

        Args:
            frames: One or more of the same columns.
            key: The column of the id.
            folder: An empty place, which is there as long as rows are asked for.
            kept: What to keep of each row; all columns by default.
        """
        columns = kept or [pl.all()]
        marked = pl.concat(frames).select(*columns, bucket(pl.col(key)).alias(BUCKET))
        self._folder, self._next = folder, 0
        # The rows are read once, however many partitions the pass has.
        self._held = marked.collect() if merging.count(frames) <= FEW else None
        self._empty = (marked.head(0).collect() if self._held is None else self._held).clear()
        if self._held is None:
            file = (pl.col(BUCKET) // (BUCKETS // FILES)).alias(_FILE)
            target = pl.PartitionBy(folder, key=file, include_key=False, approximate_bytes_per_file=1 << 62)
            marked.sink_ipc(target, compression="uncompressed", mkdir=True)

    def upto(self, last: int, whole: bool = True) -> pl.DataFrame:
        """Return the rows of the buckets that were not given yet, up to the last one, with their bucket.

        Args:
            last: The last bucket.
            whole: Whether it is over; else its rows are given again the next time.
        """
        # A pass goes up through the buckets, so nothing below the next one is asked for again.
        first, self._next = self._next, max(self._next, last + whole)
        if first > last:
            return self._empty
        within = pl.col(BUCKET).is_between(first, last)
        if self._held is not None:
            return self._held.filter(within)
        a_file = BUCKETS // FILES
        places = [self._folder / f"{_FILE}={number}" for number in range(first // a_file, last // a_file + 1)]
        files = [file for place in places for file in sorted(place.rglob("*.ipc"))]
        return pl.scan_ipc(files, glob=False).filter(within).collect() if files else self._empty
