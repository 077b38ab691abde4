"""Pages of the standing records: those that fit a condition, in some order, a page of them at a time.

Rows stay on the disk; of a condition the places of the rows that fit are kept, four bytes each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pdprep.ledger import found as finding
from pdprep.ledger.found import NUMBER, RANK, Found
from pdprep.ledger.orders import Order, Ordered
from pdprep.ledger.standing import AT, PLACE, Standing

Shown = Callable[[pl.LazyFrame], pl.LazyFrame]


@dataclass
class Pages:
    """Finds pages.

    Attributes:
        standing: The records.
        shown: Adds the columns that are not kept, EFFECT and its times.
        derived: The names of those columns.
    """

    standing: Standing
    shown: Shown
    derived: frozenset[str]
    _last: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def find(self, where: pl.Expr | None) -> Found:
        """Return the rows that fit a condition; the last outcome is kept."""
        return self._kept("found", _key(where), lambda: self._find(where))  # type: ignore[no-any-return]

    def page(self, number: int, size: int, where: pl.Expr | None, order: Order) -> pl.DataFrame:
        """Return the rows of a page."""
        found = self._ordered(where, order) if order.by else self.find(where)
        return self.rows(found.ranks(number * size, (number + 1) * size))

    def rows(self, ranks: pl.Series) -> pl.DataFrame:
        """Read rows, in the order of the ranks."""
        places, numbers = finding.split(ranks)
        # A literal, not a series: with that, every row group would be read to the end.
        base = self._base.filter(pl.col(AT).is_in(pl.lit(places).implode()))
        wanted = [base.with_columns(finding.of_base())]
        if len(numbers):
            over = self._over.filter(pl.col(NUMBER).is_in(pl.lit(numbers).implode()))
            wanted.append(over.with_columns(finding.of_overlay()))
        read = self.shown(pl.concat(pl.collect_all(wanted), how="diagonal_relaxed").lazy()).collect()
        return pl.DataFrame([ranks.alias(RANK)]).join(read, on=RANK, how="left", maintain_order="left")

    @property
    def frame(self) -> pl.LazyFrame:
        """All records, each with its rank."""
        base = self.standing.alive.with_columns(finding.of_base())
        if self.standing.overlay.is_empty():
            return base
        return pl.concat([base, self._over.with_columns(finding.of_overlay())], how="diagonal_relaxed")

    @property
    def _base(self) -> pl.LazyFrame:
        return self.standing.base.with_row_index(AT)

    @property
    def _over(self) -> pl.LazyFrame:
        return self.standing.overlay.lazy().with_row_index(NUMBER)

    def _find(self, where: pl.Expr | None) -> Found:
        if where is None:
            return Found(self.standing, None, self._over.collect())
        base = self._fitting(self.standing.alive, where).select(AT)
        places = base.collect(engine="streaming").to_series().sort()
        return Found(self.standing, places, self._fitting(self._over, where).select(NUMBER, PLACE).collect())

    def _fitting(self, frame: pl.LazyFrame, where: pl.Expr) -> pl.LazyFrame:
        needed = bool(self.derived & set(where.meta.root_names()))
        return (self.shown(frame) if needed else frame).filter(where)

    def _ordered(self, where: pl.Expr | None, order: Order) -> Ordered:
        def make() -> Ordered:
            needed = set(order.by) | set(where.meta.root_names() if where is not None else ())
            rows = self.shown(self.frame) if self.derived & needed else self.frame
            fitting = rows if where is None else rows.filter(where)
            return Ordered(fitting.select(RANK, *order.by), self.find(where).total, order)

        return self._kept("ordered", (_key(where), order), make)  # type: ignore[no-any-return]

    def _kept(self, name: str, key: Any, make: Callable[[], Any]) -> Any:
        if name not in self._last or self._last[name][0] != key:
            self._last.pop(name, None)  # before the next one is made: two would be twice the memory
            self._last[name] = (key, make())
        return self._last[name][1]


def _key(where: pl.Expr | None) -> str:
    return "" if where is None else str(where.meta.serialize(format="json"))
