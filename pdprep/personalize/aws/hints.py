"""What to do about an error of the service: one row a code."""

from __future__ import annotations

from typing import Final

# Code: what was expected, what to type next. Source: developer guide, error-messages; API common errors.
HINTS: Final[dict[str, tuple[str, str]]] = {
    "AccessDeniedException": (
        "an identity that may do this",
        "print(group.check())  # says the policy to paste",
    ),
    "AccessDenied": (
        "an identity that may use the bucket",
        "print(group.check())  # says the policy to paste",
    ),
    "403": ("an identity that may use the bucket", "print(group.check())  # says the policy to paste"),
    "301": (
        "a bucket in the region of the dataset group",
        "print(group.check())  # says in which region the bucket is",
    ),
    "ExpiredTokenException": (
        "credentials that are valid",
        "aws sso login  # or as you get them; then connect again and repeat the call: it goes on",
    ),
    "ExpiredToken": (
        "credentials that are valid",
        "aws sso login  # or as you get them; then connect again and repeat the call: it goes on",
    ),
    "UnrecognizedClientException": ("credentials of this account", "aws sts get-caller-identity"),
    "InvalidSignatureException": (
        "a clock that is right within five minutes",
        "set this machine's clock, then repeat the call",
    ),
    "RequestTimeTooSkewed": (
        "a clock that is right within fifteen minutes",
        "set this machine's clock, then repeat the call",
    ),
    "LimitExceededException": (
        "a quota with room left",
        "wait for running jobs to end, or ask AWS for a larger quota",
    ),
    "NoSuchBucket": ("a bucket that exists", "print(group.check())  # names the bucket, and who makes it"),
    "ResourceNotFoundException": ("a resource that exists", "group.describe()  # shows what is connected"),
    "ThrottlingException": ("fewer calls a second", "group.put(frame, rate=1)  # calls a second"),
    "NoCredentials": (
        "credentials for AWS",
        "aws configure  # or profile= of one that has them",
    ),
    "ConnectionError": (
        "a service that can be reached",
        "check the network and repeat the call: it goes on where it stopped",
    ),
    "NoSpaceLeft": (
        "space left on the disk of the local Personalize",
        "free some space and repeat the call: it goes on where it stopped",
    ),
}


def hint(code: str) -> tuple[str, str]:
    """Return what was expected and what to type next; nothing for a code without a row.

    >>> hint("NoSuchBucket")[0]
    'a bucket that exists'
    """
    return HINTS.get(code, ("", ""))
