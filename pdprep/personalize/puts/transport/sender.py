"""Send a put plan: several calls in flight, each answer in the journal before the next call goes.

What carries the calls is a Transport: boto3 on threads, or aiohttp on one. All else is the same for both.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from pdprep import clock
from pdprep.errors import ServiceError
from pdprep.ledger.rows import REJECTED, SENT, CallRow, PlanRow
from pdprep.personalize.aws.client import LOST
from pdprep.personalize.puts.calls import PutCall
from pdprep.personalize.puts.transport.rate_limiter import RateLimiter, backoff
from pdprep.personalize.resources.polling import Stopped
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
NAMELESS: Final = ("500", "502", "503", "504")  # a gateway between here and the service answered
AGAIN: Final = (*THROTTLED, *BROKEN, *NAMELESS, LOST)

Worker = Callable[[], Coroutine[Any, Any, None]]


class Transport(Protocol):
    """What carries calls to the service, and answers to the disk."""

    def run(self, worker: Worker) -> None:
        """Run as many workers at the same time as calls may be in flight, each to its end."""

    async def put(self, call: PutCall) -> None:
        """Send a call once; a ServiceError is the answer of a service that did not take it."""

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than until somebody wants to stop."""

    async def keep(self, row: CallRow) -> None:
        """Write an answer down; it is on the disk when this returns."""


@dataclass
class Answered:
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

    transport: Transport
    plan: PlanRow
    limiter: RateLimiter
    stop: threading.Event
    listener: Listener
    answered: Answered = field(default_factory=Answered)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _failed: list[BaseException] = field(default_factory=list)

    def send(self, runs: Iterator[list[PutCall]]) -> None:
        """Send calls, those of a run one after the other; ``answered`` counts the answers.

        Raises:
            ServiceError: The service takes nothing, or cannot be reached; what was answered is written down.
            Stopped: Somebody asked to stop; the calls in flight were finished.
        """
        self._tell()
        self.transport.run(lambda: self._work(runs))
        if self._failed:
            raise self._failed[0]

    async def _work(self, runs: Iterator[list[PutCall]]) -> None:
        try:
            while (run := self._next(runs)) is not None:
                for call in run:
                    await self._put(call)
        except BaseException as error:
            # The other workers see it before their next call; those in flight still get their answers.
            self._failed.append(error)

    def _next(self, runs: Iterator[list[PutCall]]) -> list[PutCall] | None:
        with self._guard:
            return next(runs, None)

    async def _put(self, call: PutCall) -> None:
        """Put up to ten records; a rejected call is split until the bad record is alone."""
        try:
            await self._call(call)
        except ServiceError as error:
            if error.code not in WRONG:
                raise
            # The service refuses a whole call for one bad record and does not say which: halves find it.
            if len(call.records) > 1:
                for half in call.halves():
                    await self._put(half)
                return
            await self._answer(call, REJECTED, error.found)
            if not self.answered.sent and self.answered.rejected >= HOPELESS:
                raise
        else:
            await self._answer(call, SENT)

    async def _call(self, call: PutCall) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            await self.transport.pause(self.limiter.reserve())
            if self._failed or self.stop.is_set():  # no further call where one has failed
                raise Stopped
            try:
                await self.transport.put(call)
                return
            except ServiceError as error:
                # A call whose reply is lost may have been taken. To send it again is safe: an event carries
                # the id that was made of it, and an item or user replaces itself.
                if error.code not in AGAIN or attempt == ATTEMPTS:
                    raise
                if error.code in THROTTLED:
                    self.limiter.slow()
            await self.transport.pause(backoff(attempt))

    async def _answer(self, call: PutCall, outcome: str, reason: str = "") -> None:
        # Written down before the next call goes: after a kill, what is not in the journal is sent again.
        row = CallRow(self.plan.seq, call.first, call.last, outcome, reason, clock.now().timestamp())
        await self.transport.keep(row)
        with self._guard:
            self.answered.add(row)
        self._tell()

    def _tell(self) -> None:
        self.listener(Progress("put", self.answered.answered, self.plan.records, "records"))
