"""What several rules ask of a value: as an expression of the rows that fail, and of a batch's statistics.

Each expression is null where the value is, which is no failure: whether a value may be missing is a rule of
its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from pdprep.contract.batch_statistics import Statistics
from pdprep.contract.meanings import NOTHING
from pdprep.contract.rules.rule import Criterion, Place

MISSING: Final = Criterion(
    lambda at: at.column.is_null(), ("nulls",), lambda at, statistics: statistics[at.name].nulls > 0
)

NOTHING_SAID: Final = Criterion(
    lambda at: at.column.str.to_lowercase().is_in(NOTHING),
    ("nothing",),
    lambda at, statistics: statistics[at.name].nothing,
)


def longer(most: int) -> Criterion:
    """Fail where a text has more characters; one has no more characters than bytes."""
    return Criterion(
        lambda at: at.column.str.len_chars() > most,
        ("longest",),
        lambda at, statistics: statistics[at.name].longest > most,
    )


def between(least: int, most: int) -> Criterion:
    """Fail where a number is below the one limit or above the other."""

    def may_fail(at: Place, statistics: Statistics) -> bool:
        found = statistics[at.name]
        return not (found.least >= least and found.most <= most)  # NaN is neither

    return Criterion(lambda at: ~at.column.is_between(least, most), ("least", "most"), may_fail)


def with_pattern(pattern: str) -> Criterion:
    """Fail where the pattern is found in a text."""
    return Criterion(lambda at: at.column.str.contains(pattern))


def unusual(pattern: str) -> Criterion:
    """Fail where a pattern is found that only text with a mark, a control character or a break can hold.

    ``ColumnStatistics.unusual`` looks for these in a whole batch at once, and is needed for the CSV anyway.
    """
    return Criterion(
        lambda at: at.column.str.contains(pattern),
        ("unusual",),
        lambda at, statistics: statistics[at.name].unusual,
    )


def one_of(words: Callable[[Place], Sequence[str]]) -> Criterion:
    """Fail where a text is one of the words."""

    def fails(at: Place) -> pl.Expr:
        found = words(at)
        return at.column == found[0] if len(found) == 1 else at.column.is_in(found)

    return Criterion(fails)
