"""Send a put plan: call by call, each answer in the journal before the next call."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from pdprep import clock
from pdprep.contract.contract import Contract
from pdprep.errors import ServiceError
from pdprep.ledger import contracts, layers
from pdprep.ledger.layers import CALL, POSITION
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import REJECTED, SENT, CallRow, PlanRow
from pdprep.personalize.clients import LOST, World, call
from pdprep.personalize.pace import Pace, backoff
from pdprep.personalize.polling import Stopped
from pdprep.personalize.puts import PUTS, arguments
from pdprep.personalize.resources import Dataset
from pdprep.progress import Listener, Progress

ATTEMPTS: Final = 8
HOPELESS: Final = 20  # so many records rejected and none taken: it is not the records
# Codes that say a record is wrong: sending it again would not help.
WRONG: Final = (
    "InvalidInputException",
    "ValidationException",
    "ParamValidationError",
    "SerializationException",
)
THROTTLED: Final = ("ThrottlingException", "TooManyRequestsException", "LimitExceededException")
BROKEN: Final = ("ResourceInUseException", "InternalFailure", "InternalServerError", "ServiceUnavailable")
AGAIN: Final = (*THROTTLED, *BROKEN, LOST)


@dataclass
class Tally:
    """What the answers of a plan add up to."""

    sent: int = 0
    rejected: int = 0
    reason: str = ""

    @property
    def answered(self) -> int:
        """Records with an answer, good or bad."""
        return self.sent + self.rejected

    def add(self, row: CallRow) -> None:
        """Count an answered call."""
        count = row.last - row.first + 1
        if row.outcome == SENT:
            self.sent += count
        else:
            self.rejected, self.reason = self.rejected + count, self.reason or row.reason


@dataclass(frozen=True)
class Sender:
    """One plan on its way to a dataset."""

    world: World
    ledger: Ledger
    plan: PlanRow
    dataset: Dataset
    tracking_id: str
    pace: Pace
    stop: threading.Event
    listener: Listener
    tally: Tally = field(default_factory=Tally)

    def send(self) -> Tally:
        """Send what has no answer yet, and return what all answers add up to.

        Raises:
            ServiceError: The service takes nothing, or cannot be reached; what was answered is written down.
            Stopped: Somebody asked to stop; the call in hand was finished.
        """
        contract = contracts.loads(self.plan.contract)
        for rows in self._unanswered():
            if self.stop.is_set():
                raise Stopped
            self._put(contract, rows)
        self.ledger.journal.finish_plan(self.plan)
        return self.tally

    def _unanswered(self) -> Iterator[pl.DataFrame]:
        frame = layers.read_plan(self.ledger, self.plan).collect()
        calls = self.ledger.journal.calls(self.plan)
        for row in calls:
            self.tally.add(row)
        self._tell()
        answered = {place for row in calls for place in range(row.first, row.last + 1)}
        left = frame.filter(~pl.col(POSITION).is_in(list(answered))) if answered else frame
        yield from left.partition_by(CALL, maintain_order=True)

    def _put(self, contract: Contract, rows: pl.DataFrame) -> None:
        """Put up to ten records; a rejected call is split until the bad record is alone."""
        try:
            self._call(contract, rows)
        except ServiceError as error:
            if error.code not in WRONG:
                raise
            if rows.height > 1:
                half = rows.height // 2
                self._put(contract, rows.head(half))
                self._put(contract, rows.tail(rows.height - half))
                return
            self._answer(rows, REJECTED, error.found)
            if not self.tally.sent and self.tally.rejected >= HOPELESS:
                # Given up, so that it does not stand before every later put; nothing of it counts as sent.
                self.ledger.journal.finish_plan(self.plan)
                raise
        else:
            self._answer(rows, SENT)

    def _call(self, contract: Contract, rows: pl.DataFrame) -> None:
        given = arguments(self.dataset, self.tracking_id, contract, rows)
        for attempt in range(1, ATTEMPTS + 1):
            self.pace.take(self.stop)
            try:
                call(self.world, "personalize-events", PUTS[self.dataset.kind].operation, **given)
                return
            except ServiceError as error:
                if error.code not in AGAIN or attempt == ATTEMPTS:
                    raise
                if error.code in THROTTLED:
                    self.pace.slow()
                if self.stop.wait(backoff(attempt)):
                    raise Stopped from error

    def _answer(self, rows: pl.DataFrame, outcome: str, reason: str = "") -> None:
        first, last = int(rows[POSITION][0]), int(rows[POSITION][-1])
        row = CallRow(self.plan.seq, first, last, outcome, reason, clock.now().timestamp())
        self.ledger.journal.answer(row)
        self.tally.add(row)
        self._tell()

    def _tell(self) -> None:
        self.listener(Progress("put", self.tally.answered, self.plan.records, "records"))
