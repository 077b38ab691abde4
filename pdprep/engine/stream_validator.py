"""Rows are judged as they stream by, in the source's order: the good ones go on, the bad ones are counted."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import polars as pl
import polars.selectors as cs

from pdprep import clock
from pdprep.preparation.columns import MARK
from pdprep.preparation.dictionary_encoding import EncodedFrame
from pdprep.preparation.sources import ROW
from pdprep.validation.row_checks import RowCheck
from pdprep.validation.validator import FAILURES, SHOWN, Validator, first


class BadRows(Protocol):
    """Where bad rows are kept."""

    def take(self, bad: pl.DataFrame) -> None:
        """Keep rows with the rules they break."""

    def forget(self) -> None:
        """Let go of all, as the source is read again."""


class StreamValidator:
    """Validates each batch of ``Prepared.rows``; batches come on any thread and in any order.

    Attributes:
        read: Rows judged.
        bad: Those that break a rule that stops the route.
        counts: How many rows break each (rule, column).
        unusual: The columns with a value that the CSV may have to write in an unusual way.
        examples: The first hundred failing rows of each rule and column.
    """

    def __init__(
        self,
        encoded: EncodedFrame,
        rules: Sequence[RowCheck],
        route: str | None,
        bad_rows: BadRows | None = None,
    ) -> None:
        contract = encoded.prepared.contract
        self.columns = (ROW, *contract.names)
        self.read = self.bad = 0
        self.counts: Counter[tuple[str, str]] = Counter()
        self.unusual: frozenset[str] = frozenset()
        self._validator, self._encoded = Validator(rules, route, contract, encoded), encoded
        self._shown = list(encoded.plain.shown(clock.now()).values())
        # Two locks: one over figures and lists, held only while these are added to; and one for whoever sorts
        # out what the lists hold, which asks Polars and may write a file, so nobody ever waits for it.
        self._bad_rows, self._lock, self._sorting = bad_rows, threading.Lock(), threading.Lock()
        self._failing: list[pl.DataFrame] = []
        self._bad: list[pl.DataFrame] = []
        self.examples = pl.DataFrame(schema=FAILURES)
        self._full: dict[tuple[str, str], int] = {}

    def on(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Return the good rows: their numbers and the contract's fields."""
        schema = {name: dtype for name, dtype in rows.collect_schema().items() if name in self.columns}
        return rows.map_batches(self._batch, schema=schema, streamable=True)

    def _batch(self, rows: pl.DataFrame) -> pl.DataFrame:
        # Once a rule has its hundred examples, only rows before the last of them can still replace one.
        start = rows[ROW][0] if rows.height else 0
        verdict = self._validator(rows, lambda *rule: start < self._full.get(rule, start + 1))
        good, bad = rows.select(self.columns), None
        if verdict.stopped is not None:
            good = good.filter(~verdict.stopped)
            if self._bad_rows:
                # A person will read them: with texts for their numbers, and the source's values beside ours.
                texts = self._encoded.decode(rows.filter(verdict.stopped).drop(cs.starts_with(MARK)))
                bad = self._validator.names(texts).with_columns(self._shown)
        with self._lock:
            self.read += rows.height
            self.bad += rows.height - good.height
            self.counts += verdict.counts
            self.unusual |= verdict.unusual
            self._failing += [verdict.failures] if verdict.failures.height else []
            self._bad += [] if bad is None else [bad]
        self.sort_out()
        return good

    def sort_out(self) -> None:
        """Keep the examples to show and the bad rows; if another batch is at it, a later one or the end does.

        Polars is asked here: its threads would wait for one another if one of them waited for a lock.
        """
        if not self._sorting.acquire(blocking=False):
            return
        try:
            with self._lock:
                failing, self._failing, bad, self._bad = self._failing, [], self._bad, []
            if failing:
                # The first rows of the source, not the first to come: those differ from run to run.
                self.examples = first(pl.concat([self.examples, *failing]))
                self._full = _full(self.examples)
            for rows in bad:
                if self._bad_rows:
                    self._bad_rows.take(rows)
        finally:
            self._sorting.release()


def _full(examples: pl.DataFrame) -> dict[tuple[str, str], int]:
    """Return the last row of each rule and column that has all the examples it may show."""
    last = examples.group_by("rule", "column").agg(pl.len(), pl.col(ROW).max())
    return {(rule, column): row for rule, column, shown, row in last.iter_rows() if shown >= SHOWN}
