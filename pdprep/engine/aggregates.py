"""What one pass sums up beside the report: each takes batches, merges with another, and has a result."""

from __future__ import annotations

import math
from typing import Final, Protocol, TypeVar

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.engine.distinct import key_hash
from pdprep.engine.run import Batch

# A call of PutEvents names one user and one session, so events of two never share one.
WHOSE: Final = ("USER_ID", "SESSION_ID")
Result = TypeVar("Result")


class Aggregate(Protocol[Result]):
    """Figures of a pass; those of passes over disjoint ids merge."""

    def update(self, batch: Batch) -> None:
        """Take the next batch of a pass."""

    def merge(self, other: Aggregate[Result]) -> None:
        """Take over the figures of another pass."""

    @property
    def result(self) -> Result:
        """What has been found so far."""


class CsvSize:
    """About how many bytes the CSV of an import has: what is quoted takes a little more."""

    def __init__(self, contract: Contract) -> None:
        self._columns = contract.columns
        self._bytes = 0

    def update(self, batch: Batch) -> None:
        """Add the text of all values, with a comma or a line end each."""
        # A plan shows this figure and nothing is decided by it: quoting would have to be done to be counted.
        texts = [pl.col(name).cast(pl.String).str.len_bytes().sum() for name in self._columns]
        self._bytes += int(batch.rows.select(pl.sum_horizontal(texts)).item())
        self._bytes += batch.rows.height * len(self._columns)

    def merge(self, other: CsvSize) -> None:
        """Take over the figures of another pass."""
        self._bytes += other._bytes

    @property
    def result(self) -> int:
        """The bytes, with those of the header."""
        return self._bytes + sum(len(name) + 1 for name in self._columns)


class PutCalls:
    """How many calls a put takes: those of interactions are of one user and session each."""

    def __init__(self, contract: Contract, records_a_call: int) -> None:
        names = contract.names if contract.dataset == "interactions" else ()
        self._whose = [name for name in WHOSE if name in names]
        self._most = records_a_call
        self._calls = self._rows = 0
        self._open: list[pl.DataFrame] = []  # of the pieces of a partition that is not over

    def update(self, batch: Batch) -> None:
        """Count the records of each user and session, or all of them together."""
        if not self._whose:
            self._rows += batch.rows.height
            return
        # Hashes, as the report counts ids: two of 64 bits that meet cost one call.
        whose = batch.rows.select(key_hash(self._whose).alias("whose")).to_series()
        self._open.append(whose.value_counts(name="rows"))
        # Before that a user may come again, and calls are counted by whole users.
        if batch.whole:
            counts = self._open[0]
            if len(self._open) > 1:
                counts = pl.concat(self._open).group_by("whose").agg(pl.col("rows").sum())
            self._calls += int(((counts["rows"] + self._most - 1) // self._most).sum())
            self._open.clear()

    def merge(self, other: PutCalls) -> None:
        """Take over the figures of another pass."""
        # Nothing is open on either side: the last batch of a pass is whole.
        self._calls, self._rows = self._calls + other._calls, self._rows + other._rows

    @property
    def result(self) -> int:
        """The calls of what is counted."""
        return self._calls + math.ceil(self._rows / self._most)
