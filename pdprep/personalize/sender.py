"""Send a put plan: several calls in flight, each answer in the journal before its thread goes on."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pdprep import clock
from pdprep.errors import ServiceError
from pdprep.ledger.answers import Answers
from pdprep.ledger.rows import REJECTED, SENT, CallRow, PlanRow
from pdprep.personalize.calls import Call
from pdprep.personalize.clients import LOST, World
from pdprep.personalize.clients import call as ask
from pdprep.personalize.pace import Pace, backoff
from pdprep.personalize.polling import Stopped
from pdprep.personalize.puts import PUTS, arguments
from pdprep.personalize.resources import Dataset
from pdprep.progress import Listener, Progress

ATTEMPTS: Final = 10
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


@dataclass
class Sender:
    """One plan on its way to a dataset."""

    world: World
    plan: PlanRow
    dataset: Dataset
    tracking_id: str
    answers: Answers
    pace: Pace
    stop: threading.Event
    listener: Listener
    tally: Tally = field(default_factory=Tally)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _failed: list[BaseException] = field(default_factory=list)

    def send(self, runs: Iterator[list[Call]]) -> None:
        """Send calls, those of a run one after the other; ``tally`` counts the answers.

        Raises:
            ServiceError: The service takes nothing, or cannot be reached; what was answered is written down.
            Stopped: Somebody asked to stop; the calls in flight were finished.
        """
        self._tell()
        # Plain threads: an executor takes no work once a script's last line has run, and a job goes on then.
        threads = [
            threading.Thread(target=contextvars.copy_context().run, args=(self._work, runs))
            for _ in range(self.world.in_flight)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._failed:
            raise self._failed[0]

    def _work(self, runs: Iterator[list[Call]]) -> None:
        try:
            while (run := self._next(runs)) is not None:
                for call in run:
                    self._check()
                    self._put(call)
        except BaseException as error:
            self._failed.append(error)

    def _next(self, runs: Iterator[list[Call]]) -> list[Call] | None:
        with self._guard:
            return next(runs, None)

    def _check(self) -> None:
        """Begin no further call where one has failed or somebody asked to stop."""
        if self._failed or self.stop.is_set():
            raise Stopped

    def _put(self, call: Call) -> None:
        """Put up to ten records; a rejected call is split until the bad record is alone."""
        try:
            self._call(call)
        except ServiceError as error:
            if error.code not in WRONG:
                raise
            if len(call.records) > 1:
                for half in call.halves():
                    self._put(half)
                return
            self._answer(call, REJECTED, error.found)
            if not self.tally.sent and self.tally.rejected >= HOPELESS:
                raise
        else:
            self._answer(call, SENT)

    def _call(self, call: Call) -> None:
        given = arguments(self.dataset, self.tracking_id, call)
        operation = PUTS[self.dataset.kind].operation
        for attempt in range(1, ATTEMPTS + 1):
            self.pace.take(self.stop)
            try:
                ask(self.world, "personalize-events", operation, **given)
                return
            except ServiceError as error:
                if error.code not in AGAIN or attempt == ATTEMPTS:
                    raise
                if error.code in THROTTLED:
                    self.pace.slow()
                if self.stop.wait(backoff(attempt)):
                    raise Stopped from error

    def _answer(self, call: Call, outcome: str, reason: str = "") -> None:
        row = CallRow(self.plan.seq, call.first, call.last, outcome, reason, clock.now().timestamp())
        self.answers.add(row)
        with self._guard:
            self.tally.add(row)
        self._tell()

    def _tell(self) -> None:
        self.listener(Progress("put", self.tally.answered, self.plan.records, "records"))
