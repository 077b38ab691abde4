"""AWS by name: ``[tool.pdprep.profiles.prod]`` of the project's pyproject.toml."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pdprep import project
from pdprep.errors import GroupError, ServiceError
from pdprep.personalize.aws.client import Environment, Session, call, named
from pdprep.personalize.aws.options import NAMES, PLAIN, EnvironmentOptions
from pdprep.personalize.aws.prices import UNKNOWN, Prices

PRICES: Final = ("price_per_gb", "price_per_1000_calls", "currency")
KEYS: Final = ("account", "region", "bucket", "role_arn", "aws_profile", *PRICES, *NAMES)
# Codes that say the credentials themselves are no good.
CREDENTIALS: Final = (
    "NoCredentials",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)


@dataclass(frozen=True, slots=True)
class AwsProfile:
    """An account to reach. ``aws_profile`` names credentials; the default chain where it is empty."""

    name: str
    account: str = ""
    region: str = ""
    bucket: str = ""
    role_arn: str = ""
    aws_profile: str = ""
    prices: Prices = UNKNOWN
    options: EnvironmentOptions = PLAIN

    def over(self, bucket: str | None, role_arn: str | None) -> AwsProfile:
        """Return the profile with what was given by hand in its place."""
        return replace(self, bucket=bucket or self.bucket, role_arn=role_arn or self.role_arn)


def profile(name: str, start: Path | None = None) -> AwsProfile:
    """Read a profile from the nearest pyproject.toml upward.

    Raises:
        GroupError: There is no such profile, or it has unknown keys.
    """
    file, table = project.settings(start)
    found: dict[str, dict[str, Any]] = table.get("profiles", {})
    if name not in found:
        known = ", ".join(found) or "none"
        raise GroupError(
            f"no profile {name!r} in {file or 'any pyproject.toml from here upward'}",
            f"one of: {known}",
            f"[tool.pdprep.profiles.{name}] with account, region, bucket and role_arn in pyproject.toml",
        )
    unknown = [key for key in found[name] if key not in KEYS]
    if unknown:
        raise GroupError(f"profile {name} has {', '.join(unknown)}", f"only {', '.join(KEYS)}")
    plain = {key: str(value) for key, value in found[name].items() if key not in (*PRICES, *NAMES)}
    options = EnvironmentOptions().over(**{key: found[name][key] for key in NAMES if key in found[name]})
    return AwsProfile(name, **plain, prices=_prices(name, found[name]), options=options)


def aws_environment(given: AwsProfile, session: Session | None) -> Environment:
    """Return the environment of a profile or a session in AWS.

    Raises:
        GroupError: The session is of another account, or bucket, role or region is missing.
    """
    session = session or named(given.aws_profile)
    region = given.region or session.region_name or ""
    _complete(given, region)
    environment = Environment(
        session, given.account, region, given.bucket, given.role_arn, prices=given.prices
    )
    environment = replace(environment, options=given.options)
    account = _account(environment)
    if given.account and account != given.account:
        raise GroupError(
            f"credentials of the account {account}",
            f"the account {given.account} that profile {given.name} names",
            "aws configure list",
        )
    return replace(environment, account=account)


def _prices(name: str, found: dict[str, Any]) -> Prices:
    gb, calls = (found.get(key) for key in PRICES[:2])
    for key, price in zip(PRICES, (gb, calls), strict=False):
        if price is not None and (isinstance(price, bool) or not isinstance(price, int | float) or price < 0):
            raise GroupError(f"profile {name} has {key} = {price!r}", "a number", f"{key} = 0.05")
    return Prices(gb, calls, str(found.get("currency", "")))


def _account(environment: Environment) -> str:
    """Ask whose credentials these are; where STS does not answer, take the role's account."""
    try:
        return str(call(environment, "sts", "get_caller_identity")["Account"])
    except ServiceError as error:
        parts = environment.role_arn.split(":")
        if error.code in CREDENTIALS or len(parts) < 5:
            raise
        return parts[4]


_LIKE: Final = {
    "bucket": "s3://my-bucket/prefix",
    "role_arn": "arn:aws:iam::123456789012:role/PersonalizeRole",
}


def _complete(given: AwsProfile, region: str) -> None:
    needed = {"region": region, "bucket": given.bucket, "role_arn": given.role_arn}
    lacking = [name for name, value in needed.items() if not value]
    if lacking:
        raise GroupError(
            f"no {', '.join(lacking)}",
            "a region, a bucket for staged files and a role that Amazon Personalize may take",
            ", ".join(f'{name}="{_LIKE[name]}"' for name in lacking if name in _LIKE),
        )
