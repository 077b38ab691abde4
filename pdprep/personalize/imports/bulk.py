"""Bulk: stage, decide, upload, create the import job, follow it to its end.

An upload is not an import: the job is created after the last row has passed.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from pdprep.errors import InputError, RefusedError
from pdprep.ledger.rows import JobRow
from pdprep.personalize.imports import decision, following, sending
from pdprep.personalize.imports.alignment import unplaced_in
from pdprep.personalize.imports.distributed import on_ray
from pdprep.personalize.imports.request import ImportRequest
from pdprep.personalize.jobs import queue
from pdprep.personalize.jobs.job import Callback, Job, Work
from pdprep.personalize.jobs.kind import JobKind
from pdprep.personalize.planning import minima
from pdprep.personalize.puts import ending
from pdprep.personalize.puts.request import Speed
from pdprep.personalize.resources.target import Target

MODES: Final = ("FULL", "INCREMENTAL")


def begin(asked: ImportRequest, on_start: Callback | None = None) -> Job:
    """Start the job of an import, and return it once it is known that nothing is refused.

    What else becomes of it, a broken rule too, is for the job to say.

    Args:
        asked: The import.
        on_start: Takes the job as soon as it runs.

    Raises:
        InputError: No such mode.
        RefusedError: The import would replace what nobody asked to replace.
    """
    # Asked before the job runs, which changes the answer. Where nothing can refuse it, nobody waits for its
    # rows to be read.
    may_be_refused = decision.may_be_refused(asked)
    job = queue.begin(KIND, asked, on_start)
    if may_be_refused:
        job.wait_until_decided()
        if isinstance(job.error, RefusedError) and not job.accepted:
            raise job.error
    return job


def prepare(asked: ImportRequest) -> JobRow:
    """Write down the job of an import.

    Raises:
        InputError: No such mode.
    """
    if asked.mode not in MODES:
        raise InputError(f"mode={asked.mode!r}", f"one of {', '.join(MODES)}", 'mode="FULL"')
    return asked.ledger.journal.new_job(asked.prepared.dataset, "bulk", asked.mode)


def run(asked: ImportRequest, job: Job, before: Job | None = None) -> None:
    """Do an import from its first row to its end; one that was created already is followed."""
    target = asked.target
    check_early = partial(decision.check_early, asked, job)
    with queue.turn(asked.ledger, job, before, check_early):
        row = asked.ledger.journal.import_of(job.id)
        if row is None or not row.status.pending:
            if not job.accepted and asked.ledger.journal.unfinished(job.dataset):
                check_early()  # what others left is finished first, which may take long
            following.settle(target, job)
            # What an interrupted put still has to send is older than this import and must not come after it.
            ending.finish_open(target, job, Speed())
            create = on_ray.create if asked.engine == "ray" else sending.create
            row = create(asked, job)
        if row is not None:
            following.follow(target, row, job)
            minima.judge(job, asked.ledger)
            left_out = unplaced_in(asked.prepared, row.contract)
            if left_out:
                job.update(note=f"left out, as the schema has no such field: {', '.join(left_out)}")


def resume(target: Target, row: JobRow) -> Work | None:
    """Return what is left of an import: the service has it, or may have it."""
    sent = target.ledger.journal.import_of(row.id)
    return partial(go_on, target) if sent is not None and sent.status.pending else None


def go_on(target: Target, job: Job) -> None:
    """Follow the import of a job of an ended process."""
    with queue.turn(target.ledger, job, None, job.accept):
        job.accept()
        row = target.ledger.journal.import_of(job.id)
        if row is not None:
            following.follow(target, following.known(target, row), job)


KIND: Final = JobKind(prepare, run, resume, again=lambda job: f'group.bulk(frame, mode="{job.mode}")')
