"""Rows are judged as they stream by, in the source's order: the good ones go on, the bad ones are counted."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import polars as pl

from pdprep import clock
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.sources import ROW
from pdprep.validation.compile import violations
from pdprep.validation.verdict import FAILURES, SHOWN, Judge, Verdict, first

Take = Callable[[pl.DataFrame], None]


class Sieve:
    """Judges each batch of ``Prepared.rows``; batches come on any thread and in any order.

    Attributes:
        read: Rows judged.
        bad: Those that break a rule that stops the route.
        counts: How many rows break each (rule, column).
        unusual: The text columns that hold what the CSV may have to quote.
        examples: The first hundred failing rows of each rule and column.
    """

    def __init__(self, prepared: Prepared, route: str | None, aside: Take | None = None) -> None:
        self.columns = (ROW, *prepared.contract.names)
        self.read = self.bad = 0
        self.counts: Counter[tuple[str, str]] = Counter()
        self.unusual: frozenset[str] = frozenset()
        self._judge = Judge(violations(prepared, clock.now()), route, prepared.contract.texts)
        self._aside, self._lock = aside, threading.Lock()
        self.examples = pl.DataFrame(schema=FAILURES)
        self._full: dict[tuple[str, str], int] = {}

    def on(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Return the good rows: their numbers and the contract's fields."""
        schema = {name: dtype for name, dtype in rows.collect_schema().items() if name in self.columns}
        return rows.map_batches(self._batch, schema=schema, streamable=True)

    def _batch(self, rows: pl.DataFrame) -> pl.DataFrame:
        start = rows[ROW][0] if rows.height else 0
        verdict = self._judge(rows, lambda *rule: start < self._full.get(rule, start + 1))
        with self._lock:
            self._count(rows.height, verdict)
            if self._aside and verdict.bad.height:
                self._aside(self._judge.names(verdict.bad))
        return verdict.good.select(self.columns)

    def _count(self, read: int, verdict: Verdict) -> None:
        self.read += read
        self.bad += verdict.bad.height
        self.counts += verdict.counts
        self.unusual |= verdict.unusual
        if verdict.failures.height:
            self.examples = first(pl.concat([self.examples, verdict.failures]))
            self._full = _full(self.examples)


def _full(examples: pl.DataFrame) -> dict[tuple[str, str], int]:
    """Return the last row of each rule and column that has all the examples it may show."""
    last = examples.group_by("rule", "column").agg(pl.len(), pl.col(ROW).max())
    return {(rule, column): row for rule, column, shown, row in last.iter_rows() if shown >= SHOWN}
