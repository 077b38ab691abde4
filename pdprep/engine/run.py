"""One pass over a prepared frame: partition by partition, judged, deduplicated and summed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl

from pdprep import clock
from pdprep.engine.buckets import partitions
from pdprep.engine.distinct import distinct
from pdprep.preparation.prepare import Prepared
from pdprep.progress import Listener, Progress
from pdprep.validation.compile import Violation, violations
from pdprep.validation.profile import Profile, profile
from pdprep.validation.summary import Summary, summarise
from pdprep.validation.verdict import FAILURES, Verdict, first, judge

Take = Callable[[pl.DataFrame], None]


@dataclass
class Tally:
    """What one pass has counted so far; ``examples`` are the failing rows to show."""

    read: int = 0
    kept: int = 0
    duplicates: int = 0
    bad: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    summary: Summary = field(default_factory=Summary)
    profile: Profile = field(default_factory=Profile)
    examples: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FAILURES))

    def add(self, verdict: Verdict, kept: pl.DataFrame, summary: Summary) -> None:
        """Count one partition."""
        self.read += verdict.good.height + verdict.bad.height
        self.kept += kept.height
        self.duplicates += verdict.good.height - kept.height
        self.bad += verdict.bad.height
        self.counts += verdict.counts
        self.summary += summary
        self.examples = first(pl.concat([self.examples, verdict.failures]))


@dataclass(frozen=True, eq=False)
class Batch:
    """One partition: its good rows, its bad ones, the rules they were held to; ``total`` is of all rows."""

    good: pl.DataFrame
    bad: pl.DataFrame
    rules: tuple[Violation, ...]
    total: int


def run(
    prepared: Prepared,
    tally: Tally,
    *,
    route: str | None = None,
    listener: Listener,
    partition_count: int | None = None,
    profiled: bool = False,
) -> Iterator[Batch]:
    """Yield each partition's good and bad rows, counting them in ``tally``.

    Rows are judged first and deduplicated after, so that every bad row is named under its own number.
    """
    rules = violations(prepared, clock.now())
    for rows, total in partitions(prepared, listener, partition_count):
        verdict = judge(rows, rules, route)
        kept = distinct(verdict.good, prepared.dedupe_on)
        tally.add(verdict, kept, summarise(prepared.contract, kept))
        if profiled:
            tally.profile += profile(prepared.contract, kept)
        listener(Progress("validate", tally.read, total))
        yield Batch(kept, verdict.bad, rules, total)


def broken_rules(bad: pl.DataFrame, rules: tuple[Violation, ...], route: str | None) -> pl.DataFrame:
    """Return the bad rows with the names of the rules that stop them, joined by commas."""
    names = [
        pl.when(each.broken).then(pl.lit(f"{each.rule.name}:{each.column}"))
        for each in rules
        if each.rule.blocks(route)
    ]
    return bad.with_columns(pl.concat_str(names, separator=",", ignore_nulls=True).alias("__rules"))
