"""How a put ends: what its job says of the answers, and plans that an earlier process left half done."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Final

from pdprep import clock
from pdprep.errors import JobError, ServiceError
from pdprep.ledger import compacting, filters, folders, record_files, records
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import PlanRow
from pdprep.ledger.status import Status
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.puts.request import Speed
from pdprep.personalize.puts.sending import send
from pdprep.personalize.puts.transport.sender import Answered
from pdprep.personalize.resources.target import Target

REFUSED: Final = "refused.parquet"


def send_all(target: Target, plan: PlanRow, job: Job, speed: Speed) -> Answered:
    """Send what is left of a plan, keep what the service refuses, and bring the merged view up to date.

    Raises:
        ServiceError: The service takes nothing, or cannot be reached; what was answered is written down.
        Stopped: Somebody asked the job to stop.
    """
    answered, ledger = send(target, plan, job, speed), target.ledger
    if answered.rejected:
        folder = folders.private(ledger.folder / "quarantine" / plan.job)
        record_files.rejected(ledger, plan).write_parquet(folder / REFUSED)
    with suppress(Exception):  # copies for speed; every record is answered all the same
        compacting.compact(ledger, plan.dataset)
        records.refresh(ledger, plan.dataset)
    return answered


def end(job: Job, answered: Answered, said: list[str]) -> None:
    """Let a job say what became of its records.

    Raises:
        ServiceError: The service took none of them.
    """
    # Some rejected records are a note and a file; where none was taken, something else is wrong.
    if answered.rejected and not answered.sent:
        raise ServiceError(
            f"none of {answered.rejected:,} records was taken: {answered.reason}",
            "records that the service takes",
            "group.put(frame)  # once what the reason names is fixed",
        )
    by = f"by {clock.now() + timedelta(minutes=filters.MINUTES):%H:%M} UTC"
    seen = f"within seconds, {by} at the latest" if filters.FILTERS[job.dataset].seconds else by
    kept = f"kept in quarantine/{job.id}/{REFUSED}"
    rejected = f"{answered.rejected:,} rejected ({answered.reason}; {kept})" if answered.rejected else ""
    notes = [*said, rejected, f"filters current {seen}"]
    job.update(
        status=Status.DONE, phase="done", rows=answered.sent, done=answered.answered,
        total=answered.answered, note="; ".join(part for part in notes if part),
    )  # fmt: skip


def finish_open(target: Target, job: Job, speed: Speed) -> None:
    """Finish the plans of this dataset that were left half done, oldest first."""
    for plan in target.ledger.journal.open_plans(job.dataset):
        # Older plans go first, since of an id the record that is sent last counts.
        own = plan.job == job.id
        if not own:
            job.update(note=f"finishes {plan.job} first")
        answered = send_all(target, plan, job, speed)
        if own:
            end(job, answered, [])
        else:
            _record(target.ledger, plan, answered)
            job.update(note="", done=0, total=None)


def planned(ledger: Ledger, job: Job) -> bool:
    """Say whether this job made its plan already, and so has just finished it.

    Raises:
        JobError: The plan was given up.
    """
    if not any(plan.job == job.id for plan in ledger.journal.plans(job.dataset)):
        return False
    if job.status != Status.DONE:
        raise JobError(f"{job.id} was given up, since no record was taken", "another put", "group.put(frame)")
    return True


def _record(ledger: Ledger, plan: PlanRow, answered: Answered) -> None:
    """Write down in the row of the job that began a plan that it is finished."""
    row = ledger.journal.job(plan.job)
    if row is not None:
        note = f"finished after an interruption; {answered.rejected:,} rejected"
        changed = {"status": Status.DONE, "phase": "done", "rows": answered.sent, "note": note, "error": ""}
        ended = {"ended": clock.now().timestamp(), "done": answered.answered, "begun": None}
        ledger.journal.save_job(type(row)(**{**row.values(), **changed, **ended}))
