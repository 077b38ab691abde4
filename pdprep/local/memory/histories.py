"""What each user did lately, for filters and for recommendations at once: bulk and put, newest last.

The base is made of the dataset's files when they change, in parts of users; what is put afterwards is read
from the log when somebody asks. A filter considers the latest hundred events of a user and type (limits).
Items, types and times are numbers in the base: ten million events of it are 170 MB, not 1.2 GB.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import RLock
from typing import Any, NamedTuple

import polars as pl

from pdprep.local.memory.models import place
from pdprep.local.rows.avro import AvroSchema
from pdprep.local.rows.layers import (
    ALL,
    AT,
    ROUTE,
    SEQ,
    SESSION,
    WAS_PUT,
    Layers,
    log_frame,
    part,
    part_of,
    partitions,
    scan,
)
from pdprep.local.rows.typed import ROW

MOST_FRESH = 200_000  # events beside the base before it is made again
PART = 1_000_000
_LISTS = ("ITEM", "TYPE", "TIME", "SEQ")
_EVENT = (*_LISTS, "AT", "PUT")


class Event(NamedTuple):
    """One event: ``put`` says that it came by a put call, ``at`` when (0 where that is not known)."""

    item: str
    type: str
    time: int
    seq: int
    at: float
    put: bool


@dataclass
class History:
    """The events of one dataset, by user."""

    layers: Layers
    dataset: str
    schema: AvroSchema
    most: int
    signature: tuple[str, ...] = ("",)
    seq: int = 0
    base: tuple[pl.DataFrame, ...] = ()  # by a hash of the user, each sorted by user
    items: pl.Series = field(default_factory=pl.Series)
    types: pl.Series = field(default_factory=pl.Series)
    calls: pl.DataFrame = field(default_factory=pl.DataFrame)  # SEQ, AT, PUT
    fresh: dict[str, list[Event]] = field(default_factory=dict)
    count: int = 0
    guard: Any = field(default_factory=RLock)

    def of(self, user: str | None) -> list[Event]:
        """Return the latest events of a user, or of a session nobody is known of, oldest first."""
        with self.guard:
            self._refresh()
            held = self._held(user) if user else []
            fresh = self.fresh.get(user or "", [])
        return sorted((*held, *fresh), key=lambda event: (event.time, event.seq)) if fresh else held

    def _refresh(self) -> None:
        if self.layers.signature(self.dataset) != self.signature or self.count > MOST_FRESH:
            self._rebuild()
        # What was put after the base was made is little: it is kept beside the base, user by user.
        new = self.layers.since(self.dataset, self.seq)
        if not new:
            return
        for row in self._chosen(log_frame(new, self.schema).lazy()).collect().iter_rows(named=True):
            event = Event(*(row[name] for name in _EVENT))
            self.fresh.setdefault(row["USER"], []).append(event)
            self.count += 1
        self.seq = new[-1].seq

    def _held(self, user: str) -> list[Event]:
        base = self.base[part_of(user, len(self.base))]
        at = place(base["USER"], user)
        if at is None:
            return []
        # Lists of numbers, made into texts for this user alone.
        items, types, times, seqs = (each.explode() for each in base[at].select(_LISTS))
        came = {seq: self.calls.row(int(self.calls["SEQ"].search_sorted(seq)))[1:] for seq in set(seqs)}
        named = self.items.gather(items), self.types.gather(types), times, seqs
        return [Event(*each, *came[each[-1]]) for each in zip(*named, strict=True)]

    def _rebuild(self) -> None:
        # Before the snapshot: a file that comes between the two is read at the next refresh.
        signature = self.layers.signature(self.dataset)
        with self.layers.reading(self.dataset, ALL) as snapshot:
            rows = self._chosen(scan(snapshot, self.schema))
            # The distinct texts in order; the base has the position of each in their place.
            self.items, self.types = (
                rows.select(name).unique().sort(name).collect(engine="streaming")[name]
                for name in ("ITEM", "TYPE")
            )
            self.calls = rows.select("SEQ", "AT", "PUT").unique("SEQ").sort("SEQ").collect(engine="streaming")
            count = partitions(snapshot.rows, PART)
            self.base = tuple(self._part(part(rows, "USER", number, count)) for number in range(count))
        self.seq = max([*(each.seq for each in snapshot.log), *(each.seq for each in snapshot.bulk), 0])
        self.signature, self.fresh, self.count = signature, {}, 0

    def _chosen(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        names = self.schema.names
        subject = "ACTION_ID" if "ACTION_ID" in names else "ITEM_ID"
        kind = pl.col("EVENT_TYPE") if "EVENT_TYPE" in names else pl.lit("")
        user = pl.coalesce("USER_ID", SESSION)  # a session of nobody is asked for by its own id
        chosen = rows.select(
            USER=user, ITEM=subject, TYPE=kind.fill_null("").str.to_lowercase(), TIME="TIMESTAMP", SEQ=SEQ,
            AT=pl.col(AT).fill_null(0.0), PUT=pl.col(ROUTE) == WAS_PUT, ROW=ROW,
        )  # fmt: skip
        return chosen.filter(pl.col("USER").is_not_null() & pl.col("ITEM").is_not_null())

    def _part(self, rows: pl.LazyFrame) -> pl.DataFrame:
        """Return the latest events of some users, oldest first, in numbers."""
        for name, known in (("ITEM", self.items), ("TYPE", self.types)):
            numbers = known.to_frame(name).lazy().with_row_index("NUMBER")
            rows = rows.join(numbers, on=name).drop(name).rename({"NUMBER": name})
        ordered = rows.select("USER", "ROW", "ITEM", "TYPE", "TIME", pl.col("SEQ").cast(pl.UInt32))
        # How many of the same user and type come after: the latest ``most`` stay.
        later = pl.int_range(pl.len()).reverse().over("USER", "TYPE")
        latest = ordered.sort("USER", "TIME", "SEQ", "ROW").filter(later < self.most)
        grouped = latest.group_by("USER", maintain_order=True).agg(pl.col(_LISTS))
        return grouped.collect()
