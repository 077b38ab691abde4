"""A request and an answer as plain values, between the WSGI server and the app."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_DOCUMENT = 8 << 20
_KNOWN = frozenset(entry.value for entry in HTTPStatus)
_SCOPE = re.compile(r"Credential=[^/]*/\d{8}/([^/]+)/([^/]+)/aws4_request")
_KEY = re.compile(r"Credential=([^/,]+)")


class Stream(Protocol):
    """A request body."""

    def read(self, size: int) -> bytes: ...


@dataclass(frozen=True)
class HttpRequest:
    """One HTTP request. ``path`` is still percent-encoded; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Stream

    @property
    def host(self) -> str:
        """The host name of the Host header, without its port."""
        return host_name(self.headers.get("host", ""))

    @property
    def scope(self) -> tuple[str, str]:
        """Region and service that the request was signed for; empty when it was not signed."""
        match = _SCOPE.search(self._credential)
        return (match[1], match[2]) if match else ("", "")

    @property
    def key(self) -> str:
        """The access key that signed the request."""
        match = _KEY.search(self._credential)
        return match[1] if match else ""

    @property
    def _credential(self) -> str:
        # A presigned URL has its signature in the query.
        return self.headers.get("authorization") or f"Credential={self.query.get('X-Amz-Credential', '')}"

    def document(self) -> bytes:
        """Read a small body whole; more than 8 MiB is cut off and will not parse."""
        blocks, size = [], 0
        while size <= MAX_DOCUMENT and (block := self.body.read(1 << 16)):
            blocks.append(block)
            size += len(block)
        return b"".join(blocks)


@dataclass(frozen=True)
class HttpAnswer:
    """One HTTP answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] = b""

    @property
    def line(self) -> str:
        """Status code and phrase."""
        return (
            f"{self.status} {HTTPStatus(self.status).phrase}"
            if self.status in _KNOWN
            else f"{self.status} Unknown"
        )


def from_environ(environ: Mapping[str, Any]) -> HttpRequest:
    """Read a WSGI environment."""
    # PATH_INFO is decoded already: a %2F within a key could no longer be told from a slash.
    parts = urlsplit(environ.get("REQUEST_URI") or environ["PATH_INFO"])
    headers = {k[5:].replace("_", "-").lower(): v for k, v in environ.items() if k.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):  # the two headers that WSGI names without HTTP_
        if name in environ:
            headers[name.replace("_", "-").lower()] = environ[name]
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    return HttpRequest(environ["REQUEST_METHOD"], parts.path or "/", query, headers, environ["wsgi.input"])


def host_name(authority: str) -> str:
    """Return the name in ``name:port``, lower case.

    >>> host_name("[::1]:80"), host_name("LOCALHOST:1")
    ('::1', 'localhost')
    """
    name = (
        authority.rsplit("]", 1)[0].lstrip("[") if authority.startswith("[") else authority.split(":", 1)[0]
    )
    return name.lower().rstrip(".")


def loopback(name: str) -> bool:
    """Say whether a host name can only mean this machine."""
    return name in ("127.0.0.1", "::1", "localhost") or name.endswith(".localhost")


def decode(path: str) -> str:
    """Undo percent-encoding as UTF-8."""
    return unquote(path, errors="surrogateescape")
