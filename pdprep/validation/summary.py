"""What is known of a whole dataset without holding it: sums, minima and capped sets that merge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from pdprep.contract import rules
from pdprep.contract.contract import Contract
from pdprep.contract.rules import Rule

CAP: Final = 1_000  # distinct event types remembered


@dataclass(frozen=True)
class Summary:
    """The figures of one dataset that its rules need; ``+`` merges two with disjoint ids.

    Attributes:
        rows: Rows kept.
        ids: Distinct ids of the dataset's key (users for interactions).
        ids_with_two: Those with two rows or more.
        event_types: Distinct event types, a thousand at most.
        earliest: The first timestamp, seconds since 1970.
        latest: The last one.
    """

    rows: int = 0
    ids: int = 0
    ids_with_two: int = 0
    event_types: frozenset[str] = frozenset()
    earliest: int | None = None
    latest: int | None = None

    def __add__(self, other: Summary) -> Summary:
        types = sorted(self.event_types | other.event_types)[:CAP]
        return Summary(
            self.rows + other.rows,
            self.ids + other.ids,
            self.ids_with_two + other.ids_with_two,
            frozenset(types),
            min((t for t in (self.earliest, other.earliest) if t is not None), default=None),
            max((t for t in (self.latest, other.latest) if t is not None), default=None),
        )


def summarise(contract: Contract, rows: pl.DataFrame) -> Summary:
    """Summarise a batch whose ids no other batch holds.

    >>> rows = pl.DataFrame({"USER_ID": ["a", "a", "b"], "TIMESTAMP": [1, 2, 3]})
    >>> summarise(Contract.of("interactions"), rows).ids_with_two
    1
    """
    per_id = rows.group_by(contract.key).len()["len"]
    types = rows["EVENT_TYPE"].drop_nulls().unique() if "EVENT_TYPE" in rows.columns else pl.Series()
    times = rows["TIMESTAMP"] if "TIMESTAMP" in rows.columns else pl.Series(dtype=pl.Int64)
    return Summary(
        rows.height,
        per_id.len(),
        int((per_id > 1).sum()),
        frozenset(types.sort().head(CAP)),
        times.min(),  # type: ignore[arg-type]  # an Int64 column's minimum
        times.max(),  # type: ignore[arg-type]  # an Int64 column's maximum
    )


def breaches(
    contract: Contract, summary: Summary, route: str | None, waiting: int = 0
) -> Iterator[tuple[Rule, int]]:
    """Yield the dataset rules that a summary breaks, each with the figure found.

    Args:
        contract: The dataset's contract.
        summary: Its figures.
        route: bulk, put or None.
        waiting: Rows that break a rule and are to be mended, not dropped: they will count.
    """
    rows = summary.rows + waiting
    if rows == 0:
        yield rules.rule("rows_none"), 0
    if contract.dataset == "interactions":
        yield from _interactions(summary, rows, route)
    elif not contract.event_like and summary.ids_with_two:
        yield rules.rule("id_twice"), summary.ids_with_two


def _interactions(summary: Summary, rows: int, route: str | None) -> Iterator[tuple[Rule, int]]:
    if len(summary.event_types) > rules.EVENT_TYPES:
        yield rules.rule("event_types"), len(summary.event_types)
    if summary.rows > 1 and summary.earliest == summary.latest:
        yield rules.rule("timestamp_single"), summary.rows
    if route != "put":  # a put adds to what is there already, which only the dataset group knows
        yield from _minima(summary, rows)


def _minima(summary: Summary, rows: int) -> Iterator[tuple[Rule, int]]:
    if rows < rules.BULK_INTERACTIONS:
        yield rules.rule("bulk_minimum"), rows
    if rows < rules.TRAINING_INTERACTIONS:
        yield rules.rule("training_interactions"), rows
    if summary.ids_with_two < rules.TRAINING_USERS:
        yield rules.rule("training_users"), summary.ids_with_two
