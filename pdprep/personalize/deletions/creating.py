"""Create a deletion job so that it is never created twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import polars as pl

from pdprep import clock
from pdprep.errors import GroupError
from pdprep.personalize.aws.client import call, pages
from pdprep.personalize.deletions import user_list
from pdprep.personalize.resources import names
from pdprep.personalize.resources.ensuring import Group, create_once, tags
from pdprep.personalize.resources.target import Target

Update = Callable[..., None]


def existing(target: Target) -> Group:
    """Return the dataset group.

    Raises:
        GroupError: There is none of that name.
    """
    group = target.group()
    if group is None:
        raise GroupError(f"no dataset group {target.name}", "a group that holds users", "group.describe()")
    return group


def created(target: Target, id: str, ids: pl.Series, update: Update) -> str:
    """Return the ARN of the deletion job; it is created unless an earlier attempt has done that.

    Args:
        target: The dataset group.
        id: Our job.
        ids: The users.
        update: Writes down in our job's row what is known of the service's.
    """
    group, row = existing(target), target.ledger.journal.job(id)
    # With a name in the journal an earlier attempt may have made the call, and lost its reply.
    name = row.name if row else ""
    if name and (arn := _find(target, group, name)):
        return arn
    # Nobody else uses this name, and it is in the journal before the call: a lost reply is found by it.
    number = int(id.rpartition("-")[2])
    name = name or names.job(target.name, "users", "deletion", clock.new_id()[-8:], number)
    update(name=name)
    user_list.send(target, ids, name)
    arn = create_once(partial(_find, target, group, name), partial(_create, target, group, name), fresh=True)
    update(arn=arn)
    return arn


def _create(target: Target, group: Group, name: str) -> str:
    answer = call(
        target.environment, "personalize", "create_data_deletion_job", jobName=name,
        datasetGroupArn=group.arn, dataSource={"dataLocation": user_list.location(target, name)},
        roleArn=target.environment.role_arn, tags=tags(target.name),
    )  # fmt: skip
    return str(answer["dataDeletionJobArn"])


def _find(target: Target, group: Group, name: str) -> str:
    rows = pages(target.environment, "list_data_deletion_jobs", "dataDeletionJobs", datasetGroupArn=group.arn)
    return next((str(row["dataDeletionJobArn"]) for row in rows if row["jobName"] == name), "")
