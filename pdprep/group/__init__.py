"""DatasetGroup: what one can do with a dataset group, told in four modules, and ``connect`` that finds it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from pdprep.contract.choices import Domain
from pdprep.contract.contract import Contract
from pdprep.group.asking import Asking
from pdprep.group.preparing import Preparing
from pdprep.group.sending import Sending
from pdprep.ledger import folders
from pdprep.personalize.exports import infrastructure
from pdprep.personalize.planning.check import Check, check
from pdprep.personalize.resources import connecting, description, evolution, removal
from pdprep.personalize.resources.connecting import ConnectArguments

if TYPE_CHECKING:
    from pdprep.personalize.aws.client import Session
    from pdprep.personalize.aws.options import ConnectSettings


def connect(
    name: str,
    domain: Domain | None = None,
    *,
    profile: str | None = None,
    session: Session | None = None,
    bucket: str | None = None,
    role_arn: str | None = None,
    home: str | Path | None = None,
    new: bool = False,
    **settings: Unpack[ConnectSettings],
) -> DatasetGroup:
    """Connect to a dataset group; it is created by the first import, not here.

    Args:
        name: The name of the dataset group.
        domain: CUSTOM, ECOMMERCE or VIDEO_ON_DEMAND; read from the group where it exists.
        profile: A profile of ``[tool.pdprep.profiles.NAME]`` in pyproject.toml: AWS.
        session: A boto3 session: AWS, with ``bucket`` and ``role_arn``.
        bucket: ``s3://bucket/prefix`` for staged files.
        role_arn: The role that Amazon Personalize takes to read them.
        home: Where pdprep keeps its files.
        new: Take the name although another group's is one letter off.
        settings: ``kms_key_arn`` of a new group, ``export_kms_key_arn``, ``deletion_bucket``, ``metrics`` and
            ``publish_attribution_metrics``, each also a key of the profile; docs/sending.md says more.

    Without a profile or session this is the local Personalize: nothing leaves the machine.

    Raises:
        GroupError: A name that the service does not take, a slip of another group's, or a contrary domain.
    """
    given = ConnectArguments(profile, session, bucket, role_arn, settings)
    place = folders.home(home)
    target, note = connecting.target(name, domain, given, place, new)
    if note:
        warnings.warn(f"{name}: {note}", stacklevel=2)
    return DatasetGroup(target, place)


class DatasetGroup(Preparing, Sending, Asking):
    """A dataset group of Amazon Personalize and the ledger of what was sent to it."""

    def check(self) -> Check:
        """Ask whether this identity may do it all, before anything is uploaded."""
        return check(self.environment)

    def update_schema(self, contract: Contract) -> Contract:
        """Give items or users another schema: old fields as they are, new fields that allow null.

        Raises:
            ContractError: The change is not one that Amazon Personalize makes; says what is.
        """
        return evolution.update_schema(self._target, contract)

    def to_cloudformation(self, *contracts: Contract) -> str:
        """Return group, schemas and datasets as a CloudFormation template; contracts add missing ones."""
        return infrastructure.of_group(self._target, contracts).cloudformation()

    def to_terraform(self, *contracts: Contract) -> str:
        """Return the same in Terraform's language, for the provider ``awscc``."""
        return infrastructure.of_group(self._target, contracts).terraform()

    def delete(self, *, confirm: str | None = None) -> tuple[str, ...]:
        """Delete what pdprep created for this group, and return what that was.

        Args:
            confirm: The name of the group; without it the error lists what would go.

        Raises:
            RefusedError: ``confirm`` is not the name, or something in the group is of others.
        """
        return removal.delete(self._target, confirm)

    def describe(self) -> dict[str, str]:
        """Return what is connected, in words."""
        return description.describe(self._target, self.home, self.jobs())
