"""Pages of the merged view: the rows that fit a condition, in some order, a page of them at a time.

Rows stay on the disk; of a condition the places of the rows that fit are kept, four bytes each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import polars as pl

from pdprep.ledger.snapshot import PLACE
from pdprep.ledger.sorting import SortedPlaces, SortOrder
from pdprep.ledger.view import PIECE, MergedView

Shown = Callable[[pl.LazyFrame], pl.LazyFrame]


@dataclass(frozen=True)
class Found:
    """The rows of a view that fit a condition.

    Attributes:
        view: What they are of.
        fitting: Their places in the snapshot, in order; None if all that the delta leaves fit.
        changed: Those of the delta.
    """

    view: MergedView
    fitting: pl.Series | None
    changed: pl.DataFrame

    @property
    def total(self) -> int:
        """How many rows there are."""
        return self._before[-1]

    def places(self, start: int, stop: int) -> pl.Series:
        """Return the places of the rows from ``start`` to before ``stop``, in the order of their ids."""
        found = [pl.Series(PLACE, [], pl.UInt32)]
        for piece, (low, high) in enumerate(pairwise(self._before)):
            if low < stop and high > start:
                found.append(self._in_order(piece, max(start - low, 0), min(stop, high) - low))
        return pl.concat(found)

    def _in_order(self, piece: int, start: int, stop: int) -> pl.Series:
        """Return places of a piece; its own rows and what the delta brings to it are sorted together."""
        own, changed = self._own(piece), self.changed.filter(pl.col(PIECE) == piece)
        # No row of the delta moves another by more than one, so what stands far before need not be read.
        skipped = max(start - changed.height, 0)
        near = own.slice(skipped, stop - skipped)
        if changed.is_empty() or near.is_empty():
            rows = near if changed.is_empty() else changed[PLACE]
            return rows.slice(start - skipped, stop - start)
        by = self.view.order
        mine = _read(self.view.pieces[piece], self.view.starts[piece], near).select(*by, PLACE).collect()
        both = pl.concat([mine, changed.select(*by, PLACE)]).sort(by, maintain_order=True)
        return both[PLACE].slice(start - skipped, stop - start)

    def _own(self, piece: int) -> pl.Series:
        start, stop = self.view.starts[piece : piece + 2]
        if self.fitting is not None:
            return _between(self.fitting, start, stop)
        places = pl.int_range(start, stop, dtype=pl.UInt32, eager=True).alias(PLACE)
        return places.filter(~places.is_in(_between(self.view.replaced, start, stop).implode()))

    @cached_property
    def _before(self) -> list[int]:
        """How many rows stand before each piece; last, how many there are."""
        edges = pl.Series(self.view.starts)
        own = self.view.replaced if self.fitting is None else self.fitting
        # Of one type: for another, each of millions of places would be converted.
        held = own.search_sorted(edges.cast(own.dtype)).cast(pl.Int64)
        came = self.changed[PIECE].search_sorted(pl.int_range(len(edges), eager=True)).cast(pl.Int64)
        return list((edges - held if self.fitting is None else held) + came)


@dataclass
class Pages:
    """Finds pages.

    Attributes:
        view: The records.
        shown: Adds the columns that are not kept, EFFECT and its times.
        derived: The names of those columns.
    """

    view: MergedView
    shown: Shown
    derived: frozenset[str]
    _last: dict[str, tuple[pl.Expr | None, SortOrder | None, Any]] = field(default_factory=dict)

    def find(self, where: pl.Expr | None) -> Found:
        """Return the rows that fit a condition; the last outcome is kept."""
        return self._kept("found", where, None, lambda: self._find(where))  # type: ignore[no-any-return]

    def page(self, number: int, size: int, where: pl.Expr | None, order: SortOrder) -> pl.DataFrame:
        """Return the rows of a page."""
        found = self._ordered(where, order) if order.by else self.find(where)
        return self.rows(found.places(number * size, (number + 1) * size))

    def rows(self, places: pl.Series) -> pl.DataFrame:
        """Read rows, in the order of the places."""
        ordered, starts = places.sort(), self.view.starts
        cuts = ordered.search_sorted(pl.Series(starts, dtype=ordered.dtype))
        own = [
            _read(piece, start, ordered.slice(low, high - low))
            for piece, start, (low, high) in zip(self.view.pieces, starts[:-1], pairwise(cuts), strict=True)
            if high > low
        ]
        # A page needs few rows of few files; EFFECT is worked out for these alone, after they have been read.
        wanted = pl.col(PLACE).is_in(pl.lit(ordered).implode())
        found = pl.concat(pl.collect_all([*own, self.view.changed.filter(wanted)]), how="diagonal_relaxed")
        shown = self.shown(found.lazy()).collect()
        return places.to_frame(PLACE).join(shown, on=PLACE, how="left", maintain_order="left")

    @property
    def frame(self) -> pl.LazyFrame:
        """All records, each with its place."""
        if self.view.delta.is_empty():
            return self.view.snapshot
        return pl.concat([self.view.snapshot, self.view.changed], how="diagonal_relaxed")

    def _find(self, where: pl.Expr | None) -> Found:
        if where is None:
            return Found(self.view, None, self.view.changed.collect())
        # A condition on EFFECT alone needs it of all rows.
        needed = bool(self.derived & set(where.meta.root_names()))
        shown = self.shown if needed else lambda frame: frame
        own, changed = (shown(rows).filter(where) for rows in (self.view.snapshot, self.view.changed))
        places = own.select(PLACE).collect(engine="streaming").to_series().sort()
        return Found(self.view, places, changed.collect().sort(PLACE))

    def _ordered(self, where: pl.Expr | None, order: SortOrder) -> SortedPlaces:
        def make() -> SortedPlaces:
            needed = set(order.by) | set(where.meta.root_names() if where is not None else ())
            rows = self.shown(self.frame) if self.derived & needed else self.frame
            fitting = rows if where is None else rows.filter(where)
            return SortedPlaces(fitting.select(PLACE, *order.by), self.find(where).total, order)

        return self._kept("ordered", where, order, make)  # type: ignore[no-any-return]

    def _kept(
        self, name: str, where: pl.Expr | None, order: SortOrder | None, make: Callable[[], Any]
    ) -> Any:
        last = self._last.get(name)
        if last is None or last[1] != order or not _same(last[0], where):
            self._last.pop(name, None)  # before the next one is made: two would be twice the memory
            self._last[name] = (where, order, make())
        return self._last[name][2]


def _read(piece: pl.LazyFrame, start: int, places: pl.Series) -> pl.LazyFrame:
    """Return the rows of a piece at some places of it, which are in order."""
    # A slice skips the row groups before and after; most pages are rows that stand together.
    around = piece.slice(places[0] - start, places[-1] - places[0] + 1)
    # A literal, not a series: with that, every row group would be read to the end.
    return around.filter(pl.col(PLACE).is_in(pl.lit(places).implode()))


def _between(places: pl.Series, start: int, stop: int) -> pl.Series:
    first, last = (int(places.search_sorted(edge)) for edge in (start, stop))
    return places.slice(first, last - first)


def _same(one: pl.Expr | None, other: pl.Expr | None) -> bool:
    return one is other if one is None or other is None else one.meta.eq(other)
