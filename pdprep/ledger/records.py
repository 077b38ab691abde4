"""Which record went by which road and when it counts: a lazy table over what the ledger holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import effects, layers
from pdprep.ledger.effects import KNOWN, Training
from pdprep.ledger.layers import BULK, ORDER
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.shares import shares

ORIGINS: Final = ("bulk", "incremental", "both")
FACTS: Final = ("ORIGIN", "IMPORT", "SENT_AT", "STATUS", "EFFECT", "EFFECT_AT", "FILTERS_AT")
_LATEST: Final = ("IMPORT", "SENT_AT", "STATUS")


@dataclass(frozen=True)
class Records:
    """The records of a dataset that this ledger knows.

    Interactions: every distinct event. Items, users and actions: one row an id with the newest values.
    ORIGIN is ``bulk`` (an import job), ``incremental`` (a put) or ``both``.
    """

    dataset: str
    contract: Contract
    layers: tuple[pl.LazyFrame, ...]
    training: Training
    known: pl.LazyFrame | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return (*self.contract.columns, *FACTS)

    @cached_property
    def frame(self) -> pl.LazyFrame:
        """The records with ORIGIN, IMPORT, SENT_AT, STATUS, EFFECT, EFFECT_AT and FILTERS_AT."""
        return self._frame(None)

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
            descending: Whether the largest comes first.
        """
        if where is None and sort is None and not descending:
            return self._first((number + 1) * size).slice(number * size, size)
        by = [sort] if isinstance(sort, str) else list(sort or self._order)
        rest = [name for name in self._order if name not in by]
        down = [descending] * len(by) + [False] * len(rest)
        ordered = self._frame(where).sort(by + rest, descending=down, maintain_order=True)
        return ordered.slice(number * size, size).collect()

    def total(self, where: pl.Expr | None = None) -> int:
        """Count the records for which an expression is true; all of them without one."""
        return int(self._frame(where).select(pl.len()).collect().item())

    def counts(self) -> pl.DataFrame:
        """Return how many records there are of each origin, as a frame of dataset, origin and records."""
        rows = Counter[str]()
        for frames in shares(self.layers, self.contract.key):
            origins = self._merge(frames).group_by("ORIGIN").agg(pl.len())
            rows.update(dict(origins.collect().iter_rows()))
        table = [(self.dataset, origin, rows[origin]) for origin in ORIGINS]
        schema = {"dataset": pl.String, "origin": pl.String, "records": pl.Int64}
        return pl.DataFrame(table, schema=schema, orient="row")

    def _first(self, count: int) -> pl.DataFrame:
        """Return the first records in the order of their ids, without reading the others' values."""
        wanted = count
        while True:
            last = self._id_at(wanted)
            key = pl.col(self.contract.key)
            found = self._frame(None if last is None else key.is_null() | (key <= last))
            page = found.sort(self._order, maintain_order=True).head(count).collect()
            if last is None or page.height == count:
                return page
            wanted *= 2  # some of the rows were versions of one record

    def _id_at(self, place: int) -> str | None:
        """Return the id of that many rows, in the order of ids; None where there are fewer rows."""
        key = self.contract.key
        smallest = [layer.select(key).drop_nulls().bottom_k(place, by=key) for layer in self.layers]
        ids = pl.concat(smallest).bottom_k(place, by=key).collect().to_series()
        return str(ids.max()) if len(ids) == place else None

    @property
    def _order(self) -> list[str]:
        names = [*self.contract.ids, "TIMESTAMP"] if self.contract.event_like else [self.contract.key]
        return [name for name in names if name in self.contract.columns]

    def _frame(self, where: pl.Expr | None) -> pl.LazyFrame:
        # A filter over what makes two records one goes first: then a page of one user reads one user.
        same = layers.identity(self.contract)
        early = where if where is not None and set(where.meta.root_names()) <= set(same) else None
        merged = self._merge([layer.filter(early) if early is not None else layer for layer in self.layers])
        effect = effects.effects(self.dataset, self.training)
        shown = merged.pipe(self._with_known).with_columns(effect).select(self.columns)
        return shown if where is None or early is not None else shown.filter(where)

    def _merge(self, frames: list[pl.LazyFrame]) -> pl.LazyFrame:
        rows, same = pl.concat(frames, how="diagonal_relaxed"), layers.identity(self.contract)
        latest = [name for name in (*self.contract.columns, *_LATEST) if name not in same]
        merged = rows.group_by(same).agg(
            pl.col(latest).get(pl.col(ORDER).arg_max()),
            pl.col(BULK).any().alias("__in_bulk"),
            (~pl.col(BULK)).any().alias("__in_put"),
        )
        both = pl.when(pl.col("__in_bulk") & pl.col("__in_put")).then(pl.lit("both"))
        return merged.with_columns(
            both.when(pl.col("__in_bulk"))
            .then(pl.lit("bulk"))
            .otherwise(pl.lit("incremental"))
            .alias("ORIGIN")
        )

    def _with_known(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        if self.known is None:
            return frame
        subject = effects.SUBJECTS[self.dataset]
        known = self.known.with_columns(pl.lit(True).alias(KNOWN))
        return frame.join(known, on=subject, how="left").with_columns(pl.col(KNOWN).fill_null(False))

    def __repr__(self) -> str:
        counts = [f"{records:,} {origin}" for _, origin, records in self.counts().iter_rows()]
        return f"<Records {self.dataset}: {', '.join(counts)}>"


def records(ledger: Ledger, dataset: str, fallback: Contract, training: Training) -> Records:
    """Return the records of a dataset.

    Args:
        ledger: The ledger of the dataset group.
        dataset: The dataset type.
        fallback: The contract to show where nothing has been sent yet.
        training: The latest training and what is deployed.
    """
    contract, frames = layers.scan(ledger, dataset)
    frames = frames or [layers.empty(fallback)]
    known = _known(ledger, dataset, training) if training.state == "trained" else None
    return Records(dataset, contract or fallback, tuple(frames), training, known)


def _known(ledger: Ledger, dataset: str, training: Training) -> pl.LazyFrame:
    subject = effects.SUBJECTS[dataset]
    # An item is known to a model by its events as well as by its own record.
    holders = [name for name in effects.SUBJECTS if subject in Contract.of(name).names]
    frames = [frame for name in holders for frame in layers.scan(ledger, name)[1]]
    early = pl.col("SENT_AT") <= pl.lit(training.at).cast(effects.TIME)
    seen = [frame.filter(early).select(subject) for frame in frames]
    return pl.concat(seen or [pl.LazyFrame(schema={subject: pl.String})]).unique()
