"""The records as they stand: a base of merged files, and what changed since, laid over it.

Few records are merged in memory. Of many, a base holds all but the newest layers; these, and the base's rows
that they replace, are the overlay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import base, integrity, layers, merging
from pdprep.ledger.base import Base

FEW: Final = 200_000  # rows that are merged in memory each time
AT, PLACE = "__at", "__place"
_LOW, _HIGH, _OVER = "__low", "__high", "__over"
_NOWHERE: Final = pl.Series(AT, [], pl.UInt32)


@dataclass(frozen=True)
class Standing:
    """Records in the order of their ids.

    Attributes:
        base: Most of them, in order.
        rows: How many rows the base has.
        dead: Places in the base, in order, that the overlay replaces.
        overlay: The others, in order; ``__place`` is the row of the base that each stands before.
        counts: Records by ORIGIN.
    """

    base: pl.LazyFrame
    rows: int
    dead: pl.Series
    overlay: pl.DataFrame
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """How many records there are."""
        return self.rows - len(self.dead) + self.overlay.height

    @property
    def alive(self) -> pl.LazyFrame:
        """The base's rows that nothing replaces, each with its place."""
        placed = self.base.with_row_index(AT)
        return placed.filter(~pl.col(AT).is_in(pl.lit(self.dead).implode())) if len(self.dead) else placed


def stand(frames: dict[str, pl.LazyFrame], contract: Contract, place: Path | None = None) -> Standing:
    """Merge layers.

    Args:
        frames: The layers by name; a name stands for its content.
        contract: The contract of the records.
        place: The folder where a base may be kept; None merges in memory.
    """
    if place is None or merging.count(frames.values()) <= FEW:
        return _in_memory(merging.merged(list(frames.values()), contract))
    found = base.find(place, frozenset(frames), contract.columns)
    laid = _laid_over(found, frames, contract) if found else None
    return laid or _whole(base.build(place, frames, contract))


def _in_memory(rows: pl.DataFrame) -> Standing:
    return Standing(rows.lazy(), rows.height, _NOWHERE, _nothing(rows), merging.by_origin(rows))


def _whole(found: Base) -> Standing:
    rows = integrity.scan(found.files)
    return Standing(rows, found.rows, _NOWHERE, _nothing(rows.head(0).collect()), found.counts)


def _laid_over(found: Base, frames: dict[str, pl.LazyFrame], contract: Contract) -> Standing | None:
    """Lay newer layers over a base; None where they are so many that a new base is cheaper."""
    fresh = {name: frame for name, frame in frames.items() if name not in found.layers}
    if not fresh:
        return _whole(found)
    file = found.folder / f"{base.digest(*fresh)}.over"
    if not all(integrity.readable(each) for each in (file, file.with_suffix(".gone"))):
        laid = _lay(found, list(fresh.values()), contract)
        if laid is None:
            return None
        _keep(file, *laid)
    return _with(found, *(integrity.read(each) for each in (file, file.with_suffix(".gone"))))


def _lay(
    found: Base, fresh: list[pl.LazyFrame], contract: Contract
) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Return the rows of an overlay, and the rows of the base that they replace."""
    if merging.count(fresh) > FEW:
        return None
    rows = merging.merged(fresh, contract)
    places = pl.concat(_ranges(found, rows[contract.key]))
    if (places[_HIGH] - places[_LOW]).sum() > FEW:
        return None
    near = _near(found, places)
    gone = near.join(rows, on=layers.identity(contract), how="semi", nulls_equal=True).sort(AT)
    over = merging.merged([*fresh, gone.drop(AT).lazy()], contract)
    return _between(near, over, places, contract), gone.select(AT, "ORIGIN")


def _with(found: Base, over: pl.DataFrame, gone: pl.DataFrame) -> Standing:
    counts = Counter(found.counts)
    counts.update(merging.by_origin(over))
    counts.subtract(merging.by_origin(gone))
    return Standing(integrity.scan(found.files), found.rows, gone[AT], over, dict(counts))


def _keep(file: Path, over: pl.DataFrame, gone: pl.DataFrame) -> None:
    """Write an overlay beside its base, in place of an older one."""
    for old in (*file.parent.glob("*.over"), *file.parent.glob("*.gone")):
        old.unlink(missing_ok=True)
    for suffix, frame in ((".gone", gone), (".over", over)):
        fresh = file.with_suffix(f"{suffix}.part")
        frame.write_parquet(fresh)
        fresh.rename(file.with_suffix(suffix))


def _ranges(found: Base, ids: pl.Series) -> Iterator[pl.DataFrame]:
    """Say for each id where its rows in the base begin and end; all of an id's are in one file."""
    left, start, last = ids.unique().drop_nulls().sort(), 0, len(found.pieces) - 1
    for number, (piece, file) in enumerate(zip(found.pieces, found.files, strict=True)):
        own = left if number == last else left.filter(left <= piece.last)
        left = left.slice(len(own))
        if number == 0 or len(own):
            column = integrity.scan(file).select(ids.name).collect().to_series()
            yield _search(column, own, start)
            if number == 0:
                yield _range([None], [0], [column.null_count()], ids.name)
        start += piece.rows


def _search(column: pl.Series, ids: pl.Series, start: int) -> pl.DataFrame:
    known, before = column.drop_nulls(), start + column.null_count()
    low, high = (known.search_sorted(ids, side) + before for side in ("left", "right"))
    return _range(ids, low, high, column.name)


def _range(ids: pl.Series | list[None], low: Any, high: Any, key: str) -> pl.DataFrame:
    schema = {key: pl.String, _LOW: pl.UInt32, _HIGH: pl.UInt32}
    return pl.DataFrame({key: ids, _LOW: low, _HIGH: high}, schema)


def _near(found: Base, places: pl.DataFrame) -> pl.DataFrame:
    """Return the base's rows of those ids, each with its place."""
    at = places.select(pl.int_ranges(_LOW, _HIGH, dtype=pl.UInt32).explode()).to_series().drop_nulls()
    placed = integrity.scan(found.files).with_row_index(AT)
    return placed.filter(pl.col(AT).is_in(pl.lit(at).implode())).collect()


def _between(
    near: pl.DataFrame, over: pl.DataFrame, places: pl.DataFrame, contract: Contract
) -> pl.DataFrame:
    """Say for each row of the overlay which row of the base it stands before."""
    by = merging.order(contract)
    after = near.select(*by, (pl.col(AT) + 1).cast(pl.UInt32).alias(PLACE), pl.lit(False).alias(_OVER))
    both = pl.concat([after, over.with_columns(pl.lit(True).alias(_OVER))], how="diagonal_relaxed")
    ranged = both.sort([*by, _OVER], maintain_order=True).join(
        places, on=contract.key, how="left", nulls_equal=True, maintain_order="left"
    )
    place = pl.coalesce(pl.col(PLACE).forward_fill().over(contract.key), _LOW).alias(PLACE)
    return ranged.with_columns(place).filter(_OVER).select(*over.columns, PLACE)


def _nothing(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.clear().with_columns(pl.Series(PLACE, [], pl.UInt32))
