"""May this identity do it all? Asked before anything is uploaded; nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pdprep.errors import ServiceError
from pdprep.personalize.clients import World, call, missing, pages

BUCKET_ACTIONS = ("s3:GetObject", "s3:ListBucket", "s3:PutObject")


@dataclass(frozen=True)
class Answer:
    """One thing that was asked. ``ok`` is None where it cannot be told from here."""

    what: str
    ok: bool | None
    said: str = ""


@dataclass(frozen=True)
class Check:
    """What was asked and answered, and the bucket policy to paste where something is missing."""

    answers: tuple[Answer, ...]
    policy: str

    @property
    def ok(self) -> bool:
        """Whether nothing is known to stand in the way."""
        return all(answer.ok is not False for answer in self.answers)

    def __str__(self) -> str:
        words = {True: "yes", False: "no", None: "cannot be told"}
        lines = [
            f"{each.what}: {words[each.ok]}" + (f" ({each.said})" if each.said else "")
            for each in self.answers
        ]
        return "\n".join(lines if self.ok else [*lines, "Paste as the bucket's policy:", self.policy])

    def __repr__(self) -> str:
        return str(self)


def check(world: World) -> Check:
    """Ask the services what this identity may do."""
    return Check(tuple(_answers(world)), bucket_policy(world))


def bucket_policy(world: World) -> str:
    """Return the bucket policy that lets Amazon Personalize read and write.

    Source: Amazon Personalize Developer Guide, granting-personalize-s3-access.
    """
    bucket, _ = world.place
    statement = {
        "Sid": "PersonalizeS3BucketAccess",
        "Effect": "Allow",
        "Principal": {"Service": "personalize.amazonaws.com"},
        "Action": list(BUCKET_ACTIONS),
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    return json.dumps({"Version": "2012-10-17", "Id": "pdprep", "Statement": [statement]}, indent=2)


def _answers(world: World) -> Iterator[Answer]:
    yield _asked("list dataset groups", lambda: list(pages(world, "list_dataset_groups", "datasetGroups")))
    yield _asked("list schemas", lambda: list(pages(world, "list_schemas", "schemas")))
    yield _bucket(world)
    yield Answer(f"role {world.role_arn} is trusted by Amazon Personalize", None, "needs iam:GetRole")
    yield Answer("this identity may pass the role", None, "the first import tells")


def _bucket(world: World) -> Answer:
    name, _ = world.place
    what = f"bucket {name}"
    try:
        call(world, "s3", "head_bucket", Bucket=name)
    except ServiceError as error:
        if missing(error):
            return Answer(what, None, "it does not exist; the first import creates it")
        return Answer(what, False, error.found)
    return Answer(what, True)


def _asked(what: str, work: Callable[[], Any]) -> Answer:
    try:
        work()
    except ServiceError as error:
        return Answer(what, False, error.found)
    return Answer(what, True)
