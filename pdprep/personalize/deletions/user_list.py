"""The list of users to delete, in the bucket that the service reads it from."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from pdprep.errors import GroupError
from pdprep.personalize.aws import keys
from pdprep.personalize.aws.client import Environment, upload
from pdprep.personalize.imports import uploads
from pdprep.personalize.resources.ensuring import ensure_bucket
from pdprep.personalize.resources.target import Target
from pdprep.preparation import escaping


def demand_readable(target: Target) -> None:
    """Refuse a bucket under a key of one's own: the service cannot read the list. Source: delete-records.

    Raises:
        GroupError: It is one.
    """
    there = _environment(target.environment)
    found = keys.of_bucket(there)
    if found.own:
        own = there.place[0]  # cut below, as the name of a bucket has at most 63 characters
        raise GroupError(
            f"the bucket {own} is encrypted under a key of your own",
            "another one for the list of users to delete: Amazon Personalize cannot read it there",
            f'pdprep.connect("{target.name}", deletion_bucket="s3://{own[:54]}-deletion")  # made if missing',
        )


def send(target: Target, ids: pl.Series, name: str) -> None:
    """Upload the list of a job; the bucket is created where it is missing."""
    environment = _environment(target.environment)
    ensure_bucket(environment)
    with target.ledger.temporary() as folder:
        file = folder / "users.csv"
        with file.open("wb") as handle:
            handle.write(escaping.header([ids.name]))
            escaping.write(ids.to_frame(), handle)
        upload(environment, file, _key(target, name), lambda count: None)


def location(target: Target, name: str) -> str:
    """Return the address of the list of a job."""
    return uploads.location(_environment(target.environment), _key(target, name))


def remove(target: Target, name: str) -> None:
    """Delete the list of a job."""
    uploads.remove(_environment(target.environment), [_key(target, name)])


def _environment(environment: Environment) -> Environment:
    """Return the environment whose bucket the list goes to."""
    return replace(environment, bucket=environment.options.deletion_bucket or environment.bucket)


def _key(target: Target, name: str) -> str:
    prefix = uploads.group_prefix(_environment(target.environment).place[1], target.name)
    return f"{prefix}/deletion/{name}/users.csv"
