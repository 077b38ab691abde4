"""The judgement of one batch of rows: which are good, which rule each bad one breaks, how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Final

import polars as pl

from pdprep.contract.doubts import unusual
from pdprep.preparation.sources import FILE, ROW
from pdprep.validation.compile import Violation

Wanted = Callable[[str, str], bool]
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
        unusual: The text columns that hold what the CSV may have to quote.
    """

    good: pl.DataFrame
    bad: pl.DataFrame
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FAILURES))
    unusual: frozenset[str] = frozenset()


class Judge:
    """Holds batches of ``Prepared.rows`` to their rules; each batch is first doubted as a whole.

    Args:
        rules: What ``compile.violations`` returns.
        route: bulk, put, or None for the rules that stop both.
        texts: Text columns to be told unusual.
    """

    def __init__(self, rules: Sequence[Violation], route: str | None, texts: Collection[str] = ()) -> None:
        self.rules, self.route = tuple(rules), route
        self._looks = {name: str(unusual(pl.col(name))) for name in texts}
        self._keys = {each: str(each.doubt) for each in self.rules if each.doubt is not None}
        doubts = {key: each.doubt for each, key in self._keys.items() if each.doubt is not None}
        doubts |= {key: unusual(pl.col(name)) for name, key in self._looks.items()}
        self._doubts = [doubt.alias(key) for key, doubt in doubts.items()]

    def __call__(self, rows: pl.DataFrame, wanted: Wanted = lambda rule, column: True) -> Verdict:
        """Judge a batch.

        Args:
            rows: The batch.
            wanted: Whether examples of a rule and column are to be shown.
        """
        doubted = {key for key, yes in rows.select(self._doubts).row(0, named=True).items() if yes}
        broken = self._broken(rows, doubted)
        counts = Counter({(each.rule.name, each.column): int(where.sum()) for each, where in broken})
        good, bad = _split(rows, [where for each, where in broken if each.rule.blocks(self.route)])
        shown = [each for each in broken if wanted(each[0].rule.name, each[0].column)]
        strange = frozenset(name for name, key in self._looks.items() if key in doubted)
        return Verdict(good, bad, counts, _examples(rows, shown), strange)

    def _broken(self, rows: pl.DataFrame, doubted: set[str]) -> list[tuple[Violation, pl.Series]]:
        """Return the rules that are broken, with where."""
        asked = [each for each in self.rules if self._keys.get(each) in doubted or each not in self._keys]
        found = rows.select(each.broken.alias(str(i)) for i, each in enumerate(asked))
        return [(each, where) for each, where in zip(asked, found, strict=True) if where.any()]

    def names(self, bad: pl.DataFrame) -> pl.DataFrame:
        """Return the bad rows with the rules that stop them, by name and column, joined by commas."""
        stopping = [each for each in self.rules if each.rule.blocks(self.route)]
        said = [pl.when(each.broken).then(pl.lit(f"{each.rule.name}:{each.column}")) for each in stopping]
        return bad.with_columns(pl.concat_str(said, separator=",", ignore_nulls=True).alias("__rules"))


def _split(rows: pl.DataFrame, stopping: Sequence[pl.Series]) -> tuple[pl.DataFrame, pl.DataFrame]:
    if not stopping:
        return rows, rows.clear()
    bad = reduce(or_, (where.fill_null(False) for where in stopping))
    return rows.filter(~bad), rows.filter(bad)


def _examples(rows: pl.DataFrame, broken: Sequence[tuple[Violation, pl.Series]]) -> pl.DataFrame:
    found = [_example(rows.filter(where), each) for each, where in broken]
    return pl.concat(found) if found else pl.DataFrame(schema=FAILURES)


def _example(rows: pl.DataFrame, violation: Violation) -> pl.DataFrame:
    file = pl.col(FILE) if FILE in rows.columns else pl.lit(None, pl.String)
    found = rows.select(
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
