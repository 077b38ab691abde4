"""The calls of a put plan: up to ten records each, those of one user and session in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.contract.payloads import records
from pdprep.ledger.layers import CALL, POSITION

_CHUNK: Final = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """Up to ten records that go together.

    Attributes:
        first: The position of the first record in the plan; the others follow it.
        records: As the service takes them.
        whose: User and session of each event; a user of None is anonymous.
    """

    first: int
    records: tuple[dict[str, Any], ...]
    whose: tuple[tuple[str | None, str | None], ...]

    @property
    def last(self) -> int:
        """The position of the last record."""
        return self.first + len(self.records) - 1

    def halves(self) -> tuple[Call, Call]:
        """Return two calls of half the records each."""
        half = len(self.records) // 2
        front = Call(self.first, self.records[:half], self.whose[:half])
        return front, Call(self.first + half, self.records[half:], self.whose[half:])


def runs(contract: Contract, frame: pl.DataFrame) -> Iterator[list[Call]]:
    """Yield calls that must go one after the other; other runs may go at the same time.

    Args:
        contract: The contract of the plan, put-only fields included.
        frame: Records of the plan in order.
    """
    calls = (call for chunk in _chunks(frame) for call in _calls(contract, chunk))
    if contract.dataset != "interactions":
        yield from ([call] for call in calls)
        return
    for _, same in groupby(calls, key=lambda call: call.whose[0]):
        yield list(same)


def _chunks(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut a frame into pieces of whole calls."""
    place = (pl.col(CALL) // _CHUNK).alias("__chunk")
    yield from frame.with_columns(place).partition_by("__chunk", maintain_order=True, include_key=False)


def _calls(contract: Contract, frame: pl.DataFrame) -> Iterator[Call]:
    sent, whose = records(contract, frame), _whose(contract, frame)
    places, numbers = frame[POSITION].to_list(), frame[CALL].to_list()
    start = 0
    for row in range(1, frame.height + 1):
        # A gap is a record that an earlier attempt has settled already.
        if row < frame.height and numbers[row] == numbers[start] and places[row] == places[row - 1] + 1:
            continue
        yield Call(places[start], tuple(sent[start:row]), tuple(whose[start:row]))
        start = row


def _whose(contract: Contract, frame: pl.DataFrame) -> list[tuple[str | None, str | None]]:
    if not contract.event_like:
        return [(None, None)] * frame.height
    return frame.select("USER_ID", "SESSION_ID").rows()
