"""The rows that fit a condition: their places, and which of them are on a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from pdprep.ledger.standing import AT, PLACE, Standing

NUMBER, RANK = "__number", "__rank"
# A rank orders rows of base and overlay: the place in the base, then the number in the overlay, which stands
# before the base's own row.
_SPAN: Final = 2**32
_LAST: Final = _SPAN - 1


@dataclass(frozen=True)
class Found:
    """Rows in the order of their ids.

    Attributes:
        standing: What they are of.
        base: Their places in the base; None if all that are alive fit.
        over: Their numbers in the overlay, and the place that each stands before.
    """

    standing: Standing
    base: pl.Series | None
    over: pl.DataFrame

    @property
    def total(self) -> int:
        """How many rows there are."""
        rows = self.standing.rows - len(self.standing.dead) if self.base is None else len(self.base)
        return rows + self.over.height

    def ranks(self, start: int, stop: int) -> pl.Series:
        """Return the ranks of the rows from ``start`` to before ``stop``."""
        start, stop = min(start, self.total), min(stop, self.total)
        first, last = int(self._stand_at.search_sorted(start)), int(self._stand_at.search_sorted(stop))
        over = self.over.slice(first, last - first).select(of_overlay())
        places = pl.DataFrame([self._places(start - first, stop - last)]).select(of_base())
        return pl.concat([over, places]).to_series().sort()

    @cached_property
    def _stand_at(self) -> pl.Series:
        """Say where among all of them each row of the overlay stands."""
        before, ahead = self.over[PLACE], self.standing.dead if self.base is None else self.base
        passed = ahead.search_sorted(before, "left").cast(pl.Int64)
        own = before.cast(pl.Int64) - passed if self.base is None else passed
        return own + pl.int_range(len(before), eager=True)

    def _places(self, start: int, stop: int) -> pl.Series:
        if self.base is not None:
            return self.base.slice(start, stop - start)
        dead, alive = self.standing.dead, pl.int_range(start, stop, eager=True)
        ahead = dead.cast(pl.Int64) - pl.int_range(len(dead), eager=True)
        return (alive + ahead.search_sorted(alive, "right")).cast(pl.UInt32).alias(AT)


def of_base() -> pl.Expr:
    """Return the rank of a row of the base."""
    return (pl.col(AT).cast(pl.UInt64) * _SPAN + _LAST).alias(RANK)


def of_overlay() -> pl.Expr:
    """Return the rank of a row of the overlay."""
    return (pl.col(PLACE).cast(pl.UInt64) * _SPAN + pl.col(NUMBER)).alias(RANK)


def split(ranks: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the places in the base and the numbers in the overlay that ranks stand for, each in order."""
    low, high = ranks % _SPAN, ranks // _SPAN
    places, numbers = high.filter(low == _LAST), low.filter(low != _LAST)
    return places.sort().cast(pl.UInt32), numbers.sort().cast(pl.UInt32)
