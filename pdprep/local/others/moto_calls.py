"""Calls of other services that moto answers, where it is installed: one at a time, one memory a process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders

from pdprep.local.protocol.messages import HttpAnswer
from pdprep.local.refusals import Refusal
from pdprep.local.settings import ACCOUNT

if TYPE_CHECKING:
    from moto.core.botocore_stubber import BotocoreStubber

ENVIRONMENT = {"MOTO_ACCOUNT_ID": ACCOUNT, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
LACKING = (
    "IAM, STS and CloudWatch are answered by moto, which is not installed: pip install "
    "'moto[cloudwatch,iam,sts]'."
)
KEPT_HEADERS = ("content-type", "x-amzn-requestid", "smithy-protocol")
ONE_AT_A_TIME = Lock()


class MotoAnswer(NamedTuple):
    """What moto answered."""

    status: int
    headers: dict[str, str]
    body: str | bytes

    @property
    def answer(self) -> HttpAnswer:
        """The same as an answer of this server."""
        kept = {k: v for k, v in self.headers.items() if k.lower() in KEPT_HEADERS}
        return HttpAnswer(self.status, kept, self.body.encode() if isinstance(self.body, str) else self.body)


def prepared(url: str, headers: Mapping[str, str], body: bytes, method: str = "POST") -> AWSPreparedRequest:
    """Return a request as moto takes it."""
    named = HTTPHeaders()
    for name, value in headers.items():
        named[name] = value
    return AWSPreparedRequest(method, url, named, body, False)


def send(given: AWSPreparedRequest, seed: int | None = None) -> MotoAnswer:
    """Send a call; moto draws its ids from one generator, so the same seed makes the same ids."""
    stubber = installed()
    from moto.moto_api._internal import mock_random

    mock_random.seed(seed)
    # None: no backend of moto has this address.
    status, headers, body = stubber.process_request(given) or (400, {}, b"")
    return MotoAnswer(int(status), headers, body)


@cache
def installed() -> BotocoreStubber:
    """Return what answers in moto, or refuse where it is not installed."""
    os.environ.update(ENVIRONMENT)  # where moto looks for these settings
    try:
        from moto.core.models import botocore_stubber
    except ImportError as error:
        raise Refusal("NotProvidedByLocalPersonalize", LACKING, 400) from error
    return botocore_stubber
