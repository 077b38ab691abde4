"""Which record went by which route and when it counts: a lazy table over what the ledger holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import effects, identity, merging, record_files, trained_ids, view
from pdprep.ledger.effects import KNOWN, Training
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.pages import Pages
from pdprep.ledger.record_files import BULK
from pdprep.ledger.sorting import SortOrder
from pdprep.ledger.timeline import fitting, timeline
from pdprep.ledger.view import MergedView

T = TypeVar("T")

ORIGINS: Final = ("bulk", "incremental", "both")
EFFECTS: Final = ("EFFECT", "EFFECT_AT", "FILTERS_AT")
FACTS: Final = ("ORIGIN", "IMPORT", "SENT_AT", "STATUS", *EFFECTS)
ALONE: Final = 10_000  # so many rows of all segments are merged by themselves, without the others


@dataclass(frozen=True)
class Records:
    """The records of a dataset that this ledger knows.

    Interactions: every distinct event. Items, users and actions: one row an id with the newest values.
    ORIGIN is ``bulk`` (an import job), ``incremental`` (a put) or ``both``.
    """

    dataset: str
    contract: Contract
    segments: dict[str, pl.LazyFrame]
    training: Training
    known: pl.LazyFrame | None = None
    place: Path | None = None
    added: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return (*self.contract.columns, *FACTS)

    @property
    def frame(self) -> pl.LazyFrame:
        """The records with ORIGIN, IMPORT, SENT_AT, STATUS, EFFECT, EFFECT_AT and FILTERS_AT."""
        return self._shown(self._pages.frame).select(self.columns)

    def page(
        self,
        number: int = 0,
        size: int = 20,
        *,
        where: pl.Expr | None = None,
        sort: str | Sequence[str] | None = None,
        descending: bool = False,
    ) -> pl.DataFrame:
        """Return one page.

        Args:
            number: Which page; the first is 0.
            size: Records a page.
            where: An expression over the columns; only records for which it is true.
            sort: A column or several; the id (and the time of an event) where none is given.
            descending: Whether the largest comes first; missing values come last.
        """
        by = (sort,) if isinstance(sort, str) else tuple(sort or ())
        if descending and not by:
            by = tuple(merging.order(self.contract))
        order = SortOrder(by, descending)
        return self._merged_again(
            lambda: self._holding(where)._pages.page(number, size, where, order).select(self.columns)
        )

    def total(self, where: pl.Expr | None = None) -> int:
        """Count the records for which an expression is true; all of them without one."""
        return self._merged_again(lambda: self._holding(where)._pages.find(where).total)

    def counts(self) -> pl.DataFrame:
        """Return how many records there are of each origin, as a frame of dataset, origin and records."""
        found = self._merged_again(lambda: self.view.counts)
        table = [(self.dataset, origin, found.get(origin, 0)) for origin in ORIGINS]
        schema = {"dataset": pl.String, "origin": pl.String, "records": pl.Int64}
        return pl.DataFrame(table, schema=schema, orient="row")

    def sources(self) -> pl.DataFrame:
        """Return each import and put whose records these are: origin, status, when it was sent, rows."""
        return self._sources

    def timeline(self, **values: Any) -> pl.DataFrame:
        """Return what became of a record: each time it was sent, by which route, and what replaced it.

        Args:
            values: Columns and values that find it: ``ITEM_ID="i1"``.
        """
        # The segments are asked by themselves: merged, they have the newest version of a record alone.
        where = fitting(values)
        sent = (frame.filter(where) for frame in self.segments.values())
        return timeline(self.contract, sent, lambda most: self.page(0, most, where=where))

    @cached_property
    def _sources(self) -> pl.DataFrame:
        texts = dict.fromkeys(("IMPORT", "ORIGIN", "STATUS"), pl.String())
        found = [row for frame in self.segments.values() for row in _source(frame)]
        return pl.DataFrame(found, {**texts, "SENT_AT": effects.TIME, "ROWS": pl.Int64()}, orient="row")

    @cached_property
    def view(self) -> MergedView:
        """The segments merged."""
        return view.merge(self.segments, self.contract, self.place)

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self.view, self._shown, frozenset(EFFECTS))

    def _merged_again(self, read: Callable[[], T]) -> T:
        """Return what is read; once more where somebody has removed the merged files, which are a copy."""
        try:
            return read()
        except FileNotFoundError:
            for name in ("view", "_pages"):
                vars(self).pop(name, None)
            return read()

    def _holding(self, where: pl.Expr | None) -> Records:
        """Return the records that answer a condition: all, or the few that fit, merged without the others.

        A condition on what makes two records one holds for every version of a record or for none, so it can
        be asked before they are merged. Until somebody needs all of them, one user's are found at once.
        """
        if where is None or "view" in vars(self):
            return self
        roots = set(where.meta.root_names())
        if not roots <= set(identity.columns(self.contract)):
            return self
        for asked, answer in self._asked:
            if asked.meta.eq(where):
                return answer
        # Layers are sorted by the key, so a condition on it reads little; any other reads them to their end.
        if self.contract.key not in roots and view.ready(self.segments, self.contract, self.place):
            return self
        fitting = pl.concat([frame.filter(where) for frame in self.segments.values()], how="diagonal_relaxed")
        rows = fitting.head(ALONE + 1).collect(engine="streaming")
        alone = (
            self
            if rows.height > ALONE
            else replace(self, segments={"": rows.lazy()}, known=self._known_of(rows), place=None)
        )
        self._asked[:] = [(where, alone)]
        return alone

    @cached_property
    def _asked(self) -> list[tuple[pl.Expr, Records]]:
        return []  # the last answer: a view that turns pages asks the same again

    def _known_of(self, rows: pl.DataFrame) -> pl.LazyFrame | None:
        if self.known is None:
            return None
        subject = effects.SUBJECTS[self.dataset]
        wanted = pl.lit(rows[subject].unique()).implode()
        return self.known.filter(pl.col(subject).is_in(wanted)).collect().lazy()

    def _shown(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        effect = effects.effects(self.dataset, self.training, self.added)
        return self._with_known(frame).with_columns(effect)

    def _with_known(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        if self._subjects is None:
            return frame
        subject, by_bulk = effects.SUBJECTS[self.dataset], pl.col("ORIGIN") == "bulk"
        known = self._subjects.lazy().with_columns(pl.lit(True).alias(KNOWN))
        if effects.asks_of_bulk(self.dataset, self.training):
            return frame.join(known, on=subject, how="left").with_columns(pl.col(KNOWN).fill_null(False))
        # Most records are bulk, and of these nobody asks.
        asked = frame.filter(~by_bulk).join(known, on=subject, how="left")
        unasked = frame.filter(by_bulk).with_columns(pl.lit(False).alias(KNOWN))
        return pl.concat([unasked, asked.with_columns(pl.col(KNOWN).fill_null(False))])

    @cached_property
    def _subjects(self) -> pl.DataFrame | None:
        return None if self.known is None else self.known.collect(engine="streaming")

    def __repr__(self) -> str:
        counts = [f"{records:,} {origin}" for _, origin, records in self.counts().iter_rows()]
        return f"<Records {self.dataset}: {', '.join(counts)}>"


def _source(frame: pl.LazyFrame) -> Iterator[tuple[Any, ...]]:
    for first in frame.head(1).collect().iter_rows(named=True):
        at, origin = first["SENT_AT"], "bulk"
        if not first[BULK]:  # the records of an import came at one time, those of a put did not
            at, origin = frame.select(pl.col("SENT_AT").max()).collect().item(), "incremental"
        yield first["IMPORT"], origin, first["STATUS"], at, merging.count([frame])


def records(ledger: Ledger, dataset: str, fallback: Contract, training: Training) -> Records:
    """Return the records of a dataset.

    Args:
        ledger: The ledger of the dataset group.
        dataset: The dataset type.
        fallback: The contract to show where nothing has been sent yet.
        training: What is trained and deployed.
    """
    contract, frames = record_files.named(ledger, dataset)
    frames = frames or {"": record_files.empty(fallback)}
    # Which ids a training knew is read from all that was sent before it: only where an effect hangs on that.
    since = training.asks_since(dataset)
    known = trained_ids.subjects(ledger, effects.SUBJECTS[dataset], since) if since else None
    added = tuple(row.name for row in ledger.journal.imports(dataset) if row.mode == "INCREMENTAL")
    return Records(dataset, contract or fallback, frames, training, known, ledger.view(dataset), added)


def refresh(ledger: Ledger, dataset: str) -> None:
    """Merge what a finished job has changed, so that the next look at many records need not wait for it.

    What lies in a bucket is too much to be brought here unasked: there the next look waits.
    """
    if any(row.records for row in ledger.journal.layer(dataset)):
        return
    contract, frames = record_files.named(ledger, dataset)
    if contract is not None and merging.count(frames.values()) > view.FEW:
        view.merge(frames, contract, ledger.view(dataset))
        trained_ids.prepare(ledger, dataset)
