"""group.check(): what this identity and the role may do, and the policy to paste where that is not enough."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pdprep.errors import ServiceError
from pdprep.group import DatasetGroup
from pdprep.personalize import check as checking
from pdprep.personalize.clients import World, call
from tests.personalize.frames import items, prepared

KEY = "arn:aws:kms:us-east-1:000000000000:key/k"
TRUST = {"Role": {"AssumeRolePolicyDocument": {"Principal": {"Service": "personalize.amazonaws.com"}}}}
ALL = ["s3:GetObject", "s3:ListBucket", "s3:PutObject", "iam:PassRole", "kms:Decrypt", "kms:GenerateDataKey"]


def answering(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> None:
    """Let IAM and S3 answer what a test says; everything else is asked of the local Personalize."""

    def answered(world: World, service: str, operation: str, **given: Any) -> dict[str, Any]:
        if operation not in answers:
            return call(world, service, operation, **given)
        found = answers[operation]
        if isinstance(found, str):
            raise ServiceError(f"{operation} was refused", code=found)
        said: dict[str, Any] = found(given) if callable(found) else found
        return said

    monkeypatch.setattr(checking, "call", answered)


def deciding(allowed: list[str]) -> Any:
    """Return what SimulatePrincipalPolicy answers where only some actions are allowed."""
    return lambda given: {
        "EvaluationResults": [
            {"EvalActionName": name, "EvalDecision": "allowed" if name in allowed else "implicitDeny"}
            for name in given["ActionNames"]
        ]
    }


def answer(group: DatasetGroup, start: str) -> checking.Answer:
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
    rules = [{"ApplyServerSideEncryptionByDefault": {"KMSMasterKeyID": KEY}}]
    answers = {
        "get_role": TRUST,
        "simulate_principal_policy": deciding(ALL),
        "get_bucket_policy": {"Policy": group.check().policy},
        "get_bucket_encryption": {"ServerSideEncryptionConfiguration": {"Rules": rules}},
    }
    answering(monkeypatch, answers)
    assert [each.what for each in group.check().answers if each.ok is not True] == []
    assert answer(group, "the role may use the key").ok


@pytest.mark.parametrize("operation", ["get_role", "simulate_principal_policy", "get_bucket_policy"])
def test_what_cannot_be_told_is_said_so(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    answering(monkeypatch, {operation: "AccessDenied"})
    assert group.check().ok
    assert f"cannot be told ({operation} was refused)" in str(group.check())


def test_a_bucket_of_another_region_is_named(group: DatasetGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {"head_bucket": {"BucketRegion": "eu-west-1"}})
    assert answer(group, "bucket pdprep-local in us-east-1") == checking.Answer(
        "bucket pdprep-local in us-east-1", False, "it is in eu-west-1"
    )
