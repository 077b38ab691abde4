"""The judgement of one batch of rows: which are good, which rule each bad one breaks, how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from pdprep.preparation.sources import FILE, ROW
from pdprep.validation.compile import Violation

SHOWN: Final = 100  # failing rows kept for the report, a rule and column

FAILURES: Final = pl.Schema(
    {ROW: pl.UInt32, FILE: pl.String, "column": pl.String, "rule": pl.String, "value": pl.String}
)


@dataclass(frozen=True, eq=False)
class Verdict:
    """Counts and examples by (rule, column), and the rows that a route lets through.

    Attributes:
        good: The rows that break no rule that stops the route.
        bad: The others, whole.
        counts: How many rows break each (rule, column).
        failures: Up to a hundred examples of each.
    """

    good: pl.DataFrame
    bad: pl.DataFrame
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FAILURES))


def judge(rows: pl.DataFrame, violations: Sequence[Violation], route: str | None) -> Verdict:
    """Judge a batch in one pass over its columns.

    Args:
        rows: A batch of ``Prepared.rows``.
        violations: What ``compile.violations`` returns.
        route: bulk, put, or None for the rules that stop both.
    """
    sums = rows.select(each.broken.sum().alias(str(i)) for i, each in enumerate(violations)).row(0)
    broken = [(each, int(count or 0)) for each, count in zip(violations, sums, strict=True) if count]
    counts = Counter({(each.rule.name, each.column): count for each, count in broken})
    stopping = [each.broken for each, _ in broken if each.rule.blocks(route)]
    good, bad = _split(rows, stopping)
    return Verdict(good, bad, counts, _examples(rows, [each for each, _ in broken]))


def _split(rows: pl.DataFrame, stopping: Sequence[pl.Expr]) -> tuple[pl.DataFrame, pl.DataFrame]:
    if not stopping:
        return rows, rows.clear()
    bad = pl.any_horizontal(*stopping)
    return rows.filter(~bad), rows.filter(bad)


def _examples(rows: pl.DataFrame, broken: Sequence[Violation]) -> pl.DataFrame:
    found = [_example(rows, each) for each in broken]
    return pl.concat(found) if found else pl.DataFrame(schema=FAILURES)


def _example(rows: pl.DataFrame, violation: Violation) -> pl.DataFrame:
    file = pl.col(FILE) if FILE in rows.columns else pl.lit(None, pl.String)
    found = rows.filter(violation.broken).select(
        pl.col(ROW),
        file.alias(FILE),
        pl.lit(violation.column).alias("column"),
        pl.lit(violation.rule.name).alias("rule"),
        violation.value.cast(pl.String, strict=False).alias("value"),
    )
    return found.bottom_k(SHOWN, by=ROW)


def first(failures: pl.DataFrame) -> pl.DataFrame:
    """Return the first hundred examples of each rule and column, in the source's order."""
    ordered = failures.sort(ROW, "column", "rule")
    return ordered.filter(pl.int_range(pl.len()).over("column", "rule") < SHOWN)
