"""The judgement of one batch of rows: which are bad, which rules they break, how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.preparation.dictionary_encoding import EncodedFrame
from pdprep.preparation.sources import FILE, ROW
from pdprep.validation.prefilter import Prefilter
from pdprep.validation.row_checks import RowCheck

Wanted = Callable[[str, str], bool]
SHOWN: Final = 100  # failing rows kept for the report, a rule and column

FAILURES: Final = pl.Schema(
    {ROW: pl.UInt32, FILE: pl.String, "column": pl.String, "rule": pl.String, "value": pl.String}
)


@dataclass(frozen=True, eq=False)
class Verdict:
    """Counts and examples by (rule, column), and the rows that a route does not let through.

    Attributes:
        stopped: Where a rule that stops the route is broken; None where it is nowhere.
        counts: How many rows break each (rule, column).
        failures: Up to a hundred examples of each.
        unusual: The columns with a value that the CSV may have to write in an unusual way.
    """

    stopped: pl.Series | None
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FAILURES))
    unusual: frozenset[str] = frozenset()


class Validator:
    """Holds batches of ``Prepared.rows`` to their rules; each batch goes through the prefilter first.

    Args:
        checks: What ``row_checks`` returns.
        route: bulk, put, or None for the rules that stop both.
        contract: The contract of the rows, where unusual columns are to be told.
        encoded: What is encoded in the batches.
    """

    def __init__(
        self,
        checks: Sequence[RowCheck],
        route: str | None,
        contract: Contract | None = None,
        encoded: EncodedFrame | None = None,
    ) -> None:
        self.route, self._encoded = route, encoded
        self._prefilter = Prefilter(checks, encoded, contract)
        self._stopping = [each for each in checks if each.rule.blocks(route)]
        names = encoded.dictionaries.keys() if encoded else frozenset()
        self._of_texts = {each for each in checks if not each.of_nulls and each.columns & names}

    def __call__(self, rows: pl.DataFrame, wanted: Wanted = lambda rule, column: True) -> Verdict:
        """Judge a batch.

        Args:
            rows: The batch.
            wanted: Whether examples of a rule and column are to be shown.
        """
        asked, unusual = self._prefilter(rows)
        # Numbers will do for most checks; texts are put back only for those that ask for them.
        if self._encoded and not self._of_texts.isdisjoint(asked):
            rows = self._encoded.decode(rows)
        # One query for all: what a query costs by itself comes once a batch.
        found = rows.select(each.fails.alias(str(place)) for place, each in enumerate(asked))
        broken = [(each, where) for each, where in zip(asked, found, strict=True) if where.any()]
        counts = Counter({(each.rule.name, each.column): int(where.sum()) for each, where in broken})
        # A row that breaks several rules is bad once.
        stopping = [where for each, where in broken if each.rule.blocks(self.route)]
        shown = [
            _example(rows.filter(where), each)
            for each, where in broken
            if wanted(each.rule.name, each.column)
        ]
        failures = pl.concat(shown) if shown else pl.DataFrame(schema=FAILURES)
        return Verdict(reduce(or_, stopping) if stopping else None, counts, failures, unusual)

    def names(self, bad: pl.DataFrame) -> pl.DataFrame:
        """Return the bad rows with the rules that stop them, by name and column, joined by commas."""
        said = [
            pl.when(each.fails).then(pl.lit(f"{each.rule.name}:{each.column}")) for each in self._stopping
        ]
        return bad.with_columns(pl.concat_str(said, separator=",", ignore_nulls=True).alias("__rules"))


def _example(rows: pl.DataFrame, check: RowCheck) -> pl.DataFrame:
    file = pl.col(FILE) if FILE in rows.columns else pl.lit(None, pl.String)
    found = rows.select(
        pl.col(ROW),
        file.alias(FILE),
        pl.lit(check.column).alias("column"),
        pl.lit(check.rule.name).alias("rule"),
        check.value.cast(pl.String, strict=False).alias("value"),
    )
    # The first of the batch, in whatever order its rows come; the first of all are told when all have come.
    return found.bottom_k(SHOWN, by=ROW)


def first(failures: pl.DataFrame) -> pl.DataFrame:
    """Return the first hundred examples of each rule and column, in the source's order."""
    ordered = failures.sort(ROW, "column", "rule")
    return ordered.filter(pl.int_range(pl.len()).over("column", "rule") < SHOWN)
