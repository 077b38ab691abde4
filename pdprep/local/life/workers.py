"""Jobs on threads of their own: the work at once, the effect when the clock says so, in one transaction."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from pdprep.local.life.clock import Clock
from pdprep.local.life.kinds import KINDS
from pdprep.local.life.resources import WAITING, Resource, Resources
from pdprep.local.refusals import FULL, full

Commit = Callable[[], dict[str, object] | None]
Job = Callable[[Resource], Commit]
log = logging.getLogger("pdprep.local")


class JobFailed(Exception):  # noqa: N818 - the service's own word
    """The job ends in its failed status with this reason."""


class Workers:
    """Run jobs. One at a time does the heavy part, so that memory stays bounded."""

    def __init__(
        self, resources: Resources, clock: Clock, transaction: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._resources, self._clock, self._transaction = resources, clock, transaction
        self._stopped = threading.Event()
        self._heavy = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}
        self.jobs: dict[str, Job] = {}

    def start(self, arn: str, wait: float = 0.0) -> None:
        """Begin a job; return when it ended or ``wait`` seconds passed."""
        thread = threading.Thread(target=self._run, args=(arn,), name=f"job {arn}", daemon=True)
        self._threads[arn] = thread
        thread.start()
        if wait:
            thread.join(wait)

    def resume(self) -> None:
        """Begin again every accepted job that has not ended."""
        for kind in self.jobs:
            for resource in reversed(self._resources.list(kind)):  # oldest first, as they were accepted
                if resource.work == WAITING:
                    self.start(resource.arn)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Do heavy work that is no job while no job does any."""
        with self._heavy:
            yield

    def busy(self) -> int:
        """Count the jobs that run."""
        return sum(thread.is_alive() for thread in list(self._threads.values()))

    def settle(self, seconds: float = 60.0) -> None:
        """Wait for every job whose time has come."""
        end = time.monotonic() + seconds
        while self._due() and time.monotonic() < end:
            time.sleep(0.01)

    def stop(self) -> None:
        """Leave the jobs where they are; ``resume`` of the next server begins them again."""
        self._stopped.set()
        for thread in list(self._threads.values()):
            thread.join(10)  # one that takes longer ends with the process, and its work is done again

    def _due(self) -> bool:
        alive = [arn for arn, thread in list(self._threads.items()) if thread.is_alive()]
        known = (self._resources.find(arn) for arn in alive)
        return any(found and self._moment(found) <= self._clock.now() for found in known)

    def _moment(self, resource: Resource) -> float:
        # Where the clock went back since, the work began no later than now.
        since = min(resource.created, self._clock.now())
        return self._clock.due(since, KINDS[resource.kind].times)

    def _run(self, arn: str) -> None:
        try:
            self._work(self._resources.get(arn))
        except Exception as error:
            if not self._stopped.is_set():
                log.exception("the job %s ended unexpectedly", arn)
                reason = FULL if full(error) else "Internal error of the local Personalize; see its log."
                # The store itself may be what failed; the next server begins it again.
                with suppress(Exception):
                    self._resources.finish(arn, reason)
        finally:
            self._threads.pop(arn, None)

    def _work(self, resource: Resource) -> None:
        reason = ""
        commit: Commit = _nothing
        try:
            with self._heavy:  # it writes files that nothing lists yet
                commit = self.jobs[resource.kind](resource)
        except JobFailed as failure:
            reason = str(failure)
        self._clock.wait_until(self._moment(resource), self._stopped)
        if self._stopped.is_set():
            return
        # Effect and end together: killed before, the work is done again, and nothing counts twice.
        with self._transaction():
            self._resources.finish(resource.arn, reason, **(commit() or {}))


def _nothing() -> None:
    return None
