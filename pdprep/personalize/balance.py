"""A frame beside the ledger: what is new in it, what went already and by which road, what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import layers
from pdprep.ledger.layers import BULK
from pdprep.ledger.shares import shares
from pdprep.personalize.compare import having, lacking

EXAMPLES: Final = 3


@dataclass(frozen=True)
class Balance:
    """How the records of a frame stand to what was sent.

    Attributes:
        new: Records whose key nobody has sent.
        in_bulk: Sent already, with the same values, by an import.
        in_put: Sent already, with the same values, by a put (some of them by both roads).
        changed: The same key with other values; an INCREMENTAL import of events adds such a record beside.
        changed_put: Those of them whose older version is in the put layer, where no import replaces it.
        lacks: Bulk records whose key the frame does not have: a FULL import removes them.
        examples: The keys of the first of those.
        overlap: Events not earlier than the earliest event that was put, or than the event tracker.
        cutoff: The time of that event, or of the tracker's creation, in seconds since 1970.
        tracker: The event tracker, where its creation is the cut-off: what it took is unknown here.
        events: Whether these are events, which carry no id and so replace nothing.
        nulled: Fields that the frame leaves out, with the number of known values that a put, or an import in
            mode INCREMENTAL, would make null.
    """

    new: int = 0
    in_bulk: int = 0
    in_put: int = 0
    changed: int = 0
    changed_put: int = 0
    lacks: int = 0
    examples: tuple[str, ...] = ()
    overlap: int = 0
    cutoff: int | None = None
    tracker: str = ""
    events: bool = False
    nulled: tuple[tuple[str, int], ...] = ()

    @property
    def lines(self) -> Iterator[str]:
        """What there is to say, line by line."""
        yield (
            f"{self.new:,} of them are new, {self.in_bulk:,} were imported and {self.in_put:,} put before; "
            f"{self.changed:,} have other values ({self.changed_put:,} of them in the put layer)"
        )
        if self.lacks:
            shown = ", ".join(self.examples)
            yield f"a FULL import removes {self.lacks:,} that are not in it, such as {shown}"
        if self.cutoff is not None and self.overlap:
            day = datetime.fromtimestamp(self.cutoff, UTC)
            first = (
                f"the event tracker {self.tracker}, which may have taken them"
                if self.tracker
                else "the first event that was put"
            )
            yield (
                f"{self.overlap:,} are not earlier than {first} ({day:%Y-%m-%d %H:%M} UTC): to import "
                f"no event twice, filter by TIMESTAMP < {self.cutoff}"
            )
        if self.changed and self.events:
            yield f"only a FULL import corrects the {self.changed:,}; others add them beside the old ones"
        if self.changed_put:
            put = "a put of the same id" if not self.events else "nothing"
            yield f"{put} replaces the {self.changed_put:,} that stand in the put layer; no import does"
        if self.nulled:
            found = ", ".join(f"{name} of {count:,}" for name, count in self.nulled)
            yield (
                f"the frame leaves out fields that are known: a put, or an INCREMENTAL import, makes {found} "
                "null; group.put(frame, fill=True) sends the known values along"
            )
        if self.new and self.new < self.total:
            yield f"group.put(frame, new_only=True) sends the {self.new:,} that are new"

    @property
    def total(self) -> int:
        """Records of the frame, those that went by both roads counted twice."""
        return self.new + self.in_bulk + self.in_put + self.changed


@dataclass(frozen=True, slots=True)
class Tracker:
    """The event tracker of a dataset group. ``created``: seconds since 1970."""

    name: str
    created: int


def balance(
    contract: Contract, frame: pl.LazyFrame, held: list[pl.LazyFrame], tracker: Tracker | None = None
) -> Balance:
    """Count how a frame stands to what was sent.

    Args:
        contract: The contract of the frame.
        frame: Its records.
        held: What ``layers.scan`` returned.
        tracker: What takes the events of an application, where there is one.
    """
    frames = held or [layers.empty(contract)]
    every = pl.concat([layers.like(each, contract) for each in frames], how="diagonal_relaxed")
    cutoff, live = _cutoff(contract, every), tracker if contract.dataset == "interactions" else None
    if live and (cutoff is None or live.created < cutoff):
        found = Balance(cutoff=live.created, overlap=_overlap(frame, live.created), tracker=live.name)
    else:
        found = Balance(cutoff=cutoff, overlap=_overlap(frame, cutoff))
    found = replace(found, events=contract.event_like)
    for mine, sent in shares([frame.select(contract.columns), every], contract.key):
        found = _sum(found, _share(contract, mine.collect(), sent.collect()))
    return found


def _share(contract: Contract, mine: pl.DataFrame, sent: pl.DataFrame) -> Balance:
    on, columns = layers.key(contract), list(contract.columns)
    bulk, put = sent.filter(pl.col(BULK)), sent.filter(~pl.col(BULK))
    known = having(mine, sent, on)
    changed = lacking(known, sent, columns)
    left = lacking(bulk, mine, on).unique(on, maintain_order=True)
    shown = left.head(EXAMPLES).select(pl.concat_str(pl.col(on), separator="/", ignore_nulls=True))
    return Balance(
        mine.height - known.height, having(mine, bulk, columns).height, having(mine, put, columns).height,
        changed.height, having(changed, put, on).height, left.height, tuple(shown.to_series()),
    )  # fmt: skip


def _sum(one: Balance, more: Balance) -> Balance:
    return Balance(
        one.new + more.new, one.in_bulk + more.in_bulk, one.in_put + more.in_put, one.changed + more.changed,
        one.changed_put + more.changed_put, one.lacks + more.lacks, (one.examples + more.examples)[:EXAMPLES],
        one.overlap, one.cutoff, one.tracker, one.events,
    )  # fmt: skip


def _cutoff(contract: Contract, every: pl.LazyFrame) -> int | None:
    if not contract.event_like:
        return None
    found: int | None = every.filter(~pl.col(BULK)).select(pl.col("TIMESTAMP").min()).collect().item()
    return found


def _overlap(frame: pl.LazyFrame, cutoff: int | None) -> int:
    if cutoff is None:
        return 0
    return int(frame.filter(pl.col("TIMESTAMP") >= cutoff).select(pl.len()).collect().item())
