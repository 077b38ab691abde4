"""May this identity do it all? Asked before anything is uploaded; nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from pdprep.errors import ServiceError
from pdprep.personalize.aws import keys, policies
from pdprep.personalize.aws.client import World, call, missing, pages
from pdprep.personalize.aws.grants import Caller, decide
from pdprep.personalize.aws.keys import BucketKey
from pdprep.personalize.resources import names

DENIED: Final = ("AccessDenied", "AccessDeniedException", "403", "UnrecognizedClientException")


@dataclass(frozen=True)
class Permission:
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

    answers: tuple[Permission, ...]
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


def _answers(world: World) -> Iterator[Permission]:
    yield _asked("the credentials are valid", lambda: call(world, "sts", "get_caller_identity"))
    yield _asked("list dataset groups", lambda: list(pages(world, "list_dataset_groups", "datasetGroups")))
    yield _asked("list schemas", lambda: list(pages(world, "list_schemas", "schemas")))
    yield _bucket(world)
    yield _trust(world)
    yield _simulated(
        world, "this identity may pass the role", _caller(world), ["iam:PassRole"], [world.role_arn],
        ("a policy of this identity", policies.pass_role(world)),
    )  # fmt: skip
    name, _ = world.place
    bucket, objects = policies.places(world)
    yield _simulated(
        world, f"the role may read and write {name}", world.role_arn, list(policies.OBJECT_ACTIONS),
        [objects], ("a policy of the role", policies.role(world)),
    )  # fmt: skip
    yield _simulated(
        world, f"the role may list {name}", world.role_arn, ["s3:ListBucket"], [bucket],
        ("a policy of the role", policies.role(world)),
    )  # fmt: skip
    yield _open_bucket(world)
    yield from _keys(world)


def _caller(world: World) -> str:
    try:
        return str(call(world, "sts", "get_caller_identity")["Arn"])
    except ServiceError:
        return ""


def _bucket(world: World) -> Permission:
    name, _ = world.place
    what = f"bucket {name} in {world.region}"
    try:
        head = call(world, "s3", "head_bucket", Bucket=name)
    except ServiceError as error:
        if missing(error):
            return Permission(what, None, "it does not exist; the first import creates it")
        return Permission(what, False, error.found)
    region = head.get("BucketRegion", world.region)
    return Permission(what, region == world.region, "" if region == world.region else f"it is in {region}")


def _trust(world: World) -> Permission:
    what = "the role is trusted by Amazon Personalize"
    paste = (f"the trust policy of {world.role_arn}", policies.trust())
    try:
        found = call(world, "iam", "get_role", RoleName=world.role_arn.rpartition("/")[2])
    # Who may import need not be allowed to read roles: that is no "no".
    except ServiceError as error:
        return Permission(what, None, error.found)
    document = found["Role"].get("AssumeRolePolicyDocument", {})
    decision = decide(document, _service(world), {"sts:AssumeRole": "*"})
    return Permission(what, decision.ok, decision.said, paste)


def _simulated(
    world: World, what: str, who: str, actions: list[str], resources: list[str], paste: tuple[str, str]
) -> Permission:
    """Ask IAM what it would decide. Source: IAM API, SimulatePrincipalPolicy."""
    asked = {"PolicySourceArn": who, "ActionNames": actions, "ResourceArns": resources}
    try:
        found = call(world, "iam", "simulate_principal_policy", **asked)
    except ServiceError as error:
        return Permission(what, None, error.found)
    rows = found["EvaluationResults"]
    # An action may be allowed on one resource and refused on another: then it is refused.
    allowed = {row["EvalActionName"] for row in rows if row["EvalDecision"] == "allowed"}
    refused = {row["EvalActionName"] for row in rows if row["EvalDecision"] != "allowed"}
    denied = [action for action in actions if action not in allowed or action in refused]
    return Permission(what, not denied, f"not {', '.join(denied)}" if denied else "", paste)


def _open_bucket(world: World) -> Permission:
    name, _ = world.place
    what = f"the policy of {name} lets Amazon Personalize in"
    try:
        text = call(world, "s3", "get_bucket_policy", Bucket=name)["Policy"]
    except ServiceError as error:
        if error.code == "NoSuchBucketPolicy":
            return Permission(
                what, False, "it has no policy", ("the bucket's policy", policies.bucket(world))
            )
        return Permission(what, None, error.found)
    place, objects = policies.places(world)
    asked = {**dict.fromkeys(policies.OBJECT_ACTIONS, _inside(world, objects)), "s3:ListBucket": place}
    decision = decide(text, _service(world), asked)
    # A policy beside the one that shuts all but a VPC out would open nothing.
    paste = ("", "") if decision.vpc else ("the bucket's policy", policies.bucket(world))
    return Permission(what, decision.ok, decision.said, paste)


def _inside(world: World, objects: str) -> str:
    """Return the ARN of an object as pdprep names them: a policy may be about a prefix only."""
    _, prefix = world.place
    return objects.removesuffix("*") + "/".join(part for part in (prefix, names.TAG, "any") if part)


def _service(world: World) -> Caller:
    return Caller(policies.SERVICE, world.account, world.region)


def _keys(world: World) -> Iterator[Permission]:
    """Ask for the key of the bucket; one that is not encrypted by KMS needs none."""
    name, _ = world.place
    found = keys.of_bucket(world)
    if found.unknown:
        yield Permission(f"how {name} is encrypted", None, found.unknown)
    if found.managed:
        said = "AWS manages the key and its policy; name a key of your own, or SSE-S3"
        yield Permission(f"Amazon Personalize may use the KMS key of {name}", None, said)
    if found.own:
        yield from _key(world, found.own)
    if world.options.kms_key_arn:
        yield from _key(world, world.options.kms_key_arn, group=True)
    if world.options.export_kms_key_arn:
        yield from _key(world, world.options.export_kms_key_arn)
    yield from _deletions(world, found)


def _deletions(world: World, found: BucketKey) -> Iterator[Permission]:
    """Ask for the bucket of lists of users to delete, which may not be under a key of one's own."""
    if world.options.deletion_bucket:
        world = replace(world, bucket=world.options.deletion_bucket)
        found = keys.of_bucket(world)
        yield _open_bucket(world)
    if found.own or found.unknown:
        yield Permission(
            f"a list of users to delete may lie in {world.place[0]}", False if found.own else None,
            "not under a key of your own: group.delete_users needs another bucket (deletion_bucket)",
        )  # fmt: skip


def _key(world: World, key: str, group: bool = False) -> Iterator[Permission]:
    what = f"the policy of the key {key} lets Amazon Personalize and the role use it"
    try:
        decision = keys.key_policy(world, key, group)
        paste = ("a statement of the key's policy", policies.key_policy(world, group))
        yield Permission(what, decision.ok, decision.said, paste)
    except ServiceError as error:
        yield Permission(what, None, error.found)
    # Imports hang on the key's policy alone; exports, dataset groups and metrics on the role's too.
    yield _simulated(
        world, f"the role may use the key {key}", world.role_arn, list(policies.KEY_ACTIONS), [key],
        ("a policy of the role", policies.key(key)),
    )  # fmt: skip


def _asked(what: str, work: Callable[[], Any]) -> Permission:
    try:
        work()
    except ServiceError as error:
        return Permission(what, False if error.code in DENIED else None, error.found)
    return Permission(what, True)
