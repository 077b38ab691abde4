"""May this identity do it all? Asked before anything is uploaded; nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pdprep.errors import ServiceError
from pdprep.personalize import policies
from pdprep.personalize.clients import World, call, missing, pages

DENIED: Final = ("AccessDenied", "AccessDeniedException", "403", "UnrecognizedClientException")


@dataclass(frozen=True)
class Answer:
    """One thing that was asked.

    Attributes:
        what: What was asked.
        ok: None where it cannot be told from here.
        said: What else there is to say.
        paste: The policy that mends it, and where it belongs.
    """

    what: str
    ok: bool | None
    said: str = ""
    paste: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Check:
    """What was asked and answered, with the policies to paste where something is missing."""

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
        for each in self.answers:
            if each.ok is False and each.paste[1]:
                lines += [f"Paste as {each.paste[0]}:", each.paste[1]]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


def check(world: World) -> Check:
    """Ask the services what this identity and the role may do."""
    return Check(tuple(_answers(world)), policies.bucket(world))


def _answers(world: World) -> Iterator[Answer]:
    yield _identity(world)
    yield _asked("list dataset groups", lambda: list(pages(world, "list_dataset_groups", "datasetGroups")))
    yield _asked("list schemas", lambda: list(pages(world, "list_schemas", "schemas")))
    yield _bucket(world)
    yield _trust(world)
    yield _simulated(
        world, "this identity may pass the role", _caller(world), ["iam:PassRole"], [world.role_arn],
        ("a policy of this identity", policies.pass_role(world)),
    )  # fmt: skip
    name, _ = world.place
    yield _simulated(
        world, f"the role may read and write {name}", world.role_arn, list(policies.BUCKET_ACTIONS),
        [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"], ("a policy of the role", policies.role(world)),
    )  # fmt: skip
    yield _open_bucket(world)
    yield from _key(world)


def _identity(world: World) -> Answer:
    return _asked("the credentials are valid", lambda: call(world, "sts", "get_caller_identity"))


def _caller(world: World) -> str:
    try:
        return str(call(world, "sts", "get_caller_identity")["Arn"])
    except ServiceError:
        return ""


def _bucket(world: World) -> Answer:
    name, _ = world.place
    what = f"bucket {name} in {world.region}"
    try:
        head = call(world, "s3", "head_bucket", Bucket=name)
    except ServiceError as error:
        if missing(error):
            return Answer(what, None, "it does not exist; the first import creates it")
        return Answer(what, False, error.found)
    region = head.get("BucketRegion", world.region)
    return Answer(what, region == world.region, "" if region == world.region else f"it is in {region}")


def _trust(world: World) -> Answer:
    what = "the role is trusted by Amazon Personalize"
    paste = (f"the trust policy of {world.role_arn}", policies.trust())
    try:
        found = call(world, "iam", "get_role", RoleName=world.role_arn.rpartition("/")[2])
    except ServiceError as error:
        return Answer(what, None, error.found)
    trusted = policies.SERVICE in json.dumps(found["Role"].get("AssumeRolePolicyDocument", {}))
    return Answer(what, trusted, "", paste)


def _simulated(
    world: World, what: str, who: str, actions: list[str], resources: list[str], paste: tuple[str, str]
) -> Answer:
    """Ask IAM what it would decide. Source: IAM API, SimulatePrincipalPolicy."""
    asked = {"PolicySourceArn": who, "ActionNames": actions, "ResourceArns": resources}
    try:
        found = call(world, "iam", "simulate_principal_policy", **asked)
    except ServiceError as error:
        return Answer(what, None, error.found)
    # Each action is asked for each resource; a bucket's action and an object's fit one of the two.
    allowed = {
        row["EvalActionName"] for row in found["EvaluationResults"] if row["EvalDecision"] == "allowed"
    }
    denied = [action for action in actions if action not in allowed]
    return Answer(what, not denied, f"not {', '.join(denied)}" if denied else "", paste)


def _open_bucket(world: World) -> Answer:
    name, _ = world.place
    what = f"the policy of {name} lets Amazon Personalize in"
    try:
        text = call(world, "s3", "get_bucket_policy", Bucket=name)["Policy"]
    except ServiceError as error:
        if error.code == "NoSuchBucketPolicy":
            return Answer(what, False, "it has no policy", ("the bucket's policy", policies.bucket(world)))
        return Answer(what, None, error.found)
    lacking = [part for part in (policies.SERVICE, *policies.BUCKET_ACTIONS) if part not in text]
    said = f"not {', '.join(lacking)}" if lacking else ""
    return Answer(what, not lacking, said, ("the bucket's policy", policies.bucket(world)))


def _key(world: World) -> Iterator[Answer]:
    """Ask for the key of an encrypted bucket; one that is not encrypted by KMS needs none."""
    name, _ = world.place
    try:
        found = call(world, "s3", "get_bucket_encryption", Bucket=name)
    except ServiceError:
        return
    for rule in found["ServerSideEncryptionConfiguration"]["Rules"]:
        arn = rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
        if arn:
            paste = ("a policy of the role", policies.key(arn))
            yield _simulated(
                world, f"the role may use the key {arn}", world.role_arn, list(policies.KEY_ACTIONS), [arn],
                paste,
            )  # fmt: skip


def _asked(what: str, work: Callable[[], Any]) -> Answer:
    try:
        work()
    except ServiceError as error:
        return Answer(what, False if error.code in DENIED else None, error.found)
    return Answer(what, True)
