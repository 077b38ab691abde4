"""IAM and STS on the same endpoint, as AWS's samples call them to make a role: answered by moto if installed.

Nothing is enforced and nothing is kept after a restart.
"""

from __future__ import annotations

import os
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders

from pdprep.local.http import Answer, Request
from pdprep.local.refusals import Refusal
from pdprep.local.settings import ACCOUNT

if TYPE_CHECKING:
    from moto.core.botocore_stubber import BotocoreStubber

_ONE_AT_A_TIME = Lock()
HOSTS = {"iam": "https://iam.amazonaws.com/", "sts": "https://sts.{region}.amazonaws.com/"}
ENVIRONMENT = {"MOTO_ACCOUNT_ID": ACCOUNT, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
LACKING = "IAM and STS are answered by moto, which is not installed: pip install 'moto[iam,sts]'."


def answer(request: Request) -> Answer:
    """Hand a call to moto."""
    region, service = request.scope
    headers = HTTPHeaders()
    for name, value in request.headers.items():
        headers[name] = value
    url = HOSTS[service].format(region=region)
    given = AWSPreparedRequest(request.method, url, headers, request.document(), False)
    with _ONE_AT_A_TIME:
        status, found, body = _moto().process_request(given) or (400, {}, b"")
    kept = {k: v for k, v in found.items() if k.lower() in ("content-type", "x-amzn-requestid")}
    return Answer(int(status), kept, body.encode() if isinstance(body, str) else body)


@cache
def _moto() -> BotocoreStubber:
    os.environ.update(ENVIRONMENT)
    try:
        from moto.core.models import botocore_stubber
    except ImportError as error:
        raise Refusal("NotProvidedByLocalPersonalize", LACKING, 400) from error
    return botocore_stubber
