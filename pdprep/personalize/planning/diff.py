"""A frame beside the ledger: what is new in it, what went already and by which route, what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.engine.distinct import key_hash
from pdprep.engine.run import Batch
from pdprep.ledger import identity, record_files
from pdprep.ledger.copartitioned import CoPartitioned
from pdprep.ledger.record_files import BULK, DIGEST
from pdprep.personalize.exports.compare import having, lacking
from pdprep.preparation.spread import BUCKET

EXAMPLES: Final = 3
_KEY, _ROW = "__key_hash", "__row_hash"


@dataclass(frozen=True)
class Balance:
    """How the records of a frame compare with what was sent.

    Attributes:
        new: Records whose key nobody has sent.
        in_bulk: Sent already, with the same values, by an import.
        in_put: Sent already, with the same values, by a put.
        in_both: Those of the two that went by both routes, and are counted in either.
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
        deleted: Records of users who have been deleted, and so look new.
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
    deleted: int = 0
    in_both: int = 0

    @property
    def lines(self) -> Iterator[str]:
        """What there is to say, line by line."""
        yield (
            f"{self.new:,} of them are new, {self.in_bulk:,} were imported and {self.in_put:,} put before"
            f"{f' ({self.in_both:,} of them both)' if self.in_both else ''}; "
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
        if self.deleted:
            yield f"{self.deleted:,} of them are of users who were deleted: new_only=True leaves them out"
        fresh = self.new - self.deleted
        if 0 < fresh < self.total:
            yield f"group.put(frame, new_only=True) sends the {fresh:,} that are new"

    @property
    def total(self) -> int:
        """Records of the frame."""
        return self.new + self.in_bulk + self.in_put - self.in_both + self.changed


@dataclass(frozen=True, slots=True)
class Tracker:
    """The event tracker of a dataset group. ``created``: seconds since 1970."""

    name: str
    created: int


class Difference:
    """Counts how a frame compares with what was sent, a batch at a time beside the ledger's same ids.

    Records are compared by two hashes of 64 bits, of their key and of all their values: among ten million
    beside as many, two that meet by chance are one case in a hundred thousand.
    """

    def __init__(
        self, contract: Contract, held: Sequence[pl.LazyFrame], folder: Path, tracker: Tracker | None = None
    ) -> None:
        """Read the ledger, once.

        Args:
            contract: The contract of the frame.
            held: What ``record_files.scan`` returned.
            folder: An empty place for files, which is there until the result was asked for.
            tracker: What takes the events of an application, where there is one.
        """
        self._names = {_KEY: identity.key(contract), _ROW: list(contract.columns)}
        self._every = [record_files.like(each, contract) for each in held]
        # Where nothing was sent every record is new, and none is compared.
        self._sent = CoPartitioned(self._every, contract.key, folder, [*self._hashes, BULK]) if held else None
        cutoff = _cutoff(contract, [each for each in held if DIGEST in each.collect_schema()])
        live = tracker if contract.dataset == "interactions" else None
        # An application may send events by the tracker without us, so whatever happened since may be there.
        first = live if live and (cutoff is None or live.created < cutoff) else None
        self._found = Balance(
            cutoff=first.created if first else cutoff, tracker=first.name if first else "",
            events=contract.event_like,
        )  # fmt: skip
        self._seen: list[pl.Series] = []  # keys of the pieces of a partition that is not over
        self._lacking: list[int] = []

    @property
    def _hashes(self) -> list[pl.Expr]:
        return [key_hash(names).alias(name) for name, names in self._names.items()]

    def update(self, batch: Batch) -> None:
        """Compare the next records of the frame."""
        if batch.rows.height:
            if self._sent is None:
                self._found = replace(self._found, new=self._found.new + batch.rows.height)
            else:
                mine, last = batch.rows.select(self._hashes), int(batch.rows[BUCKET][-1])
                self._compare(mine, self._sent.upto(last, batch.whole), None if batch.whole else last)
            if self._found.cutoff is not None:
                late = int((batch.rows["TIMESTAMP"] >= self._found.cutoff).sum())
                self._found = replace(self._found, overlap=self._found.overlap + late)

    def merge(self, other: Difference) -> None:
        """Take over what another pass, over other ids, has found."""
        self._found = _sum(self._found, other._found)

    @property
    def result(self) -> Balance:
        """What was found, with what the ledger has of the ids that the frame does not have."""
        if self._sent is None:
            return self._found
        # The buckets after the frame's last one are the ledger's alone.
        self._compare(pl.DataFrame(schema={_KEY: pl.UInt64, _ROW: pl.UInt64}), self._sent.upto(255), None)
        if not self._lacking:
            return self._found
        # Only hashes were kept: the few keys that are shown are looked up once more.
        key, shown = pl.col(_KEY), pl.concat_str(self._names[_KEY], separator="/", ignore_nulls=True)
        sent = pl.concat([each.filter(pl.col(BULK)) for each in self._every])
        named = sent.select(shown.alias("shown"), self._hashes[0]).filter(key.is_in(self._lacking))
        known = dict(named.select(_KEY, "shown").collect(engine="streaming").iter_rows())
        return replace(self._found, examples=tuple(known[each] for each in self._lacking))

    def _compare(self, mine: pl.DataFrame, sent: pl.DataFrame, begun: int | None) -> None:
        """Count records beside the ledger's; those of a bucket that has only begun are not missed yet."""
        # Most often a record is there as it is: whoever has all its values has its key too, so that one join
        # settles these, and the key is asked of the others alone.
        others = lacking(mine, sent, [_ROW])
        changed = having(others, sent, [_KEY])
        bulk, in_bulk, in_put, in_both, changed_put = sent, mine.height - others.height, 0, 0, 0
        if not sent[BULK].all():
            bulk, put = sent.filter(pl.col(BULK)), sent.filter(~pl.col(BULK))
            imported = having(mine, bulk, [_ROW])
            in_bulk, in_put = imported.height, having(mine, put, [_ROW]).height
            in_both = having(imported, put, [_ROW]).height
            changed_put = having(changed, put, [_KEY]).height
        self._seen.append(mine[_KEY])
        left = lacking(bulk, pl.concat(self._seen).to_frame(), [_KEY])
        if begun is None:
            self._seen.clear()
        else:
            left = left.filter(pl.col(BUCKET) < begun)
        left = left.unique(_KEY, maintain_order=True)
        self._lacking += left[_KEY].head(EXAMPLES - len(self._lacking)).to_list()
        more = Balance(
            others.height - changed.height, in_bulk, in_put, changed.height, changed_put, left.height,
            in_both=in_both,
        )  # fmt: skip
        self._found = _sum(self._found, more)


def _sum(one: Balance, more: Balance) -> Balance:
    return Balance(
        one.new + more.new, one.in_bulk + more.in_bulk, one.in_put + more.in_put, one.changed + more.changed,
        one.changed_put + more.changed_put, one.lacks + more.lacks, (one.examples + more.examples)[:EXAMPLES],
        one.overlap + more.overlap, one.cutoff, one.tracker, one.events, in_both=one.in_both + more.in_both,
    )  # fmt: skip


def _cutoff(contract: Contract, put: Sequence[pl.LazyFrame]) -> int | None:
    """Return the time of the earliest event that was put."""
    if not contract.event_like or not put:
        return None
    earliest = pl.concat([each.select(pl.col("TIMESTAMP").min()) for each in put]).collect()
    found: int | None = earliest.select(pl.col("TIMESTAMP").min()).item()
    return found
