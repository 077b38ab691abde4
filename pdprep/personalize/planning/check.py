"""May this identity do it all? Asked before anything is uploaded; nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from pdprep.errors import ServiceError
from pdprep.personalize.aws import keys, policies
from pdprep.personalize.aws.client import Environment, call, missing, pages
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
        """Whether nothing is known that blocks it."""
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


def check(environment: Environment) -> Check:
    """Ask the services what this identity and the role may do."""
    return Check(tuple(_answers(environment)), policies.bucket(environment))


def _answers(environment: Environment) -> Iterator[Permission]:
    yield _asked("the credentials are valid", lambda: call(environment, "sts", "get_caller_identity"))
    yield _asked(
        "list dataset groups", lambda: list(pages(environment, "list_dataset_groups", "datasetGroups"))
    )
    yield _asked("list schemas", lambda: list(pages(environment, "list_schemas", "schemas")))
    yield _bucket(environment)
    yield _trust(environment)
    yield _simulated(
        environment, "this identity may pass the role", _caller(environment), ["iam:PassRole"],
        [environment.role_arn], ("a policy of this identity", policies.pass_role(environment)),
    )  # fmt: skip
    name, _ = environment.place
    bucket, objects = policies.places(environment)
    yield _simulated(
        environment, f"the role may read and write {name}", environment.role_arn,
        list(policies.OBJECT_ACTIONS), [objects], ("a policy of the role", policies.role(environment)),
    )  # fmt: skip
    yield _simulated(
        environment, f"the role may list {name}", environment.role_arn, ["s3:ListBucket"], [bucket],
        ("a policy of the role", policies.role(environment)),
    )  # fmt: skip
    yield _open_bucket(environment)
    yield from _keys(environment)


def _caller(environment: Environment) -> str:
    try:
        return str(call(environment, "sts", "get_caller_identity")["Arn"])
    except ServiceError:
        return ""


def _bucket(environment: Environment) -> Permission:
    name, _ = environment.place
    what = f"bucket {name} in {environment.region}"
    try:
        head = call(environment, "s3", "head_bucket", Bucket=name)
    except ServiceError as error:
        if missing(error):
            return Permission(what, None, "it does not exist; the first import creates it")
        return Permission(what, False, error.found)
    region = head.get("BucketRegion", environment.region)
    return Permission(
        what, region == environment.region, "" if region == environment.region else f"it is in {region}"
    )


def _trust(environment: Environment) -> Permission:
    what = "the role is trusted by Amazon Personalize"
    paste = (f"the trust policy of {environment.role_arn}", policies.trust())
    try:
        found = call(environment, "iam", "get_role", RoleName=environment.role_arn.rpartition("/")[2])
    # Who may import need not be allowed to read roles: that is no "no".
    except ServiceError as error:
        return Permission(what, None, error.found)
    document = found["Role"].get("AssumeRolePolicyDocument", {})
    decision = decide(document, _service(environment), {"sts:AssumeRole": "*"})
    return Permission(what, decision.ok, decision.said, paste)


def _simulated(
    environment: Environment,
    what: str,
    who: str,
    actions: list[str],
    resources: list[str],
    paste: tuple[str, str],
) -> Permission:
    """Ask IAM what it would decide. Source: IAM API, SimulatePrincipalPolicy."""
    asked = {"PolicySourceArn": who, "ActionNames": actions, "ResourceArns": resources}
    try:
        found = call(environment, "iam", "simulate_principal_policy", **asked)
    except ServiceError as error:
        return Permission(what, None, error.found)
    rows = found["EvaluationResults"]
    # An action may be allowed on one resource and refused on another: then it is refused.
    allowed = {row["EvalActionName"] for row in rows if row["EvalDecision"] == "allowed"}
    refused = {row["EvalActionName"] for row in rows if row["EvalDecision"] != "allowed"}
    denied = [action for action in actions if action not in allowed or action in refused]
    return Permission(what, not denied, f"not {', '.join(denied)}" if denied else "", paste)


def _open_bucket(environment: Environment) -> Permission:
    name, _ = environment.place
    what = f"the policy of {name} lets Amazon Personalize in"
    try:
        text = call(environment, "s3", "get_bucket_policy", Bucket=name)["Policy"]
    except ServiceError as error:
        if error.code == "NoSuchBucketPolicy":
            return Permission(
                what, False, "it has no policy", ("the bucket's policy", policies.bucket(environment))
            )
        return Permission(what, None, error.found)
    place, objects = policies.places(environment)
    asked = {**dict.fromkeys(policies.OBJECT_ACTIONS, _inside(environment, objects)), "s3:ListBucket": place}
    decision = decide(text, _service(environment), asked)
    # A policy beside the one that shuts all but a VPC out would open nothing.
    paste = ("", "") if decision.vpc else ("the bucket's policy", policies.bucket(environment))
    return Permission(what, decision.ok, decision.said, paste)


def _inside(environment: Environment, objects: str) -> str:
    """Return the ARN of an object as pdprep names them: a policy may be about a prefix only."""
    _, prefix = environment.place
    return objects.removesuffix("*") + "/".join(part for part in (prefix, names.TAG, "any") if part)


def _service(environment: Environment) -> Caller:
    return Caller(policies.SERVICE, environment.account, environment.region)


def _keys(environment: Environment) -> Iterator[Permission]:
    """Ask for the key of the bucket; one that is not encrypted by KMS needs none."""
    name, _ = environment.place
    found = keys.of_bucket(environment)
    if found.unknown:
        yield Permission(f"how {name} is encrypted", None, found.unknown)
    if found.managed:
        said = "AWS manages the key and its policy; name a key of your own, or SSE-S3"
        yield Permission(f"Amazon Personalize may use the KMS key of {name}", None, said)
    if found.own:
        yield from _key(environment, found.own)
    if environment.options.kms_key_arn:
        yield from _key(environment, environment.options.kms_key_arn, group=True)
    if environment.options.export_kms_key_arn:
        yield from _key(environment, environment.options.export_kms_key_arn)
    yield from _deletions(environment, found)


def _deletions(environment: Environment, found: BucketKey) -> Iterator[Permission]:
    """Ask for the bucket of lists of users to delete, which may not be under a key of one's own."""
    if environment.options.deletion_bucket:
        environment = replace(environment, bucket=environment.options.deletion_bucket)
        found = keys.of_bucket(environment)
        yield _open_bucket(environment)
    if found.own or found.unknown:
        yield Permission(
            f"a list of users to delete may lie in {environment.place[0]}", False if found.own else None,
            "not under a key of your own: group.delete_users needs another bucket (deletion_bucket)",
        )  # fmt: skip


def _key(environment: Environment, key: str, group: bool = False) -> Iterator[Permission]:
    what = f"the policy of the key {key} lets Amazon Personalize and the role use it"
    try:
        decision = keys.key_policy(environment, key, group)
        paste = ("a statement of the key's policy", policies.key_policy(environment, group))
        yield Permission(what, decision.ok, decision.said, paste)
    except ServiceError as error:
        yield Permission(what, None, error.found)
    # Imports hang on the key's policy alone; exports, dataset groups and metrics on the role's too.
    yield _simulated(
        environment, f"the role may use the key {key}", environment.role_arn,
        list(policies.KEY_ACTIONS), [key], ("a policy of the role", policies.key(key)),
    )  # fmt: skip


def _asked(what: str, work: Callable[[], Any]) -> Permission:
    try:
        work()
    except ServiceError as error:
        return Permission(what, False if error.code in DENIED else None, error.found)
    return Permission(what, True)
