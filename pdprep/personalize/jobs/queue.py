"""One job at a time on a dataset: jobs of this process as they came, others by the dataset's lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar
from weakref import WeakValueDictionary

from pdprep import interrupts
from pdprep.errors import JobError
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.status import Status
from pdprep.personalize.jobs.job import Callback, Job
from pdprep.personalize.jobs.kind import JobKind
from pdprep.personalize.resources.polling import Stopped

POLL_SECONDS: Final = 0.05

# A job that is not over is held by its thread.
_last: WeakValueDictionary[tuple[Path, str], Job] = WeakValueDictionary()
_guard = threading.Lock()


class JobRequest(Protocol):
    """What somebody asked for."""

    @property
    def ledger(self) -> Ledger:
        """The ledger that keeps the facts."""


A = TypeVar("A", bound=JobRequest)


def begin(kind: JobKind[A], asked: A, on_start: Callback | None = None, *, queue: bool = True) -> Job:
    """Start a job of a kind.

    Args:
        kind: What sort of job.
        asked: What it is to do.
        on_start: Takes the job as soon as it runs.
        queue: Whether it waits for the jobs of this process that came before it on its dataset.

    Raises:
        Interrupted: Ctrl-C came as it began; the job is stopped.
    """
    job: Job | None = None
    try:
        # A job that is in the ledger, or runs, and that nobody holds yet could not be stopped.
        with interrupts.held():
            job = Job(kind.prepare(asked), asked.ledger, again=kind.again)
            before = enqueue(asked.ledger, job) if queue else None
            # No closure: the traceback of an error would hold what it holds, so the frame.
            job.start(partial(_run, kind, asked, before))
            if on_start:
                on_start(job)
    except KeyboardInterrupt:
        if job is None:
            raise
        raise job.interrupted() from None
    return job


def _run(kind: JobKind[A], asked: A, before: Job | None, job: Job) -> None:
    kind.run(asked, job, before)


def enqueue(ledger: Ledger, job: Job) -> Job | None:
    """Put a job at the end of its dataset's queue and return the unfinished job before it."""
    with _guard:
        key = (ledger.folder, job.dataset)
        before, _last[key] = _last.get(key), job
    return before if before is not None and not before.finished else None


@contextmanager
def turn(ledger: Ledger, job: Job, before: Job | None, judge: Callable[[], None]) -> Iterator[None]:
    """Wait for the job before this one, then hold the dataset's lock inside the block.

    Args:
        ledger: The ledger of the dataset group.
        job: The job that waits.
        before: The job of this process before it.
        judge: Accepts or refuses the job. It is asked as soon as the job has to wait, so that whoever began
            it hears of a broken rule now and not when its turn comes.

    Raises:
        JobError: The job is a put and the import before it failed.
        Stopped: Somebody asked the job to stop meanwhile.
    """
    # The queue keeps the order in which this process was asked; the lock keeps other processes out.
    if before is not None:
        _wait_for(job, before, judge)
    with holding(ledger, job, job.dataset, judge):
        job.update(status=Status.RUNNING, note="")
        yield


@contextmanager
def holding(
    ledger: Ledger, job: Job, dataset: str, judge: Callable[[], None] | None = None
) -> Iterator[None]:
    """Hold a dataset's lock inside the block; where it has to wait for that, ``judge`` the job meanwhile.

    Raises:
        Stopped: Somebody asked the job to stop while it waited.
    """
    lock = ledger.lock(dataset)
    while not lock.take():
        job.update(note=f"waits for another job that works on {dataset}")
        if judge is not None and not job.accepted:
            judge()
        # A lock of the file system wakes nobody, so it is polled.
        if job.stopping.wait(POLL_SECONDS):
            raise Stopped
    try:
        yield
    finally:
        lock.free()


def _wait_for(job: Job, before: Job, judge: Callable[[], None]) -> None:
    job.update(note=f"waits for {before.id}")
    _until(job, lambda: before.decided)  # then it is known what it will have done
    if not before.finished and not job.accepted:
        judge()
    _until(job, lambda: before.finished)
    if job.route == "put" and before.route == "bulk" and before.error is not None:
        raise JobError(
            f"{job.id} was not begun: {before.id} before it ended in {before.status}",
            "a bulk import that is ACTIVE before records are put",
            f"group.put(frame)  # once what made {before.id} fail is fixed",
        )


def _until(job: Job, true: Callable[[], bool]) -> None:
    while not true():
        if job.stopping.wait(POLL_SECONDS):
            raise Stopped
