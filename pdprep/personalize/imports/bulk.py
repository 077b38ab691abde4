"""Bulk: stage, decide, upload, create the import job, follow it to its end.

An upload is not an import: the job is created after the last row has passed.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from pdprep.errors import InputError, RefusedError
from pdprep.ledger import contracts
from pdprep.ledger.rows import JobRow
from pdprep.personalize.imports import following, guards, on_ray, staging
from pdprep.personalize.imports.alignment import unplaced
from pdprep.personalize.imports.staging import Import
from pdprep.personalize.jobs import queue
from pdprep.personalize.jobs.job import Job, JobKind, Work
from pdprep.personalize.jobs.queue import turn
from pdprep.personalize.planning import minima
from pdprep.personalize.puts import put
from pdprep.personalize.resources.target import Target

MODES: Final = ("FULL", "INCREMENTAL")


def begin(asked: Import) -> Job:
    """Start the job of an import, and return it once it is known that nothing is refused.

    Raises:
        InputError: No such mode.
        RefusedError: The import would replace what nobody asked to replace.
    """
    job, before = queue.begin(KIND, asked)
    if before is None and _may_be_refused(asked):
        _await_decision(job)
    return job


def prepare(asked: Import) -> JobRow:
    """Write down the job of an import.

    Raises:
        InputError: No such mode.
    """
    if asked.mode not in MODES:
        raise InputError(f"mode={asked.mode!r}", f"one of {', '.join(MODES)}", 'mode="FULL"')
    return asked.ledger.journal.new_job(asked.prepared.dataset, "bulk", asked.mode)


def run(asked: Import, job: Job, before: Job | None = None) -> None:
    """Do an import from its first row to its end; one that was created already is followed."""
    target = asked.target
    with turn(asked.ledger, job, before):
        row = asked.ledger.journal.import_of(job.id)
        if row is None or not row.status.pending:
            following.settle(target, job)
            # What an interrupted put still has to send is older than this import and must not come after it.
            put.finish_open(target, job, put.Manner())
            create = on_ray.create if asked.engine == "ray" else staging.create
            row = create(asked, job)
        if row is not None:
            following.follow(target, row, job)
            minima.judge(job, asked.ledger)
            left_out = unplaced(asked.prepared, contracts.loads(row.contract))
            if left_out:
                job.update(note=f"left out, as the schema has no such field: {', '.join(left_out)}")


def resume(target: Target, row: JobRow) -> Work | None:
    """Return what is left of an import: the service has it, or may have it."""
    sent = target.ledger.journal.import_of(row.id)
    return partial(go_on, target) if sent is not None and sent.status.pending else None


def go_on(target: Target, job: Job) -> None:
    """Follow the import of a job of an ended process."""
    with turn(target.ledger, job, None):
        row = target.ledger.journal.import_of(job.id)
        if row is not None:
            following.follow(target, following.known(target, row), job)


def _may_be_refused(asked: Import) -> bool:
    if asked.mode == "INCREMENTAL":
        return True
    sure = asked.replace and asked.shrink
    return not sure and guards.holds_bulk(
        asked.ledger, asked.target.world, asked.target.group(), asked.prepared.dataset
    )


def _await_decision(job: Job) -> None:
    try:
        job.decided.wait()
    except KeyboardInterrupt:
        job.stop()
        raise
    if isinstance(job.error, RefusedError):
        raise job.error


KIND: Final = JobKind(prepare, run, resume, again=lambda job: f'group.bulk(frame, mode="{job.mode}")')
