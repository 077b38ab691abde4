"""Put: plan on disk first, then call by call; what an earlier crash left is finished first."""

from __future__ import annotations

from functools import partial
from typing import Final

from pdprep.ledger.rows import JobRow
from pdprep.ledger.status import Status
from pdprep.personalize.imports import following
from pdprep.personalize.jobs import queue
from pdprep.personalize.jobs.job import Callback, Job, Work
from pdprep.personalize.jobs.kind import JobKind
from pdprep.personalize.planning import minima
from pdprep.personalize.puts import ending, planned
from pdprep.personalize.puts.request import PutRequest, Speed
from pdprep.personalize.resources.target import Target


def begin(asked: PutRequest, on_start: Callback | None = None) -> Job:
    """Start the job of a put; ``on_start`` takes it as soon as it runs."""
    return queue.begin(KIND, asked, on_start)


def prepare(asked: PutRequest) -> JobRow:
    """Write down the job of a put.

    Raises:
        InputError: It cannot be done as it was asked for.
    """
    asked.check()
    return asked.ledger.journal.new_job(asked.prepared.dataset, "put")


def run(asked: PutRequest, job: Job, before: Job | None = None) -> None:
    """Do a put from its first row to its last answer."""
    check_early = partial(planned.check_early, asked, job)
    with queue.turn(asked.ledger, job, before, check_early):
        if not job.accepted and asked.ledger.journal.unfinished(job.dataset):
            check_early()  # what others left is finished first, which may take long
        following.settle(asked.target, job)
        ending.finish_open(asked.target, job, asked.speed)
        # Its own plan was among these, where this job was stopped and goes on: it is not made again.
        if ending.planned(asked.ledger, job):
            return
        plan, said = planned.plan(asked, planned.frame(asked), job)
        job.accept()
        if plan is None:
            job.update(status=Status.DONE, phase="done", note="; ".join(said))
            return
        ending.end(job, ending.send_all(asked.target, plan, job, asked.speed), said)
        minima.judge(job, asked.ledger)


def resume(target: Target, row: JobRow) -> Work | None:
    """Return what is left of a put: the records of its plan that are not answered."""
    plans = target.ledger.journal.open_plans(row.dataset)
    return partial(go_on, target) if any(plan.job == row.id for plan in plans) else None


def go_on(target: Target, job: Job) -> None:
    """Finish the put of a job of an ended process."""
    with queue.turn(target.ledger, job, None, job.accept):
        job.accept()
        following.settle(target, job)
        ending.finish_open(target, job, Speed())
        ending.planned(target.ledger, job)


KIND: Final = JobKind(prepare, run, resume, again=lambda job: "group.put(frame)")
