"""The policies that an import needs, as JSON to paste; pdprep changes none of them itself.

Source: Amazon Personalize Developer Guide, granting-personalize-s3-access, set-up-required-permissions and
granting-personalize-key-access.
"""

from __future__ import annotations

import json
from typing import Any, Final

from pdprep.personalize.clients import World

SERVICE: Final = "personalize.amazonaws.com"
BUCKET_ACTIONS: Final = ("s3:GetObject", "s3:ListBucket", "s3:PutObject")
KEY_ACTIONS: Final = ("kms:Decrypt", "kms:GenerateDataKey")


def trust() -> str:
    """Return the trust policy of the role: who may take it."""
    return _policy(Action="sts:AssumeRole", Principal={"Service": SERVICE})


def pass_role(world: World) -> str:
    """Return the identity policy that lets the caller hand the role to Amazon Personalize."""
    condition = {"StringEquals": {"iam:PassedToService": SERVICE}}
    return _policy(Action="iam:PassRole", Resource=world.role_arn, Condition=condition)


def bucket(world: World) -> str:
    """Return the bucket policy that lets Amazon Personalize read and write."""
    return _policy(Principal={"Service": SERVICE}, Action=list(BUCKET_ACTIONS), Resource=_places(world))


def role(world: World) -> str:
    """Return the policy of the role that lets it read and write the bucket."""
    return _policy(Action=list(BUCKET_ACTIONS), Resource=_places(world))


def key(arn: str) -> str:
    """Return the policy of the role for a bucket whose objects are encrypted with a key of KMS."""
    return _policy(Action=list(KEY_ACTIONS), Resource=arn)


def _places(world: World) -> list[str]:
    name, _ = world.place
    return [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]


def _policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}, indent=2)
