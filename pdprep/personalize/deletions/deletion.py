"""Delete users: the service's deletion job first, then the ledger and whatever else still holds them.

The ids wait in a file of the ledger until all of it is done, so that what was cut off goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import polars as pl

from pdprep import clock
from pdprep.engine import spill
from pdprep.errors import GroupError
from pdprep.ledger import forgetting
from pdprep.ledger.forgetting import USER_DATASETS
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import JobRow
from pdprep.ledger.status import Status
from pdprep.personalize.aws import keys
from pdprep.personalize.aws.client import World, call, pages, upload
from pdprep.personalize.deletions import leavers, user_ids
from pdprep.personalize.imports import uploads
from pdprep.personalize.jobs import queue
from pdprep.personalize.jobs.job import Job, JobKind, Work
from pdprep.personalize.jobs.queue import holding
from pdprep.personalize.resources import names
from pdprep.personalize.resources.ensuring import Group, create_once, ensure_bucket, tags
from pdprep.personalize.resources.polling import failure, settled
from pdprep.personalize.resources.target import Target
from pdprep.preparation import escaping

RESOURCE: Final = "data_deletion_job"
DATASET: Final = "users"
Update = Callable[..., None]


@dataclass(frozen=True, eq=False)
class Leaving:
    """Users who are to be deleted from every dataset of a group. ``ids``: what ``ids_of`` returned."""

    target: Target
    ids: pl.Series

    @property
    def ledger(self) -> Ledger:
        """The ledger that keeps the facts."""
        return self.target.ledger


def begin(target: Target, ids: pl.Series) -> Job:
    """Start the job that deletes users from every dataset of a group."""
    return queue.begin(KIND, Leaving(target, ids), queue=False)[0]


def prepare(asked: Leaving) -> JobRow:
    """Write down the job and whom it deletes.

    Raises:
        GroupError: There is no such dataset group, or its bucket is one that the service cannot read.
    """
    _group(asked.target)
    _readable(asked.target)
    row = asked.ledger.journal.new_job(DATASET, "deletion")
    leavers.write(asked.ledger, asked.ids, leavers.file(asked.ledger, row.id))
    return row


def ids_of(target: Target, users: object) -> pl.Series:
    """Read ids; ``1.0`` is ``1`` unless the ledger has it to the letter.

    Raises:
        InputError: They are no ids.
    """
    ids = user_ids.read(users)
    pointed = ids.filter(ids.str.contains(r"\.0*$"))
    return user_ids.undone(ids, forgetting.known(target.ledger, pointed)) if len(pointed) else ids


def resume(target: Target, row: JobRow) -> Work | None:
    """Return what is left of a deletion: the users of its file."""
    return partial(run, target) if leavers.file(target.ledger, row.id).exists() else None


def run(target: Target, job: Job) -> None:
    """Delete what earlier jobs were cut off at, then the users of this one."""
    with ExitStack() as stack:
        # Nothing may come in while users go out. Source: developer guide, delete-records.
        for dataset in USER_DATASETS:
            stack.enter_context(holding(target.ledger, job, dataset))
        for id in leavers.waiting(target.ledger):
            if id != job.id and not target.ledger.lock(id).held():
                job.update(note=f"finishes {id} first")
                _delete(target, id, job, partial(_record, target.ledger, id))
        job.update(status=Status.RUNNING, phase="deletion", unit="users", note="")
        _delete(target, job.id, job, job.update)


def _delete(target: Target, id: str, job: Job, update: Update) -> None:
    """Follow or create the deletion job of a file of ids, then let the ledger forget them."""
    file = leavers.file(target.ledger, id)
    ids = leavers.read(file)
    update(total=len(ids))
    found = settled(
        target.world, RESOURCE, _created(target, id, ids, update),
        look=partial(_look, update), stop=job.stopping,
    )  # fmt: skip
    uploads.remove(_world(target.world), [_key(target, found["jobName"])])
    if found["status"] != Status.COMPLETED:
        file.unlink()
        hint = "group.delete_users(users)  # once what the reason names is fixed"
        raise failure(f"the deletion {found['jobName']}", found, "COMPLETED", hint)
    known = len(forgetting.known(target.ledger, ids))
    forgetting.forget(target.ledger, ids)
    spill.sweep()  # what a killed check of a frame without a group left
    _discard_staged(target)
    file.unlink()
    note = f"{known:,} of {len(ids):,} ids were known to this ledger"
    update(status=Status.DONE, phase="done", done=len(ids), rows=found.get("numDeleted"), note=note)


def _look(update: Update, found: dict[str, Any]) -> None:
    """Write down where the service stands; once it has deleted, the ledger still has to."""
    if not Status(found["status"]).ok:
        update(status=found["status"])


def _created(target: Target, id: str, ids: pl.Series, update: Update) -> str:
    """Return the ARN of the deletion job; it is created unless an earlier attempt has done that."""
    group, row = _group(target), target.ledger.journal.job(id)
    name = row.name if row else ""
    if name and (arn := _find(target, group, name)):
        return arn
    # Nobody else uses this name, and it is in the journal before the call: a lost reply is found by it.
    name = name or names.job(
        target.name, DATASET, "deletion", clock.new_id()[-8:], int(id.rpartition("-")[2])
    )
    update(name=name)
    ensure_bucket(_world(target.world))
    _upload(target, ids, _key(target, name))
    arn = create_once(partial(_find, target, group, name), partial(_create, target, group, name), fresh=True)
    update(arn=arn)
    return arn


def _create(target: Target, group: Group, name: str) -> str:
    world = target.world
    answer = call(
        world, "personalize", "create_data_deletion_job", jobName=name, datasetGroupArn=group.arn,
        dataSource={"dataLocation": uploads.location(_world(world), _key(target, name))},
        roleArn=world.role_arn, tags=tags(target.name),
    )  # fmt: skip
    return str(answer["dataDeletionJobArn"])


def _find(target: Target, group: Group, name: str) -> str:
    rows = pages(target.world, "list_data_deletion_jobs", "dataDeletionJobs", datasetGroupArn=group.arn)
    return next((str(row["dataDeletionJobArn"]) for row in rows if row["jobName"] == name), "")


def _group(target: Target) -> Group:
    group = target.group()
    if group is None:
        raise GroupError(f"no dataset group {target.name}", "a group that holds users", "group.describe()")
    return group


def _world(world: World) -> World:
    """Return the world whose bucket the list of users goes to."""
    return replace(world, bucket=world.options.deletion_bucket or world.bucket)


def _readable(target: Target) -> None:
    """Refuse a bucket under a key of one's own: the service cannot read the list. Source: delete-records."""
    there = _world(target.world)
    found = keys.of_bucket(there)
    if found.own:
        raise GroupError(
            f"the bucket {there.place[0]} is encrypted under a key of your own",
            "another one for the list of users to delete: Amazon Personalize cannot read it there",
            f'pdprep.connect("{target.name}", deletion_bucket="s3://another-bucket/prefix")',
        )


def _key(target: Target, name: str) -> str:
    prefix = uploads.group_prefix(_world(target.world).place[1], target.name)
    return f"{prefix}/deletion/{name}/users.csv"


def _upload(target: Target, ids: pl.Series, key: str) -> None:
    with target.ledger.temporary() as folder:
        file = folder / "users.csv"
        with file.open("wb") as handle:
            handle.write(escaping.header([ids.name]))
            escaping.write(ids.to_frame(), handle)
        upload(_world(target.world), file, key, lambda count: None)


def _record(ledger: Ledger, id: str, **changes: Any) -> None:
    """Write down how far an earlier job is."""
    row = ledger.journal.job(id)
    if row is not None:
        ended = {"ended": clock.now().timestamp(), "error": ""} if changes.get("status") == "DONE" else {}
        ledger.journal.save_job(type(row)(**{**row.values(), **changes, **ended}))


def _discard_staged(target: Target) -> None:
    """Delete the parts of imports that were kept and hold users."""
    for dataset in USER_DATASETS:
        for row in target.ledger.journal.imports(dataset):
            if json.loads(row.files):
                uploads.remove(target.world, json.loads(row.files))
                target.ledger.journal.change_import(row, files="[]")


KIND: Final = JobKind(
    prepare,
    lambda asked, job, before: run(asked.target, job),
    resume,
    again=lambda job: "group.delete_users(users)",
)
