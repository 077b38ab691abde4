"""Signatures are botocore's, whatever the address, the credentials and the body."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from pdprep.personalize.aws.signing import TYPE, Signer

NOW: Final = datetime(2026, 1, 1, 23, 59, 59, tzinfo=UTC)
URLS: Final = (
    "https://personalize-events.eu-west-1.amazonaws.com/events",
    "https://personalize-events.eu-west-1.amazonaws.com:443/items",
    "http://127.0.0.1:4599/action-interactions",
    "http://[::1]:4599/users",
    "https://Proxy.Example.com:8443/a base/../événements/events",
    "http://localhost/actions",
)
PRINTABLE: Final = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


class Stopped(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # of Self's own class there
        return NOW


@pytest.fixture(autouse=True, scope="module")
def clock() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pdprep.personalize.aws.signing.datetime", Stopped)
        patch.setattr("botocore.auth.get_current_datetime", lambda: NOW.replace(tzinfo=None))
        yield


def signed_by_botocore(credentials: Credentials, url: str, region: str, body: bytes) -> dict[str, str]:
    request = AWSRequest("POST", url, {"Content-Type": TYPE}, body)
    SigV4Auth(credentials, "personalize", region).add_auth(request)
    return dict(request.headers.items())


@given(
    url=st.sampled_from(URLS), key=PRINTABLE, secret=PRINTABLE, token=st.none() | PRINTABLE,
    region=st.sampled_from(["us-east-1", "eu-west-1"]), body=st.binary(max_size=200),
)  # fmt: skip
def test_a_signature_is_botocores(
    url: str, key: str, secret: str, token: str | None, region: str, body: bytes
) -> None:
    credentials = Credentials(key, secret, token)
    headers = Signer(credentials, url, region, "personalize").headers(body)
    assert headers.pop("Host")
    assert headers == signed_by_botocore(credentials, url, region, body)


def test_credentials_that_are_renewed_sign_the_next_call() -> None:
    credentials = Credentials("one", "first")
    signer = Signer(credentials, URLS[0], "eu-west-1", "personalize")
    signer.headers(b"")
    credentials.access_key, credentials.secret_key, credentials.token = "two", "second", "token"
    again = signer.headers(b"")
    del again["Host"]
    assert again == signed_by_botocore(credentials, URLS[0], "eu-west-1", b"")


@pytest.mark.parametrize(("minutes", "learnt"), [(10, 10), (-10, -10), (0.5, 0), (None, 0)])
def test_the_service_tells_the_time(minutes: float | None, learnt: float) -> None:
    signer = Signer(Credentials("a", "b"), URLS[0], "eu-west-1", "personalize")
    signer.correct(None if minutes is None else format_datetime(NOW + timedelta(minutes=minutes)))
    assert signer.offset == timedelta(minutes=learnt)
