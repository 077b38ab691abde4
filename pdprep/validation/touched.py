"""How many rows name each id, as figures that merge; and how long the tail of the rare ones is."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import polars as pl

POINTS: Final = 50  # of a curve
SOME: Final = 1_000  # ids that are kept as they are
TENTH: Final = 0.1
_ODD_START: Final = pl.col("id").str.starts_with("0") | pl.col("id").str.starts_with("-0")
_SCHEMA: Final = {"id": pl.UInt64, "rows": pl.UInt32}


@dataclass(frozen=True, eq=False)
class Touched:
    """The rows of each id: a 64-bit hash and a count, twelve bytes an id; ``+`` merges two.

    Attributes:
        parts: Counts whose sum is meant; they are summed up when they have doubled, and so seldom.
        spelled: The ids that are a number in another spelling than its shortest (007, 1.50), and that one.
        some: Some of the ids: those of the least hashes, so that they are the same whatever was merged.
    """

    parts: tuple[pl.DataFrame, ...] = ()
    spelled: tuple[pl.DataFrame, ...] = ()
    some: pl.Series = field(default_factory=lambda: pl.Series("id", dtype=pl.String))

    @classmethod
    def of(cls, ids: pl.Series) -> Touched:
        """Count the rows of a batch.

        >>> Touched.of(pl.Series(["a", "b", "a"])).rows.to_list()
        [2, 1]
        """
        counts = ids.drop_nulls().rename("id").value_counts()
        # The pattern is asked only of ids with a zero in front or a point, which in most data are none.
        longer = counts.filter(_ODD_START | pl.col("id").str.contains(".", literal=True))
        numbers = longer.filter(pl.col("id").str.contains(r"^-?\d+(?:\.\d*)?$"))
        spelled = numbers.select(pl.col("id").hash(), short=_shortest(pl.col("id")).hash())
        spelled = spelled.filter(pl.col("id") != pl.col("short"))
        return cls(
            (counts.select(pl.col("id").hash(), rows=pl.col("count").cast(pl.UInt32)),),
            (spelled,) if spelled.height else (),
            _some(counts["id"]),
        )

    def __add__(self, other: Touched) -> Touched:
        some = _some(pl.concat([self.some, other.some]).unique())
        found = Touched(self.parts + other.parts, self.spelled + other.spelled, some)
        # To sum up at each of hundreds of merges would go through all ids each time. Waiting until the parts
        # have doubled goes through them a few times in all, and holds no more than twice what is needed.
        first, *rest = (part.height for part in found.parts or (self.frame,))
        return Touched((found.frame,), found.spelled, some) if sum(rest) > first else found

    @cached_property
    def frame(self) -> pl.DataFrame:
        """One row an id."""
        if len(self.parts) == 1:
            return self.parts[0]
        every = pl.concat([pl.DataFrame(schema=_SCHEMA), *self.parts])
        return every.group_by("id").agg(pl.col("rows").sum())

    @property
    def ids(self) -> pl.Series:
        """The distinct ids, as hashes."""
        return self.frame["id"]

    @cached_property
    def respelled(self) -> int:
        """How many ids are the number that another id is, in another spelling."""
        if not self.spelled:
            return 0
        every = pl.concat(self.spelled).unique()
        meets = pl.col("short").is_in(self.ids.implode())
        return int(every.select((meets | pl.col("short").is_duplicated()).sum()).item())

    @cached_property
    def rows(self) -> pl.Series:
        """The rows of each id, the most first."""
        return self.frame["rows"].sort(descending=True)


def _some(ids: pl.Series) -> pl.Series:
    return ids.to_frame("id").bottom_k(SOME, by=pl.col("id").hash()).to_series()


def _shortest(number: pl.Expr) -> pl.Expr:
    """Spell a number without zeros that add nothing: 007 is 7, 1.50 is 1.5, 1.0 is 1."""
    whole = number.str.replace(r"^(-?)0+(\d)", "${1}${2}")
    return whole.str.replace(r"^(-?\d+)\.0*$", "${1}").str.replace(r"(\.\d*[1-9])0+$", "${1}")


def curve(rows: pl.Series) -> pl.DataFrame:
    """Return how much of all rows the busiest ids have: shares between 0 and 1, fifty points at most.

    >>> curve(pl.Series([6, 3, 1])).rows()
    [(0.0, 0.0), (0.33, 0.6), (0.67, 0.9), (1.0, 1.0)]
    """
    size, total = rows.len(), int(rows.cast(pl.Int64).sum())
    places = pl.Series([round(size * point / POINTS) for point in range(POINTS + 1)], dtype=pl.Int64).unique()
    sums = pl.concat([pl.Series([0]), rows.cast(pl.Int64).cum_sum()])
    shares = pl.DataFrame({"ids": places / max(1, size), "rows": sums.gather(places) / max(1, total)})
    return shares.sort("ids").with_columns(pl.all().round(2))


def busiest(rows: pl.Series, share: float = TENTH) -> float:
    """Return the share of all rows that the busiest ids have.

    >>> busiest(pl.Series([91, *[1] * 9]))
    0.91
    """
    count = max(1, round(rows.len() * share))
    return float(rows.head(count).sum()) / max(1, int(rows.cast(pl.Int64).sum()))
