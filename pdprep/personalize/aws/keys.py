"""The KMS keys that Amazon Personalize needs to read the data: which there are, and who may use them.

Source: developer guide, granting-personalize-key-access and delete-records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pdprep.errors import ServiceError
from pdprep.personalize.aws import policies
from pdprep.personalize.aws.client import Environment, call, missing
from pdprep.personalize.aws.grants import Caller, Decision, decide

# What a bucket without a key answers, or a store that knows no keys at all.
UNENCRYPTED: Final = (
    "ServerSideEncryptionConfigurationNotFoundError",
    "NotImplemented",
    "NotProvidedByLocalPersonalize",
)


@dataclass(frozen=True, slots=True)
class BucketKey:
    """How a bucket is encrypted.

    Attributes:
        own: The key of KMS that was named for it; empty where none was.
        managed: Whether it is a key of KMS that AWS manages, whose policy nobody can change.
        unknown: Why it cannot be told; empty where it can.
    """

    own: str = ""
    managed: bool = False
    unknown: str = ""


def of_bucket(environment: Environment) -> BucketKey:
    """Ask how the bucket of staged files is encrypted."""
    name, _ = environment.place
    try:
        found = call(environment, "s3", "get_bucket_encryption", Bucket=name)
    except ServiceError as error:
        if error.code in UNENCRYPTED or missing(error):
            return BucketKey()
        return BucketKey(unknown=error.found)
    for rule in found["ServerSideEncryptionConfiguration"]["Rules"]:
        applied = rule.get("ApplyServerSideEncryptionByDefault", {})
        key = applied.get("KMSMasterKeyID", "")
        # The key that AWS manages for S3 may be named too, by this alias.
        if key and not key.endswith("alias/aws/s3"):
            return BucketKey(own=key)
        if applied.get("SSEAlgorithm", "").startswith("aws:kms"):
            return BucketKey(managed=True)
    return BucketKey()


def key_policy(environment: Environment, key: str, group: bool) -> Decision:
    """Ask whether a key's own policy lets Amazon Personalize and the role use it.

    Args:
        environment: The account, and the role.
        key: The ARN, the id or an alias of the key.
        group: Whether it encrypts a dataset group.

    Raises:
        ServiceError: The key or its policy cannot be read from here.
    """
    arn = call(environment, "kms", "describe_key", KeyId=key)["KeyMetadata"]["Arn"]
    text = call(environment, "kms", "get_key_policy", KeyId=arn, PolicyName="default")["Policy"]
    actions = (*policies.KEY_POLICY_ACTIONS, *((policies.EXPORT_ACTION,) if group else ()))
    asked = dict.fromkeys(actions, "*")
    callers = (policies.SERVICE, environment.role_arn)
    service, role = (
        decide(text, Caller(who, environment.account, environment.region), asked) for who in callers
    )
    return service & role
