"""The policies that an import needs, as JSON to paste; pdprep changes none of them itself.

Source: Amazon Personalize Developer Guide, granting-personalize-s3-access, set-up-required-permissions and
granting-personalize-key-access.
"""

from __future__ import annotations

import json
from typing import Any, Final

from pdprep.personalize.aws.client import Environment

SERVICE: Final = "personalize.amazonaws.com"
OBJECT_ACTIONS: Final = ("s3:GetObject", "s3:PutObject")
BUCKET_ACTIONS: Final = ("s3:GetObject", "s3:ListBucket", "s3:PutObject")
# The role's own policy needs all but CreateGrant, which only the key's policy can give.
KEY_ACTIONS: Final = ("kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:ListGrants")
KEY_POLICY_ACTIONS: Final = (*KEY_ACTIONS, "kms:CreateGrant")
# Asked beside them of the key of a dataset group, where its data shall be exported.
EXPORT_ACTION: Final = "kms:GenerateDataKeyWithoutPlaintext"


def trust() -> str:
    """Return the trust policy of the role: who may take it."""
    return _policy(Action="sts:AssumeRole", Principal={"Service": SERVICE})


def pass_role(environment: Environment) -> str:
    """Return the identity policy that lets the caller hand the role to Amazon Personalize."""
    condition = {"StringEquals": {"iam:PassedToService": SERVICE}}
    return _policy(Action="iam:PassRole", Resource=environment.role_arn, Condition=condition)


def bucket(environment: Environment) -> str:
    """Return the bucket policy that lets Amazon Personalize read and write."""
    return _policy(Principal={"Service": SERVICE}, Action=list(BUCKET_ACTIONS), Resource=places(environment))


def role(environment: Environment) -> str:
    """Return the policy of the role that lets it read and write the bucket."""
    return _policy(Action=list(BUCKET_ACTIONS), Resource=places(environment))


def key(arn: str) -> str:
    """Return the policy of the role for a key of KMS."""
    return _policy(Action=list(KEY_ACTIONS), Resource=arn)


def key_policy(environment: Environment, group: bool) -> str:
    """Return the statement of the key's own policy; ``group``: the key encrypts a dataset group."""
    actions = [*KEY_POLICY_ACTIONS, *([EXPORT_ACTION] if group else [])]
    return _policy(Principal={"AWS": environment.role_arn, "Service": SERVICE}, Action=actions, Resource="*")


def places(environment: Environment) -> list[str]:
    """Return the bucket and what is in it, as ARNs of the partition that the role is in."""
    name, _ = environment.place
    partition = environment.role_arn.split(":")[1] if environment.role_arn.count(":") > 1 else "aws"
    return [f"arn:{partition}:s3:::{name}", f"arn:{partition}:s3:::{name}/*"]


def _policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}, indent=2)
