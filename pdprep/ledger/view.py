"""The merged view: a snapshot of most records, and the delta, which is what came or changed since.

Few records are merged in memory. Of many, the newest segments are a delta as long as they are few; then the
snapshot is made anew.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Final

import polars as pl

from pdprep import platforms
from pdprep.contract.contract import Contract
from pdprep.ledger import identity, integrity, merging, snapshot
from pdprep.ledger.snapshot import PLACE, MergedRecords

FEW: Final = 200_000  # rows that are merged in memory each time
REPLACES, PIECE = "__replaces", "__piece"
_WAS: Final = "__was"
_FORMER: Final = (".over", ".gone")  # what an older pdprep kept in place of a delta


@dataclass(frozen=True)
class MergedView:
    """All records, in the order of their ids.

    Attributes:
        rows: The rows of the snapshot with their places.
        pieces: The same, a frame a file: a page is read from the few that hold it.
        starts: The place where each piece begins; last, how many rows they have together.
        delta: The rows that came or changed since, in order. ``__piece`` is the piece that each belongs to,
            ``__replaces`` the place of the row of the snapshot that it stands for, if any.
        counts: Records by ORIGIN.
        order: The columns that the rows are in order of.
    """

    rows: pl.LazyFrame
    pieces: list[pl.LazyFrame]
    starts: list[int]
    delta: pl.DataFrame
    counts: dict[str, int]
    order: list[str]

    @property
    def snapshot(self) -> pl.LazyFrame:
        """The snapshot's rows that the delta leaves, each with its place."""
        if self.replaced.is_empty():
            return self.rows
        return self.rows.filter(~pl.col(PLACE).is_in(pl.lit(self.replaced).implode()))

    @property
    def changed(self) -> pl.LazyFrame:
        """The rows of the delta; their places come after all places of the snapshot."""
        return self.delta.lazy().with_row_index(PLACE, offset=self.starts[-1])

    @cached_property
    def replaced(self) -> pl.Series:
        """The places in the snapshot, in order, that the delta stands for."""
        return self.delta[REPLACES].drop_nulls().sort()


def merge(frames: dict[str, pl.LazyFrame], contract: Contract, place: Path | None = None) -> MergedView:
    """Merge segments.

    Args:
        frames: The segments by name; a name stands for its content.
        contract: The contract of the records.
        place: The folder where a snapshot may be kept; None merges in memory.
    """
    # So few rows need no files of their own.
    if place is None or merging.count(frames.values()) <= FEW:
        merged = merging.merged(list(frames.values()), contract)
        rows, order = merged.lazy().with_row_index(PLACE), merging.order(contract)
        return MergedView(
            rows, [rows], [0, merged.height], _nothing(merged), merging.by_origin(merged), order
        )
    kept = snapshot.find(place, frozenset(frames), contract.columns)
    if kept is not None:
        fresh = {name: frame for name, frame in frames.items() if name not in kept.segments}
        if not fresh:
            return _view_of(kept, contract)
        file = kept.folder / f"{snapshot.digest(*fresh)}.delta"
        delta = _delta(kept, list(fresh.values()), contract, file)
        if delta is not None:
            return _view_of(kept, contract, delta)
    return _view_of(snapshot.build(place, frames, contract), contract)


def ready(frames: dict[str, pl.LazyFrame], contract: Contract, place: Path | None) -> bool:
    """Say whether a snapshot holds all these segments, so that nothing is left to merge."""
    kept = snapshot.find(place, frozenset(frames), contract.columns) if place is not None else None
    return kept is not None and len(kept.segments) == len(frames)


def _delta(
    kept: MergedRecords, fresh: list[pl.LazyFrame], contract: Contract, file: Path
) -> pl.DataFrame | None:
    """Return what newer segments change of a snapshot; None where they are too many.

    It is kept beside the snapshot, in place of an older one.
    """
    # Another process may remove it between two looks, so it is read and not asked for.
    with suppress(pl.exceptions.PolarsError, OSError):
        return integrity.read(file)
    if merging.count(fresh) > FEW:
        return None
    same = identity.columns(contract)
    # The newest values win record by record, so a record that came again is merged with what the snapshot
    # has of it, and its row there is replaced; all other rows of the snapshot are not touched.
    ids = merging.merged(fresh, contract).select(same).lazy()
    rows = integrity.scan(kept.files).with_row_index(PLACE)
    gone = rows.join(ids, on=same, how="semi", nulls_equal=True).collect(engine="streaming")
    came = merging.merged([*fresh, gone.drop(PLACE).lazy()], contract)
    before = gone.select(*same, pl.col(PLACE).alias(REPLACES), pl.col("ORIGIN").alias(_WAS))
    delta = came.join(before, on=same, how="left", nulls_equal=True, maintain_order="left")
    for suffix in (file.suffix, *_FORMER):
        for old in file.parent.glob(f"*{suffix}"):
            platforms.remove(old)
    # Under another name first: a delta that a kill cut off must not look like one.
    fresh_file = snapshot.part_of(file)
    delta.write_parquet(fresh_file)
    platforms.replace(fresh_file, file)
    return delta


def _view_of(kept: MergedRecords, contract: Contract, delta: pl.DataFrame | None = None) -> MergedView:
    rows, starts = integrity.scan(kept.files), [0, *accumulate(piece.rows for piece in kept.pieces)]
    pieces = [
        integrity.scan(file).with_row_index(PLACE, offset=start)
        for file, start in zip(kept.files, starts[:-1], strict=True)
    ]
    counts = Counter(kept.counts)
    if delta is None:
        delta = _nothing(rows.head(0).collect())
    else:
        # A record that is now "both" was counted as "bulk" or "incremental" before.
        counts.update(merging.by_origin(delta))
        counts.subtract(dict(delta[_WAS].drop_nulls().value_counts().iter_rows()))
        # A missing id is in the first piece, for it is sorted before all others.
        lasts = pl.Series([piece.last or "" for piece in kept.pieces[:-1]], dtype=pl.String)
        own = lasts.search_sorted(delta[contract.key].fill_null(""), "left").alias(PIECE)
        delta = delta.with_columns(own).drop(_WAS)
    return MergedView(
        rows.with_row_index(PLACE), pieces, starts, delta, dict(counts), merging.order(contract)
    )


def _nothing(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.clear().with_columns(pl.Series(name, [], pl.UInt32) for name in (REPLACES, PIECE))
