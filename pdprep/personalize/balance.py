"""A frame beside the ledger: what is new in it, what went already and by which road, what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
        overlap: Events not earlier than the earliest event that was put.
        cutoff: The time of that event, in seconds since 1970.
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
            yield (
                f"{self.overlap:,} are not earlier than the first event that was put "
                f"({day:%Y-%m-%d %H:%M} UTC): to import no event twice, filter by TIMESTAMP < {self.cutoff}"
            )


def balance(contract: Contract, frame: pl.LazyFrame, held: list[pl.LazyFrame]) -> Balance:
    """Count how a frame stands to what was sent.

    Args:
        contract: The contract of the frame.
        frame: Its records.
        held: What ``layers.scan`` returned.
    """
    frames = held or [layers.empty(contract)]
    every = pl.concat([_like(each, contract) for each in frames], how="diagonal_relaxed")
    cutoff = _cutoff(contract, every)
    found = Balance(cutoff=cutoff, overlap=_overlap(frame, cutoff))
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
        one.overlap, one.cutoff,
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


def _like(frame: pl.LazyFrame, contract: Contract) -> pl.LazyFrame:
    have = frame.collect_schema()
    blank = [pl.lit(None).alias(name) for name in contract.columns if name not in have]
    return frame.with_columns(blank).select(*contract.columns, BULK)
