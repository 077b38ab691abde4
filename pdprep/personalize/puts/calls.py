"""The calls of a put plan: up to ten records each, those of one user and session in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.contract.payload_texts import senders, texts
from pdprep.ledger.record_files import CALL, POSITION


@dataclass(frozen=True, slots=True)
class PutCall:
    """Up to ten records that go together.

    Attributes:
        first: The position of the first record in the plan; the others follow it.
        records: As the service takes them, each as JSON text.
        sender: User and session of a call of interactions, as JSON text; empty for others.
    """

    first: int
    records: tuple[str, ...]
    sender: str = ""

    @property
    def last(self) -> int:
        """The position of the last record."""
        return self.first + len(self.records) - 1

    def halves(self) -> tuple[PutCall, PutCall]:
        """Return two calls of half the records each."""
        half = len(self.records) // 2
        front = PutCall(self.first, self.records[:half], self.sender)
        return front, PutCall(self.first + half, self.records[half:], self.sender)


def runs(contract: Contract, frames: Iterable[pl.DataFrame]) -> Iterator[list[PutCall]]:
    """Yield calls that must go one after the other; other runs may go at the same time.

    Args:
        contract: The contract of the plan, put-only fields included.
        frames: Records of the plan in order, cut between calls; each is read when its calls are wanted.
    """
    calls = (call for frame in frames for call in _calls(contract, frame))
    if contract.dataset != "interactions":
        yield from ([call] for _, call in calls)
        return
    # By user and not by session: no two calls about one user are in flight together.
    for _, same in groupby(calls, key=lambda each: each[0]):
        yield [call for _, call in same]


def _calls(contract: Contract, frame: pl.DataFrame) -> Iterator[tuple[str | None, PutCall]]:
    """Yield calls, each with the user it is of."""
    starts = _starts(frame)
    users, whose = _heads(frame[starts]) if contract.dataset == "interactions" else ([], [])
    records, places = tuple(texts(contract, frame)), frame[POSITION].gather(starts).to_list()
    for number, (start, end) in enumerate(pairwise([*starts, frame.height])):
        user, sender = (users[number], whose[number]) if users else (None, "")
        yield user, PutCall(places[number], records[start:end], sender)


def _starts(frame: pl.DataFrame) -> list[int]:
    """Return the rows with which a call begins. A gap is a record that an earlier attempt has settled."""
    same = (pl.col(CALL) == pl.col(CALL).shift()) & (pl.col(POSITION) == pl.col(POSITION).shift() + 1)
    return frame.select((~same.fill_null(False)).arg_true()).to_series().to_list()


def _heads(frame: pl.DataFrame) -> tuple[list[str | None], list[str]]:
    return frame["USER_ID"].to_list(), senders(frame).to_list()
