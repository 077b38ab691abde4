"""boto3 as the transport of a put: a few threads, each of which waits for the answer to its call."""

from __future__ import annotations

import contextvars
import json
import threading
from contextlib import suppress

from pdprep.ledger.answers import Answers
from pdprep.ledger.rows import CallRow
from pdprep.personalize.aws.client import call as ask
from pdprep.personalize.puts.calls import PutCall
from pdprep.personalize.puts.transport.operations import PUTS, Destination
from pdprep.personalize.puts.transport.sender import Worker


class Boto3Transport:
    """Calls by boto3. A thread waits where its worker awaits, so a worker never gives way to another."""

    def __init__(self, destination: Destination, answers: Answers, stop: threading.Event) -> None:
        self._destination, self._answers, self._stop = destination, answers, stop

    def run(self, worker: Worker) -> None:
        """Run each worker on a thread of its own."""
        # Plain threads: an executor takes no work once a script's last line has run, and a job goes on then.
        threads = [
            threading.Thread(target=contextvars.copy_context().run, args=(_finish, worker))
            for _ in range(self._destination.environment.in_flight)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    async def put(self, call: PutCall) -> None:
        """Send a call and wait for the answer."""
        arguments = json.loads(self._destination.body(call))
        ask(
            self._destination.environment,
            "personalize-events",
            PUTS[self._destination.dataset.kind].operation,
            **arguments,
        )

    async def pause(self, seconds: float) -> None:
        """Wait."""
        self._stop.wait(seconds)

    async def keep(self, row: CallRow) -> None:
        """Write an answer down."""
        self._answers.add(row)


def _finish(worker: Worker) -> None:
    """Run a coroutine to its end; nothing in it gives way, so one step is all of it."""
    with suppress(StopIteration):
        worker().send(None)
