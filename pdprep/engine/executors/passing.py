"""A pass over a prepared frame as tasks of Ray. This process hears counts and holds no rows but examples."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import polars as pl

from pdprep.contract.rules.rule import Route
from pdprep.engine import buckets
from pdprep.engine.account import account
from pdprep.engine.aggregates import Aggregate
from pdprep.engine.consume import Consumed, Quarantine
from pdprep.engine.executors import pieces, scanning, tasks
from pdprep.engine.executors.cluster import Call, Cluster, joined
from pdprep.engine.executors.cutting import pieces_of
from pdprep.engine.executors.pieces import Piece
from pdprep.engine.executors.placing import check_folder, placed
from pdprep.engine.executors.recipe import Recipe
from pdprep.engine.executors.scanning import Scanned
from pdprep.engine.executors.tasks import Folder, Gives, OnRun, Place, Reduced, Terms
from pdprep.engine.parts import Part, cuts
from pdprep.engine.run import Batch, Tally
from pdprep.engine.sieve import Aside
from pdprep.errors import InputError
from pdprep.preparation.ids_told import Readings
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.sources import ROW
from pdprep.preparation.spread import BUCKETS
from pdprep.progress import Listener
from pdprep.validation.validator import first

MOST_ROWS: Final = 2**32 - 1  # of one source: rows are numbered by 32 bits, in Polars and here


@dataclass(eq=False)
class Pass:
    """One pass: ``scan``, then ``reduce``, then ``write``.

    Attributes:
        tally: What has been counted.
        told: What each aggregate has found, of all runs.
    """

    cluster: Cluster
    prepared: Prepared
    listener: Listener
    recipe: Any
    pieces: Sequence[Piece]
    terms: Terms
    tally: Tally = field(default_factory=Tally)
    unusual: frozenset[str] = frozenset()
    told: tuple[Aggregate[Any], ...] = ()
    _firsts: list[int] = field(default_factory=list)
    _scanned: list[list[Any]] = field(default_factory=list)
    _found: list[Reduced] = field(default_factory=list)
    _given: list[Any] = field(default_factory=list)

    def scan(self, aside: Aside | None) -> None:
        """Read and judge every piece; again where ids turn out to be text, as one task told."""
        prepared = self.prepared
        readings = Readings(prepared.id_forms, prepared.source, prepared.conversions)
        while True:
            readings.begin()
            forms = {name: each.form for name, each in readings.seen.items()}
            told = self._scan(replace(self.terms, forms=forms))
            for seen in (item for each in told for item in each.seen.items()):
                readings.seen[seen[0]].merge(seen[1])
            if not all(each.whole for each in told):
                readings.failed()
            elif readings.whole():
                break
        self._count(told)
        for number, (_, bad, *_) in enumerate(self._scanned):
            rows = self.cluster.value(bad) if aside else None
            if aside and rows is not None:
                aside.take(_numbered(rows.rows, self._firsts[number]))

    def _scan(self, terms: Terms) -> list[Scanned]:
        calls: list[Call] = [((terms, piece), ()) for piece in self.pieces]
        found: dict[int, list[Any]] = {}
        told: dict[int, Scanned] = {}
        total = _known(self.pieces)
        for place, refs in self.cluster.each(
            scanning.scan, self.recipe, calls, terms.runs + 2, phase="prepare", total=total,
            listener=self.listener,
        ):  # fmt: skip
            found[place], told[place] = refs, self.cluster.value(refs[0])
            if not told[place].whole:  # the others would only tell the same
                return [told[place]]
        self._scanned = [found[place] for place in sorted(found)]
        return [told[place] for place in sorted(told)]

    def _count(self, told: Sequence[Scanned]) -> None:
        tally, source = self.tally, self.prepared.source
        self._firsts = [0, *accumulate(each.height for each in told)][:-1]
        if sum(each.height for each in told) > MOST_ROWS:
            raise InputError(
                f"{source.label} has more than {MOST_ROWS:,} rows", "several sources, one after the other"
            )
        tally.read, tally.bad = sum(each.read for each in told), sum(each.bad for each in told)
        tally.counts = sum((each.counts for each in told), Counter())
        examples = [_numbered(each.examples, row) for each, row in zip(told, self._firsts, strict=True)]
        tally.examples = first(pl.concat([tally.examples, *examples]))
        self.unusual = frozenset().union(*(each.unusual for each in told))
        source.gaps.update(*(each.gaps for each in told))
        dialect = source.blocks.dialect if source.blocks else None
        if self.unusual and dialect and dialect.plain and not dialect.proven:
            files: list[Call] = [(((file,),), ()) for file in source.files]
            for _ in self.cluster.each(pieces.check_escapes, self.recipe, files):
                pass

    def reduce(
        self, gives: Gives = "nothing", *, aggregates: Sequence[Aggregate[Any]] = (),
        on_run: OnRun | None = None,
    ) -> None:  # fmt: skip
        """Drop duplicates and sum up, a run of buckets in a task."""
        runs = self.terms.runs
        given = (gives, self.unusual, tuple(aggregates), on_run, self._firsts)
        calls = (
            ((self.terms, run, *given), [refs[2 + run] for refs in self._scanned]) for run in range(runs)
        )
        found: dict[int, Reduced] = {}
        given_by: dict[int, Any] = {}
        for run, refs in self.cluster.each(
            tasks.reduce, self.recipe, calls, 2, phase="validate", total=self.tally.read - self.tally.bad,
            listener=self.listener,
        ):  # fmt: skip
            found[run], given_by[run] = self.cluster.value(refs[0]), refs[1]
            for each in self._scanned:
                each[2 + run] = None  # its rows are let go
        for run in range(runs):
            self.tally.kept += found[run].summary.rows
            self.tally.summary += found[run].summary
            self.tally.profile += found[run].profile
        self.told = found[0].told
        for run in range(1, runs):
            for mine, more in zip(self.told, found[run].told, strict=True):
                mine.merge(more)
        self._found, self._given = [found[run] for run in range(runs)], [given_by[run] for run in range(runs)]

    def rows(self) -> Iterator[Batch]:
        """Yield the rows of each run, which are here for as long as they are used."""
        done, total = self.tally.bad, self.tally.read
        for run, found in enumerate(self._found):
            packets = self.cluster.value(self._given[run])
            self._given[run] = None
            done += found.good
            for number, each in enumerate(packets if isinstance(packets, list) else ()):
                yield Batch(each.rows, self.unusual, done, total, whole=number == len(packets) - 1)

    def write(self, place: Place | None, on_part: Callable[[Part], None]) -> tuple[Part, ...]:
        """Write the parts, a part in a task, and return them in order, each heard of when it is there."""
        width, stem = self.terms.width, self.prepared.dataset
        rows = [self._found[each // width].kept.get(each, (0, 0))[0] for each in range(BUCKETS)]
        calls: list[Call] = []
        for number, inside in enumerate(cuts(rows)):
            runs = range(inside.start // width, (inside.stop - 1) // width + 1)
            slices = [self._slice(run, inside) for run in runs]
            height = sum(rows[bucket] for bucket in inside)
            calls.append(
                ((f"{stem}-{number:05d}.csv", height, slices, place), [self._given[run] for run in runs])
            )
        found: dict[int, Part] = {}
        for number, refs in self.cluster.each(
            tasks.write, self.recipe, calls, phase="stage", total=sum(rows), listener=self.listener
        ):
            found[number] = self.cluster.value(refs[0])
            on_part(found[number])
        return tuple(found[number] for number in range(len(calls)))

    def _slice(self, run: int, inside: range) -> tuple[int, int]:
        """Return where the lines of some buckets begin and end in the text of a run."""
        kept = self._found[run].kept
        before = sum(size for bucket, (_, size) in kept.items() if bucket < inside.start)
        return before, before + sum(size for bucket, (_, size) in kept.items() if bucket in inside)


@contextmanager
def passing(
    prepared: Prepared, listener: Listener, route: str | None, *, only: bool = False, profiled: bool = False,
    folder: Path | None = None, scratch: Path | None = None,
) -> Iterator[Pass]:  # fmt: skip
    """Give a pass over a frame on the cluster that runs, or on one that is started until the block ends.

    Args:
        prepared: What to read.
        listener: Hears the progress, with how many tasks are done, running and waiting.
        route: bulk, put, or None for the rules that stop both.
        only: Whether rules that stop the other route alone are left out.
        profiled: Whether the tally gets a profile of the columns.
        folder: Where tasks are to write; checked to be on every node.
        scratch: The folder for a frame that is in this process alone.

    Raises:
        InputError: Ray is not installed, or a path or frame is not to be had on every node.
    """
    with ExitStack() as stack:
        cluster = stack.enter_context(joined())
        if folder:
            check_folder(cluster, folder)
        there = stack.enter_context(placed(cluster, prepared, scratch))
        recipe = Recipe.of(there)
        kept = cluster.keep(recipe)
        cut = pieces_of(cluster, recipe, kept, there)
        count = max(buckets.partition_count(prepared, _known(cut)), 2 * cluster.workers)
        width = math.ceil(BUCKETS / min(BUCKETS, count))
        runs = math.ceil(BUCKETS / width)
        aside = only and prepared.on_invalid == "quarantine"  # a report alone keeps no rows
        terms = Terms({}, route, only, aside, profiled, runs, buckets.MOST_BYTES)
        yield Pass(cluster, prepared, listener, kept, cut, terms)


def staged(
    prepared: Prepared, route: Route, place: Folder, *, quarantine: Path,
    on_part: Callable[[Part], None], listener: Listener, scratch: Path | None = None,
) -> tuple[Consumed, tuple[Part, ...]]:  # fmt: skip
    """Write the parts of a frame; nothing is written where a rule stops the route.

    Args:
        prepared: What to read.
        route: The route whose rules are asked.
        place: Where the parts go.
        quarantine: The folder of this machine for rows that break a rule, where ``on_invalid`` keeps them.
        on_part: Hears of each part that is there.
        listener: Hears the progress.
        scratch: The folder for a frame that is in this process alone.

    Raises:
        ValidationError: A rule is broken that stops the route.
    """
    with passing(prepared, listener, route, only=True, folder=place.path, scratch=scratch) as ours:
        done = consumed(ours, quarantine)
        return done, ours.write(place, on_part)


def consumed(ours: Pass, quarantine: Path, on_run: OnRun | None = None) -> Consumed:
    """Read, judge and deduplicate a frame, so that its parts are ready to be written.

    Args:
        ours: A pass that is for a route, without the rules of the other one.
        quarantine: The folder of this machine for rows that break a rule, where ``on_invalid`` keeps them.
        on_run: Takes the records, in the tasks.

    Raises:
        ValidationError: A rule is broken that stops the route.
    """
    prepared, tally = ours.prepared, ours.tally
    aside = Quarantine(prepared, quarantine)
    ours.scan(aside if ours.terms.aside else None)
    aside.close()
    ours.reduce("lines", on_run=on_run)
    report = account(prepared, tally, ours.terms.route)
    done = Consumed(tally.kept, tally.read, tally.bad, report, tuple(aside.files))
    done.check(prepared)
    return done


def _known(cut: Sequence[Piece]) -> int | None:
    """Return the rows of all pieces, where the files tell."""
    return (
        None if any(not each.rows for each in cut) else sum(row.height for each in cut for row in each.rows)
    )


def _numbered(rows: pl.DataFrame, first: int) -> pl.DataFrame:
    return rows.with_columns(pl.col(ROW) + pl.lit(first, pl.UInt32)) if first else rows
