"""Delete users: the service's deletion job first, then the ledger and whatever else still holds them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Final

import polars as pl

from pdprep.errors import GroupError, InputError
from pdprep.ledger import forgetting
from pdprep.ledger.forgetting import USER_DATASETS
from pdprep.personalize import names, uploads
from pdprep.personalize.clients import call, upload
from pdprep.personalize.jobs import Job
from pdprep.personalize.polling import failure, settled
from pdprep.personalize.resources import Group, ensure_bucket, tags
from pdprep.personalize.target import Target
from pdprep.personalize.turns import holding
from pdprep.preparation import escaping

KIND: Final = "data_deletion_job"
DATASET: Final = "users"


def begin(target: Target, users: Sequence[str] | pl.Series) -> Job:
    """Start the job that deletes users from every dataset of a group.

    Raises:
        InputError: There are no ids.
        GroupError: There is no such dataset group.
    """
    ids = pl.Series("USER_ID", users, pl.String).drop_nulls().unique(maintain_order=True)
    if ids.is_empty():
        raise InputError("no user ids", "one or more", 'group.delete_users(["u1", "u2"])')
    group = target.group()
    if group is None:
        raise GroupError(f"no dataset group {target.name}", "a group that holds users", "group.describe()")
    job = Job(target.ledger.journal.new_job(DATASET, "deletion"), target.ledger)
    return job.start(lambda job: _run(target, group, ids, job))


def _run(target: Target, group: Group, ids: pl.Series, job: Job) -> None:
    with ExitStack() as stack:
        # Nothing may come in while users go out. Source: developer guide, delete-records.
        for dataset in USER_DATASETS:
            stack.enter_context(holding(target.ledger, job, dataset))
        job.update(status="RUNNING", phase="deletion", unit="users", total=len(ids))
        found = _delete(target, group, ids, job)
        if found["status"] != "COMPLETED":
            hint = "mend what the reason names and call group.delete_users(...) again"
            raise failure(f"the deletion {job.name}", found, "COMPLETED", hint)
        forgetting.forget(target.ledger, ids)
        _discard_staged(target)
        job.update(status="DONE", phase="done", done=len(ids), rows=found.get("numDeleted"))


def _delete(target: Target, group: Group, ids: pl.Series, job: Job) -> dict[str, Any]:
    world = target.world
    ensure_bucket(world)
    fingerprint = names.digest("\n".join(ids))
    name = names.job(target.name, DATASET, "deletion", fingerprint, int(job.id.rpartition("-")[2]))
    key = f"{uploads.fresh_prefix(world, target.name, 'deletion', name)}/users.csv"
    _upload(target, ids, key, job)
    answer = call(
        world, "personalize", "create_data_deletion_job", jobName=name, datasetGroupArn=group.arn,
        dataSource={"dataLocation": uploads.location(world, key)}, roleArn=world.role_arn,
        tags=tags(target.name),
    )  # fmt: skip
    job.update(name=name, arn=answer["dataDeletionJobArn"])
    found = settled(
        world, KIND, job.arn, look=lambda found: job.update(status=found["status"]), stop=job.stopping
    )
    uploads.remove(world, [key])
    return found


def _upload(target: Target, ids: pl.Series, key: str, job: Job) -> None:
    folder = target.ledger.scratch(job.id)
    try:
        file = folder / "users.csv"
        with file.open("wb") as handle:
            handle.write(escaping.header([ids.name]))
            escaping.write(ids.to_frame(), handle)
        upload(target.world, file, key, lambda count: None)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _discard_staged(target: Target) -> None:
    """Delete the parts of imports that were kept and hold users."""
    for dataset in USER_DATASETS:
        for row in target.ledger.journal.imports(dataset):
            if json.loads(row.files):
                uploads.remove(target.world, json.loads(row.files))
                target.ledger.journal.change_import(row, files="[]")
