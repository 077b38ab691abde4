"""Delete users: the service's deletion job first, then the ledger and whatever else still holds them.

The ids wait in a file of the ledger until all of it is done, so that what was cut off goes on.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import Any, Final

from pdprep import clock
from pdprep.ledger.forgetting import USER_DATASETS
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import JobRow
from pdprep.ledger.status import Status
from pdprep.personalize.deletions import erasing, pending_users, user_list
from pdprep.personalize.deletions.creating import Update, created
from pdprep.personalize.deletions.request import DeletionRequest
from pdprep.personalize.jobs import queue
from pdprep.personalize.jobs.job import Job, Work
from pdprep.personalize.jobs.kind import JobKind
from pdprep.personalize.resources.polling import failure, settled
from pdprep.personalize.resources.target import Target

RESOURCE: Final = "data_deletion_job"
DATASET: Final = "users"


def begin(asked: DeletionRequest) -> Job:
    """Start the job that deletes users from every dataset of a group."""
    return queue.begin(KIND, asked, queue=False)


def prepare(asked: DeletionRequest) -> JobRow:
    """Write down the job and whom it deletes.

    Raises:
        GroupError: The bucket is one that the service cannot read.
    """
    user_list.demand_readable(asked.target)
    row = asked.ledger.journal.new_job(DATASET, "deletion")
    pending_users.write(asked.ledger, asked.ids, pending_users.file(asked.ledger, row.id))
    return row


def resume(target: Target, row: JobRow) -> Work | None:
    """Return what is left of a deletion: the users of its file."""
    return partial(run, target) if pending_users.file(target.ledger, row.id).exists() else None


def run(target: Target, job: Job) -> None:
    """Delete what earlier jobs were cut off at, then the users of this one."""
    with ExitStack() as stack:
        # Nothing may come in while users go out. Source: developer guide, delete-records.
        for dataset in USER_DATASETS:
            stack.enter_context(queue.holding(target.ledger, job, dataset))
        for id in pending_users.waiting(target.ledger):
            if id != job.id and not target.ledger.lock(id).held():
                job.update(note=f"finishes {id} first")
                _delete(target, id, job, partial(_record, target.ledger, id))
        job.update(status=Status.RUNNING, phase="deletion", unit="users", note="")
        _delete(target, job.id, job, job.update)


def _delete(target: Target, id: str, job: Job, update: Update) -> None:
    """Follow or create the deletion job of a file of ids, then let the ledger forget them."""
    file = pending_users.file(target.ledger, id)
    ids = pending_users.read(file)
    update(total=len(ids))
    found = settled(
        target.environment, RESOURCE, created(target, id, ids, update),
        on_answer=partial(_on_answer, update), stop=job.stopping,
    )  # fmt: skip
    user_list.remove(target, found["jobName"])
    if found["status"] != Status.COMPLETED:
        # Whom to delete is asked anew: no later job goes on with what the service has refused.
        file.unlink()
        hint = f"group.delete_users(users, confirm={len(ids)})  # once what the reason names is fixed"
        raise failure(f"the deletion {found['jobName']}", found, "COMPLETED", hint)
    known = erasing.erase(target, ids)
    file.unlink()  # last: as long as it is there, whatever was cut off is done once more
    note = f"{known:,} of {len(ids):,} ids were known to this ledger"
    update(status=Status.DONE, phase="done", done=len(ids), rows=found.get("numDeleted"), note=note)


def _on_answer(update: Update, found: dict[str, Any]) -> None:
    """Write down how far the service is; once it has deleted, the ledger still has to."""
    if not Status(found["status"]).ok:
        update(status=found["status"])


def _record(ledger: Ledger, id: str, **changes: Any) -> None:
    """Write down how far an earlier job is."""
    row = ledger.journal.job(id)
    if row is not None:
        ended = {"ended": clock.now().timestamp(), "error": ""} if changes.get("status") == "DONE" else {}
        ledger.journal.save_job(type(row)(**{**row.values(), **changes, **ended}))


KIND: Final = JobKind(
    prepare,
    lambda asked, job, before: run(asked.target, job),
    resume,
    again=lambda job: "group.delete_users(users)  # says which confirm= it takes",
)
