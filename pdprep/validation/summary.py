"""What is known of a whole dataset without holding it: sums, minima and capped sets that merge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract

Decode = Callable[[pl.DataFrame], pl.DataFrame]
# Distinct values of a column that are remembered, the first by name. A name that is among the first of all is
# among the first of every part, so what is kept has been counted in full, in whatever order parts merge.
CAP: Final = 1_000


@dataclass(frozen=True)
class Summary:
    """The figures of one dataset that its rules need; ``+`` merges two with disjoint ids.

    Attributes:
        rows: Rows kept.
        ids: Distinct ids of the dataset's key (users for interactions).
        ids_with_two: Those with two rows or more.
        event_types: Rows of each event type, a thousand types at most.
        earliest: The first timestamp, seconds since 1970.
        latest: The last one.
        sources: Rows of each source of attribution, a thousand at most.
    """

    rows: int = 0
    ids: int = 0
    ids_with_two: int = 0
    event_types: Mapping[str, int] = field(default_factory=dict)
    earliest: int | None = None
    latest: int | None = None
    sources: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Summary) -> Summary:
        return Summary(
            self.rows + other.rows,
            self.ids + other.ids,
            self.ids_with_two + other.ids_with_two,
            added(self.event_types, other.event_types),
            min((time for time in (self.earliest, other.earliest) if time is not None), default=None),
            max((time for time in (self.latest, other.latest) if time is not None), default=None),
            added(self.sources, other.sources),
        )


def summarise(contract: Contract, rows: pl.DataFrame, decode: Decode = lambda rows: rows) -> Summary:
    """Summarise a batch whose ids no other batch holds.

    Args:
        contract: The contract of the rows.
        rows: The batch.
        decode: Gives rows their texts where they come as numbers.

    >>> rows = pl.DataFrame({"USER_ID": ["a", "a", "b"], "TIMESTAMP": [1, 2, 3]})
    >>> summarise(Contract.of("interactions"), rows).ids_with_two
    1
    """
    return of_rows(contract, rows, decode) + of_ids([rows_per_id(contract, rows)])


def of_rows(contract: Contract, rows: pl.DataFrame, decode: Decode = lambda rows: rows) -> Summary:
    """Summarise all but the figures of ids, which need every row of an id."""
    times = rows["TIMESTAMP"] if "TIMESTAMP" in rows.columns else pl.Series(dtype=pl.Int64)
    return Summary(
        rows.height,
        event_types=counted(rows, "EVENT_TYPE", decode),
        earliest=times.min(),  # type: ignore[arg-type]  # an Int64 column's minimum
        latest=times.max(),  # type: ignore[arg-type]  # an Int64 column's maximum
        sources=counted(rows, "EVENT_ATTRIBUTION_SOURCE", decode),
    )


def rows_per_id(contract: Contract, rows: pl.DataFrame) -> pl.DataFrame:
    """Count the rows of each id of the dataset's key: its hash and a number.

    The hashes have 64 bits: among ten million ids two that meet are one case in four hundred thousand.
    """
    return rows.select(pl.col(contract.key).hash().alias("id")).to_series().value_counts(name="rows")


def of_ids(counts: Sequence[pl.DataFrame]) -> Summary:
    """Summarise the ids of batches that share ids among them, but with no other batch."""
    # Nearly every partition is whole and its ids are counted already; only pieces of one meet here.
    rows = counts[0] if len(counts) == 1 else pl.concat(counts).group_by("id").agg(pl.col("rows").sum())
    return Summary(ids=rows.height, ids_with_two=int((rows["rows"] > 1).sum()))


def counted(rows: pl.DataFrame, name: str, decode: Decode = lambda rows: rows) -> dict[str, int]:
    """Return how many rows hold each value of a column, the first thousand values by name."""
    if name not in rows.columns:
        return {}
    # Counted as numbers and decoded after: a few names instead of a million.
    counts = decode(rows[name].drop_nulls().value_counts()).sort(name).head(CAP)
    return dict(counts.iter_rows())


def added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Return the counts of both, the first thousand values by name."""
    counts = Counter(one) + Counter(other)
    return {name: counts[name] for name in sorted(counts)[:CAP]}
