"""Find the environment and the dataset group of a name: the local Personalize, or AWS on purpose."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from pdprep.contract import catalogue
from pdprep.errors import GroupError
from pdprep.ledger import folders
from pdprep.ledger.ledger import open_ledger
from pdprep.personalize.aws import profiles
from pdprep.personalize.aws.client import Environment, Session
from pdprep.personalize.aws.local_environment import local_environment
from pdprep.personalize.aws.options import ConnectSettings
from pdprep.personalize.aws.profiles import AwsProfile
from pdprep.personalize.aws.s3.environment_bucket import EnvironmentBucket
from pdprep.personalize.resources import ensuring, names
from pdprep.personalize.resources.ensuring import Group
from pdprep.personalize.resources.target import Target, binding


@dataclass(frozen=True)
class ConnectArguments:
    """What somebody said about the way in; nothing of it means the local Personalize."""

    profile: str | None = None
    session: Session | None = None
    bucket: str | None = None
    role_arn: str | None = None
    settings: ConnectSettings = field(default_factory=ConnectSettings)


def target(
    name: str, domain: str | None, given: ConnectArguments, home: Path, new: bool
) -> tuple[Target, str]:
    """Return the dataset group of a name with its ledger, and a note on what became of an older ledger.

    Raises:
        GroupError: A name that the service does not take, a slip of another group's, or a contrary domain.
    """
    wanted = catalogue.domain_name(domain) if domain else None
    environment = _environment(names.checked(name), given, home)
    found = _find(environment, name, new)
    if found and wanted and found.domain != wanted:
        raise GroupError(
            f"the dataset group {name} has the domain {found.domain}",
            f"not {wanted}: a group keeps the domain it was created with",
            f'pdprep.connect("{name}")',
        )
    folder = folders.group_folder(home, environment.account, environment.region, name)
    ledger, note = open_ledger(folder, binding(found) if found else None, EnvironmentBucket(environment))
    return Target(environment, ledger, name, found.domain if found else wanted or "CUSTOM"), note


def _environment(name: str, given: ConnectArguments, home: Path) -> Environment:
    if given.profile is None and given.session is None:
        if given.bucket or given.role_arn:
            raise GroupError(
                "bucket= or role_arn= without a session",
                "AWS is reached on purpose only",
                "session=boto3.Session()  # after import boto3; or profile=",
            )
        environment = local_environment(home)
        return replace(environment, options=environment.options.over(**given.settings))
    profile = profiles.profile(given.profile) if given.profile else AwsProfile("by hand")
    profile = replace(profile, options=profile.options.over(**given.settings))
    return profiles.aws_environment(profile.over(given.bucket, given.role_arn), given.session)


def _find(environment: Environment, name: str, new: bool) -> Group | None:
    found = ensuring.find_group(environment, name)
    # A group that is missing is created by its first import, so a slip would fill a second one unseen.
    slip = None if found or new else names.near(name, ensuring.groups(environment))
    if slip:
        raise GroupError(
            f"no dataset group {name}, but {slip} is there",
            "the name of a group, or a new one on purpose",
            f'pdprep.connect("{slip}")  # or pdprep.connect("{name}", new=True)',
        )
    return found
