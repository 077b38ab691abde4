"""group.check(): what this identity and the role may do, and the policy to paste where that is not enough."""

from __future__ import annotations

import json
from typing import Any

import pytest

import pdprep
from pdprep.errors import GroupError, ServiceError
from pdprep.group import DatasetGroup
from pdprep.personalize.aws import keys, policies
from pdprep.personalize.aws.client import Environment, call
from pdprep.personalize.planning import check as checking
from tests.personalize.frames import items, prepared

KEY = "arn:aws:kms:us-east-1:000000000000:key/k"
SERVICE = "personalize.amazonaws.com"
ASSUMED = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
TRUST = {"Role": {"AssumeRolePolicyDocument": {"Statement": [ASSUMED]}}}
KMS = ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:ListGrants"]
ALL = ["s3:GetObject", "s3:ListBucket", "s3:PutObject", "iam:PassRole", *KMS]
RULES = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}]
ENCRYPTED = {"ServerSideEncryptionConfiguration": {"Rules": RULES}}


def answering(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> None:
    """Let IAM and S3 answer what a test says; everything else is asked of the local Personalize."""

    def answered(environment: Environment, service: str, operation: str, **given: Any) -> dict[str, Any]:
        if operation not in answers:
            return call(environment, service, operation, **given)
        found = answers[operation]
        if isinstance(found, str):
            raise ServiceError(f"{operation} was refused", code=found)
        said: dict[str, Any] = found(given) if callable(found) else found
        return said

    for module in (checking, keys):
        monkeypatch.setattr(module, "call", answered)


def deciding(allowed: list[str]) -> Any:
    """Return what SimulatePrincipalPolicy answers where only some actions are allowed."""
    return lambda given: {
        "EvaluationResults": [
            {"EvalActionName": name, "EvalDecision": "allowed" if name in allowed else "implicitDeny"}
            for name in given["ActionNames"]
        ]
    }


def answer(group: DatasetGroup, start: str) -> checking.Permission:
    return next(each for each in group.check().answers if each.what.startswith(start))


def test_it_asks_and_changes_nothing(group: DatasetGroup) -> None:
    found = group.check()
    assert found.ok
    assert group.client("s3").list_buckets()["Buckets"] == []
    assert "it does not exist; the first import creates it" in str(found)


CASES = [
    ({"get_role": {"Role": {}}}, "the role is trusted", "trust policy"),
    ({"get_bucket_policy": "NoSuchBucketPolicy"}, "the policy of pdprep-local", "bucket's policy"),
    ({"get_bucket_policy": {"Policy": "{}"}}, "the policy of pdprep-local", "bucket's policy"),
    ({"simulate_principal_policy": deciding([])}, "this identity may pass", "of this identity"),
    ({"simulate_principal_policy": deciding(ALL[:2])}, "the role may read and write", "of the role"),
]


@pytest.mark.parametrize(("answers", "what", "where"), CASES)
def test_what_is_missing_comes_with_the_policy_to_paste(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any], what: str, where: str
) -> None:
    answering(monkeypatch, answers)
    found = answer(group, what)
    assert found.ok is False
    assert where in found.paste[0]
    assert json.loads(found.paste[1])["Statement"][0]["Effect"] == "Allow"
    assert found.paste[1] in str(group.check())


def test_where_all_is_granted_all_is_well(group: DatasetGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    group.bulk(prepared(group, items("a"))).wait()
    group = pdprep.connect("movies", deletion_bucket="s3://pdprep-local/lists")
    answering(monkeypatch, granted(group))
    assert [each.what for each in group.check().answers if each.ok is not True] == []


def granted(group: DatasetGroup, **changes: Any) -> dict[str, Any]:
    """Return the answers where all is granted, and what a test changes of them."""
    lock = {"Policy": policies.key_policy(group.environment, group=True)}
    return {
        "get_role": TRUST, "simulate_principal_policy": deciding(ALL),
        "get_bucket_policy": {"Policy": policies.bucket(group.environment)},
        "describe_key": {"KeyMetadata": {"Arn": KEY}}, "get_key_policy": lock, **changes,
    }  # fmt: skip


def key_policy(group: DatasetGroup, **changes: Any) -> dict[str, Any]:
    """Return the key's policy with changes to its one statement."""
    statement = json.loads(policies.key_policy(group.environment, group=False))["Statement"][0]
    return {"Policy": json.dumps({"Statement": [{**statement, **changes}]})}


ACTIONS = [*KMS, "kms:CreateGrant"]


@pytest.mark.parametrize("lacking", ACTIONS)
def test_facts_16_the_policy_of_the_key_names_five_actions(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    less = key_policy(group, Action=[each for each in ACTIONS if each != lacking])
    answering(monkeypatch, granted(group, get_bucket_encryption=ENCRYPTED, get_key_policy=less))
    found = answer(group, f"the policy of the key {KEY}")
    assert (found.ok, found.said) == (False, f"not {lacking}")
    assert json.loads(found.paste[1])["Statement"][0]["Action"] == ACTIONS


@pytest.mark.parametrize("who", [{"Service": SERVICE}, {"AWS": "arn:aws:iam::000000000000:role/other"}])
def test_facts_16_the_policy_of_the_key_names_the_service_and_the_role(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch, who: dict[str, str]
) -> None:
    less = key_policy(group, Principal=who)
    answering(monkeypatch, granted(group, get_bucket_encryption=ENCRYPTED, get_key_policy=less))
    assert answer(group, f"the policy of the key {KEY}").ok is False


@pytest.mark.parametrize("lacking", KMS)
def test_facts_16_the_role_needs_four_actions_on_the_key(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    less = deciding([each for each in ALL if each != lacking])
    answering(monkeypatch, granted(group, get_bucket_encryption=ENCRYPTED, simulate_principal_policy=less))
    found = answer(group, f"the role may use the key {KEY}")
    assert (found.ok, found.said) == (False, f"not {lacking}")
    assert lacking in found.paste[1]


def test_facts_16_a_key_that_cannot_be_read_is_no_yes(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = granted(group, get_bucket_encryption=ENCRYPTED, get_key_policy="AccessDenied")
    answering(monkeypatch, hidden)
    assert answer(group, f"the policy of the key {KEY}").ok is None
    managed = {"ServerSideEncryptionConfiguration": {"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}}  # fmt: skip
    answering(monkeypatch, granted(group, get_bucket_encryption=managed))
    assert answer(group, "Amazon Personalize may use the KMS key of pdprep-local").ok is None
    answering(monkeypatch, granted(group, get_bucket_encryption="AccessDenied"))
    assert answer(group, "how pdprep-local is encrypted").ok is None


def test_facts_16_a_list_of_users_lies_in_no_bucket_under_ones_own_key(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    group.put(prepared(group, items("a"))).wait()
    answering(monkeypatch, granted(group, get_bucket_encryption=ENCRYPTED))
    assert answer(group, "a list of users to delete may lie in pdprep-local").ok is False
    with pytest.raises(GroupError, match="key of your own") as caught:
        group.delete_users(["u1"], confirm=1)
    apart = eval(caught.value.hint, {"pdprep": pdprep})
    assert apart._target.environment.options.deletion_bucket == "s3://pdprep-local-deletion"


STATEMENTS = [
    ({"Effect": "Deny", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}, False, "VPC"),
    ({"Effect": "Deny", "Condition": {"StringNotLike": {"aws:sourceVpc": "vpc-*"}}}, False, "VPC"),
    ({"Effect": "Deny", "Condition": {"Null": {"aws:SourceVpce": "true"}}}, False, "VPC"),
    ({"Effect": "Deny"}, False, "not s3:GetObject"),
    ({"Effect": "Deny", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}, True, ""),
    ({"Effect": "Deny", "Principal": {"AWS": "*"}}, True, ""),
    ({"Effect": "Deny", "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, None, "conditions"),
    ({"Effect": "Deny", "Resource": "arn:aws:s3:::pdprep-local/other/*"}, True, ""),
]


@pytest.mark.parametrize(("more", "ok", "said"), STATEMENTS)
def test_facts_16_a_bucket_that_refuses_is_no_yes(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any], ok: bool | None, said: str
) -> None:
    open_ = json.loads(policies.bucket(group.environment))["Statement"]
    shut = {
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": policies.places(group.environment),
        **more,
    }
    text = json.dumps({"Statement": [*open_, shut]})
    answering(monkeypatch, granted(group, get_bucket_policy={"Policy": text}))
    found = answer(group, "the policy of pdprep-local lets")
    assert (found.ok, said in found.said) == (ok, True)


@pytest.mark.parametrize(
    ("condition", "ok"),
    [
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"StringEquals": {"aws:SourceAccount": "000000000000"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "111111111111"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:personalize:us-east-1:000000000000:*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:personalize:us-east-1:000000000000:dataset/x"}}, None),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::any"}}, False),
    ],
)
def test_facts_16_a_grant_holds_under_its_conditions_only(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch, condition: dict[str, Any], ok: bool | None
) -> None:
    (open_,) = json.loads(policies.bucket(group.environment))["Statement"]
    text = json.dumps({"Statement": {**open_, "Condition": condition}})
    answering(monkeypatch, granted(group, get_bucket_policy={"Policy": text}))
    assert answer(group, "the policy of pdprep-local lets").ok is ok


@pytest.mark.parametrize("operation", ["get_role", "simulate_principal_policy", "get_bucket_policy"])
def test_what_cannot_be_told_is_said_so(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    answering(monkeypatch, {operation: "AccessDenied"})
    assert group.check().ok
    assert f"cannot be told ({operation} was refused)" in str(group.check())


def test_a_bucket_of_another_region_is_named(group: DatasetGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {"head_bucket": {"BucketRegion": "eu-west-1"}})
    assert answer(group, "bucket pdprep-local in us-east-1") == checking.Permission(
        "bucket pdprep-local in us-east-1", False, "it is in eu-west-1"
    )
