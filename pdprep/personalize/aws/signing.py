"""Signatures of calls, equal to botocore's SigV4Auth, with what stays the same for a day worked out once.

Source: AWS General Reference, "Signature Version 4 signing process".
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import quote, urlsplit

from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.utils import normalize_url_path

TYPE: Final = "application/json"
# Codes that a clock which is wrong may be behind. Source: API common errors.
SKEWED: Final = (
    "InvalidSignatureException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
)
TOLERANCE: Final = timedelta(minutes=1)
PORTS: Final = {"http": 80, "https": 443}


class Signer:
    """Signs POST calls to one address.

    Attributes:
        offset: What this machine's clock lacks of the service's.
    """

    def __init__(self, credentials: Credentials, url: str, region: str, service: str) -> None:
        self.offset = timedelta()
        self._credentials, self._place = credentials, f"{region}/{service}/aws4_request"
        self._host = host(url)
        path = quote(normalize_url_path(urlsplit(url).path), safe="/~")
        self._head = f"POST\n{path}\n\ncontent-type:{TYPE}\nhost:{self._host}\nx-amz-date:"
        self._key: tuple[str | None, str, bytes] = ("", "", b"")

    def headers(self, body: bytes) -> dict[str, str]:
        """Return the headers of a call with this body, sent now."""
        stamp = f"{datetime.now(UTC) + self.offset:%Y%m%dT%H%M%SZ}"
        # Asked each time: credentials that run out are renewed here.
        credentials = self._credentials.get_frozen_credentials()
        token, names = credentials.token, "content-type;host;x-amz-date"
        line = f"{stamp}\nx-amz-security-token:{token}\n" if token else f"{stamp}\n"
        names += ";x-amz-security-token" if token else ""
        asked = f"{self._head}{line}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{stamp[:8]}/{self._place}"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
        signature = _hmac(self._key_of(credentials, stamp[:8]), text).hex()
        said = f"Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        signed = {"Authorization": f"AWS4-HMAC-SHA256 {said}"}
        if token:
            signed["X-Amz-Security-Token"] = token
        return {"Host": self._host, "Content-Type": TYPE, "X-Amz-Date": stamp, **signed}

    def correct(self, date: str | None) -> None:
        """Learn the service's clock from the Date header of an answer."""
        try:
            told = parsedate_to_datetime(date or "")
        except ValueError:
            return
        offset = told.astimezone(UTC) - datetime.now(UTC)
        # The header has whole seconds and an answer takes some: what is less than a minute is no wrong clock.
        if abs(offset - self.offset) > TOLERANCE:
            self.offset = offset

    def _key_of(self, credentials: ReadOnlyCredentials, day: str) -> bytes:
        secret = credentials.secret_key
        # Four of the five HMACs of a signature are the same for a day.
        if self._key[:2] != (secret, day):
            key = _hmac(f"AWS4{secret}".encode(), day)
            for part in self._place.split("/"):
                key = _hmac(key, part)
            self._key = (secret, day, key)
        return self._key[2]


def host(url: str) -> str:
    """Return the Host header of an address.

    >>> host("https://Example.com:443/base"), host("http://[::1]:4599")
    ('example.com', '[::1]:4599')
    """
    parts = urlsplit(url)
    name = parts.hostname or ""
    name = f"[{name}]" if ":" in name else name
    return name if parts.port in (None, PORTS.get(parts.scheme)) else f"{name}:{parts.port}"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
