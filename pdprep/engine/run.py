"""One pass over a prepared frame: judged as it is read, then deduplicated and summed up bucket by bucket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import polars as pl

from pdprep.engine.buckets import Partition
from pdprep.engine.distinct import Key, distinct
from pdprep.engine.first_pass import first_pass
from pdprep.engine.prefetch import Work, prefetch
from pdprep.engine.stream_validator import BadRows, StreamValidator
from pdprep.preparation.dictionary_encoding import EncodedFrame
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.spread import BUCKET
from pdprep.progress import Listener, Progress
from pdprep.validation.profile import Profile, profile
from pdprep.validation.summary import Summary, of_ids, of_rows, rows_per_id
from pdprep.validation.validator import FAILURES


@dataclass
class Totals:
    """What one pass has counted so far; ``examples`` are the failing rows to show."""

    read: int = 0
    kept: int = 0
    bad: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    summary: Summary = field(default_factory=Summary)
    profile: Profile = field(default_factory=Profile)
    examples: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FAILURES))

    def take(self, validator: StreamValidator) -> None:
        """Take over what the validator has counted."""
        self.read, self.bad = validator.read, validator.bad
        self.counts, self.examples = validator.counts, validator.examples

    @property
    def duplicates(self) -> int:
        """Good rows that equal an earlier one, once all are counted."""
        return self.read - self.bad - self.kept

    def add(self, partition: Deduplicated) -> None:
        """Count one partition, or a piece of one."""
        self.kept += partition.kept.height
        self.summary += partition.summary
        self.profile += partition.profile


@dataclass(frozen=True, eq=False)
class Kept:
    """Rows to keep, by bucket and source row: the contract's fields, the row of the source and the bucket."""

    encoded_rows: pl.DataFrame
    encoded: EncodedFrame

    @property
    def height(self) -> int:
        """How many they are."""
        return self.encoded_rows.height

    @cached_property
    def rows(self) -> pl.DataFrame:
        """The rows with their texts."""
        # Only where somebody asks: parts are written from the numbers, each text having been quoted once.
        return self.encoded.decode(self.encoded_rows)

    def escaped(self, unusual: frozenset[str]) -> pl.DataFrame:
        """Return the bucket and the columns of the CSV, quoted where they may be unusual."""
        columns = self.encoded.prepared.contract.columns
        return self.encoded.escaped(self.encoded_rows.select(BUCKET, *columns), unusual)


@dataclass(frozen=True, eq=False)
class Deduplicated:
    """One partition, or a piece of one: the rows to keep of so many good ones, and their figures.

    ``per_id`` counts the rows of each id: what the ids come to is known once all pieces have been counted.
    """

    kept: Kept
    good: int
    summary: Summary
    per_id: pl.DataFrame
    profile: Profile


@dataclass(frozen=True, eq=False)
class Batch:
    """One partition, or a piece of one: its rows to keep; buckets never go down.

    Attributes:
        kept: The rows.
        unusual: The columns with a value that the CSV may have to write in an unusual way.
        done: Rows of the source done.
        total: Of how many.
        whole: Whether no id of it goes on in the next batch.
    """

    kept: Kept
    unusual: frozenset[str]
    done: int
    total: int
    whole: bool = True

    @property
    def rows(self) -> pl.DataFrame:
        """The contract's fields, the row of the source and the bucket."""
        return self.kept.rows

    def over(self, rows: pl.DataFrame) -> Batch:
        """Return the batch with other rows, none of them encoded."""
        return replace(self, kept=Kept(rows, EncodedFrame(self.kept.encoded.plain)))

    @property
    def escaped(self) -> pl.DataFrame:
        """The bucket and the columns of the CSV, with texts as they stand in it."""
        return self.kept.escaped(self.unusual)

    @property
    def extreme(self) -> bool:
        """Whether a number of the source may need an exponent."""
        contract = self.kept.encoded.prepared.contract
        return not self.unusual.isdisjoint(contract.floats)


def run(
    prepared: Prepared,
    totals: Totals,
    *,
    route: str | None = None,
    listener: Listener,
    partition_count: int | None = None,
    profiled: bool = False,
    bad_rows: BadRows | None = None,
    scratch: Path | None = None,
    only: bool = False,
) -> Iterator[Batch]:
    """Yield each partition's rows to keep, counting them in ``totals``.

    Rows are judged first and deduplicated after, so that every bad row is named under its own number.

    Args:
        prepared: What to read.
        totals: Where to count.
        route: bulk, put, or None for the rules that stop both.
        listener: Hears the progress.
        partition_count: How many partitions to use.
        profiled: Whether the totals get a profile of the columns.
        bad_rows: Is given the bad rows, with the rules they break, as they are found.
        scratch: The folder for partitions that do not fit into memory.
        only: Whether rules that stop the other route alone are left out.
    """
    reading = first_pass(prepared, route, listener, bad_rows, partition_count, scratch, only)
    with reading as (encoded, validator, partitions):
        totals.take(validator)
        done = validator.bad  # bad rows are in no partition: they are done with
        each_of = partial(deduplicate, encoded, profiled)
        # Duplicates and sums of the next partition are worked out while the consumer writes this one.
        works = [Work(partial(each_of, each), each.bytes) for each in partitions]
        per_id: list[pl.DataFrame] = []
        for partition, found in zip(partitions, prefetch(works), strict=True):
            totals.add(found)
            per_id.append(found.per_id)
            # Ids are disjoint between whole partitions, so their figures add up; those of pieces wait.
            if partition.whole:
                totals.summary += of_ids(per_id)
                per_id.clear()
            done += found.good
            listener(Progress("validate", done, validator.read))
            yield Batch(found.kept, validator.unusual, done, validator.read, partition.whole)
            del found  # it is let go before the next one is there


def deduplicate(encoded: EncodedFrame, profiled: bool, partition: Partition) -> Deduplicated:
    """Return a partition, or a piece of one, without duplicates and with its figures.

    Args:
        encoded: How its rows are encoded.
        profiled: Whether there is to be a profile of its columns.
        partition: Its rows.
    """
    prepared, rows = encoded.prepared, partition.do()
    good, left = rows.height + partition.lost, distinct(rows, Key.of(prepared), order=BUCKET)
    kept, summary = Kept(left, encoded), of_rows(prepared.contract, left, encoded.decode)
    shape = profile(prepared.contract, kept.rows) if profiled else Profile()
    return Deduplicated(kept, good, summary, rows_per_id(prepared.contract, left), shape)
