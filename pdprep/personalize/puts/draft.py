"""The records of a put, brought into the order in which they go on disk: a batch of them is in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.engine.run import Batch
from pdprep.personalize.puts import batches
from pdprep.personalize.puts.batches import EVENT_ORDER
from pdprep.preparation.spread import BUCKET, BUCKETS

SAMPLED: Final = 2_000  # one record of so many tells where to cut
BATCH: Final = 100_000  # events, about
BATCH_ROWS: Final = 20_000  # of a file, read as a whole


@dataclass(frozen=True, slots=True)
class _Run:
    """A file of records in order.

    Attributes:
        group: Runs of one group are pieces of one partition: the same id may be in several.
        bucket: The last bucket of its records.
    """

    file: Path
    rows: int
    group: int
    bucket: int


@dataclass(frozen=True, eq=False)
class PutBatch:
    """Records in order, the last of their buckets, and whether that one is over.

    Events come by user and not by bucket; of theirs the last is that of all.
    """

    rows: pl.DataFrame
    bucket: int
    whole: bool


class Draft:
    """Takes the batches of a pass, and gives their records in the order of their calls.

    All events of one user are in one partition, so a run that is in order meets the others of its users
    nowhere else. The order of all is then made a range of users at a time.
    """

    def __init__(self, contract: Contract, folder: Path) -> None:
        """Begin with no records.

        Args:
            contract: What ``batches.put_contract`` returned.
            folder: An empty place for files, which is there until the last record was given.
        """
        self._contract, self._folder = contract, folder
        self._runs: list[_Run] = []
        self._samples: list[pl.DataFrame] = []
        self._group = 0

    def take(self, batch: Batch) -> None:
        """Put the records of a batch in order and keep them on disk."""
        if batch.rows.height:
            found = batches.ordered(self._contract, batch.rows)
            file = self._folder / f"{len(self._runs):05d}.ipc"
            found.write_ipc(file, record_batch_size=BATCH_ROWS)
            last = int(batch.rows[BUCKET][-1])
            self._runs.append(_Run(file, found.height, self._group, last))
            if self._contract.event_like:
                self._samples.append(_keys(found).gather_every(SAMPLED))
        self._group += batch.whole

    def in_order(self) -> Iterator[PutBatch]:
        """Yield the records in the order of their calls."""
        if self._contract.event_like:
            yield from (PutBatch(rows, BUCKETS - 1, True) for rows in self._events())
        else:
            yield from self._subjects()

    def _subjects(self) -> Iterator[PutBatch]:
        key = self._contract.key
        for place, run in enumerate(self._runs):
            rows = pl.scan_ipc(run.file, glob=False).collect()
            others = [later for later in self._runs[place + 1 :] if later.group == run.group]
            for later in others:  # the last record of an id goes
                ids = pl.scan_ipc(later.file, glob=False).select(key).collect()
                rows = rows.join(ids, on=key, how="anti", maintain_order="left")
            yield PutBatch(rows, run.bucket, not others)

    def _events(self) -> Iterator[pl.DataFrame]:
        if not self._runs:
            return
        sampled = pl.concat(self._samples).sort(EVENT_ORDER)
        # A sample tells where to cut, so that each range is about a batch. Each run, which is in order, gives
        # its own piece of the range, and only these pieces are in memory and sorted.
        apart = BATCH // SAMPLED
        cuts = sampled.gather_every(apart, apart).unique(maintain_order=True).rows()
        places = [[0, *_places(run.file, cuts), run.rows] for run in self._runs]
        for number in range(len(cuts) + 1):
            parts = [
                pl.scan_ipc(run.file, glob=False).slice(at[number], at[number + 1] - at[number]).collect()
                for run, at in zip(self._runs, places, strict=True)
                if at[number + 1] > at[number]
            ]
            if parts:  # what is equal in the order stays as it came
                yield pl.concat(parts).sort(EVENT_ORDER, maintain_order=True)


def _keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Return what orders events; a missing text comes first, as the empty one does."""
    return rows.select(EVENT_ORDER).with_columns(pl.col(pl.String).fill_null(""))


def _places(file: Path, cuts: Sequence[tuple[Any, ...]]) -> list[int]:
    """Return for each cut how many records of a run come before it."""
    keys = _keys(pl.scan_ipc(file, glob=False).select(EVENT_ORDER).collect())
    found = []
    for user, session, time in cuts:
        low, high = (int(keys["USER_ID"].search_sorted(user, side)) for side in ("left", "right"))
        own, name = keys.slice(low, high - low), pl.col("SESSION_ID")
        before = (name < session) | ((name == session) & (pl.col("TIMESTAMP") < time))
        found.append(low + own.filter(before).height)
    return found
