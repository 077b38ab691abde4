"""Where in an order a row stands, without sorting all rows: the two ends at once, the middle by counting.

To find the middle, rows are counted between a few values of the first column; then only the rows between two
of these are sorted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from pdprep.ledger.snapshot import PLACE

ENDS: Final = 2_000  # so many rows from either end are found in one pass
BOUNDARIES: Final = 64
SAMPLE: Final = 512  # one value of so many is looked at to choose the boundaries
_CODE: Final = "__code"


@dataclass(frozen=True)
class SortOrder:
    """By which columns, and whether downwards; missing values come last either way."""

    by: tuple[str, ...] = ()
    descending: bool = False

    @property
    def keys(self) -> list[pl.Expr]:
        """What to sort by: of each column first whether its value is missing, last the place."""
        parts = [part for name in self.by for part in (pl.col(name).is_null(), pl.col(name))]
        return [*parts, pl.col(PLACE)]

    @property
    def down(self) -> list[bool]:
        """Which way each of the keys goes."""
        return [*(way for _ in self.by for way in (False, self.descending)), False]


@dataclass(frozen=True)
class SortedPlaces:
    """The places of rows in an order.

    Attributes:
        rows: The rows with their places and the columns to sort by.
        total: How many they are.
        order: The order.
    """

    rows: pl.LazyFrame
    total: int
    order: SortOrder

    def places(self, start: int, stop: int) -> pl.Series:
        """Return the places of the rows from ``start`` to before ``stop``."""
        start, stop = min(start, self.total), min(stop, self.total)
        if stop <= ENDS:
            return self._head.slice(start, stop - start)
        if start >= self.total - ENDS:
            return self._tail.slice(len(self._tail) - (self.total - start), stop - start)
        return self._middle(start, stop)

    @cached_property
    def _head(self) -> pl.Series:
        return self._sorted(self.rows.bottom_k(ENDS, by=self.order.keys, reverse=self.order.down))

    @cached_property
    def _tail(self) -> pl.Series:
        up = [not way for way in self.order.down]
        return self._sorted(self.rows.bottom_k(ENDS, by=self.order.keys, reverse=up))

    def _middle(self, start: int, stop: int) -> pl.Series:
        # Counting tells between which boundaries a page lies: as a rule only that range is sorted.
        found, at = [], 0
        for code, rows in self._counts:
            if at < stop and at + rows > start:
                found.append(self._bucket(code).slice(max(0, start - at), stop - max(at, start)))
            at += rows
        return pl.concat(found)

    @cached_property
    def _boundaries(self) -> pl.Series:
        values = self.rows.select(pl.col(self.order.by[0]).gather_every(SAMPLE)).collect(engine="streaming")
        known = values.to_series().drop_nulls().sort()
        return known.gather_every(max(1, len(known) // BOUNDARIES)).unique().sort()

    @cached_property
    def _counts(self) -> list[tuple[int | None, int]]:
        """The rows by code, in the order: between two boundaries it is even, at one odd."""
        boundaries = self._boundaries

        # Both sides are equal but at a boundary itself, where they differ by one: many rows may share its
        # value (a day, an item), and so they are a range of their own.
        def code(values: pl.Series) -> pl.Series:
            return boundaries.search_sorted(values, "left") + boundaries.search_sorted(values, "right")

        first = pl.col(self.order.by[0])
        codes = first.map_batches(code, return_dtype=pl.UInt32, is_elementwise=True)
        known = pl.when(first.is_not_null()).then(codes).alias(_CODE)
        counted = self.rows.select(known).group_by(_CODE).len().collect(engine="streaming")
        ordered = counted.sort(_CODE, descending=self.order.descending, nulls_last=True)
        return list(ordered.iter_rows())

    def _bucket(self, code: int | None) -> pl.Series:
        if code not in self._kept:
            self._kept.clear()  # one is kept, so that turning pages reads nothing again
            self._kept[code] = self._sorted(self.rows.filter(self._within(code)))
        return self._kept[code]

    def _within(self, code: int | None) -> pl.Expr:
        first, boundaries = pl.col(self.order.by[0]), self._boundaries
        if code is None:
            return first.is_null()
        if code % 2:
            return first.eq(boundaries[code // 2])
        within: pl.Expr = first.is_not_null()
        if code > 0:
            within &= first > boundaries[code // 2 - 1]
        return within & (first < boundaries[code // 2]) if code // 2 < len(boundaries) else within

    @cached_property
    def _kept(self) -> dict[int | None, pl.Series]:
        return {}

    def _sorted(self, rows: pl.LazyFrame) -> pl.Series:
        ordered = rows.sort(self.order.keys, descending=self.order.down).select(PLACE)
        return ordered.collect(engine="streaming").to_series()
