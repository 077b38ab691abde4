"""One job at a time on a dataset: jobs of this process as they came, others by the dataset's lock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pdprep.errors import JobError
from pdprep.ledger.ledger import Ledger
from pdprep.personalize.jobs import Job
from pdprep.personalize.polling import Stopped

POLL_SECONDS: Final = 0.05

_last: dict[tuple[Path, str], Job] = {}
_guard = threading.Lock()


def enqueue(ledger: Ledger, job: Job) -> Job | None:
    """Put a job at the end of its dataset's queue and return the unfinished job before it."""
    with _guard:
        key = (ledger.folder, job.dataset)
        before, _last[key] = _last.get(key), job
    return before if before is not None and not before.finished else None


@contextmanager
def turn(ledger: Ledger, job: Job, before: Job | None) -> Iterator[None]:
    """Wait for the job before this one, then hold the dataset's lock inside the block.

    Raises:
        JobError: The job is a put and the import before it failed.
        Stopped: Somebody asked the job to stop meanwhile.
    """
    if before is not None:
        _wait_for(job, before)
    with holding(ledger, job, job.dataset):
        job.update(status="RUNNING", note="")
        yield


@contextmanager
def holding(ledger: Ledger, job: Job, dataset: str) -> Iterator[None]:
    """Hold a dataset's lock inside the block.

    Raises:
        Stopped: Somebody asked the job to stop while it waited.
    """
    lock = ledger.lock(dataset)
    while not lock.take():
        job.update(note=f"waits for another job that works on {dataset}")
        if job.stopping.wait(POLL_SECONDS):
            raise Stopped
    try:
        yield
    finally:
        lock.free()


def _wait_for(job: Job, before: Job) -> None:
    job.update(note=f"waits for {before.id}")
    while not before.finished:
        if job.stopping.wait(POLL_SECONDS):
            raise Stopped
    if job.route == "put" and before.route == "bulk" and before.error is not None:
        raise JobError(
            f"{job.id} was not begun: {before.id} before it ended in {before.status}",
            "a bulk import that is ACTIVE before records are put",
            f"group.put(frame)  # once what made {before.id} fail is mended",
        )
