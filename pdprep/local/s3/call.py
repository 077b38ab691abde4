"""One S3 call: the request with bucket and key told apart, and how answers are made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from pdprep.local.objects.errors import error
from pdprep.local.objects.objects import TAGS, Objects
from pdprep.local.objects.xmltext import Node
from pdprep.local.protocol.messages import HttpAnswer, HttpRequest, decode, loopback
from pdprep.local.settings import ACCOUNT

STORAGE_CLASS = "x-amz-storage-class"
KEPT = (
    "content-type", "content-encoding", "content-disposition", "content-language", "cache-control", "expires",
    STORAGE_CLASS, "x-amz-website-redirect-location",
)  # fmt: skip
OWNER: list[Node] = [("ID", ACCOUNT), ("DisplayName", "pdprep-local")]


@dataclass(frozen=True)
class S3Call:
    """One call. ``key`` is decoded; it is text and never a path."""

    objects: Objects
    request: HttpRequest
    bucket: str
    key: str

    def query(self, name: str) -> str:
        """Return a query parameter, empty if missing."""
        return self.request.query.get(name, "")

    def header(self, name: str) -> str:
        """Return a header, empty if missing."""
        return self.request.headers.get(name, "")

    def number(self, name: str, default: int, most: int) -> int:
        """Return a number of the query, at most ``most``, or refuse what is none."""
        text = self.request.query.get(name, "")
        if text and not re.fullmatch(r"[0-9]{1,10}", text):
            raise error("InvalidArgument", f"Provided {name} not an integer or within integer range")
        return min(int(text), most) if text else default


class Encoder:
    """Percent-encode keys where a request asked for it."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self._encode = query.get("encoding-type") == "url"

    def __call__(self, text: str) -> str:
        return quote(text, safe="/-_.*") if self._encode else text


def locate(request: HttpRequest) -> tuple[str, str]:
    """Tell bucket and key, from the path or a host such as ``bucket.s3.localhost``."""
    path = decode(request.path[1:])
    # Bytes that are no UTF-8, as ``decode`` keeps them.
    if any(0xDC80 <= ord(character) <= 0xDCFF for character in path):
        raise error("InvalidURI")
    # bucket.s3.localhost and bucket.localhost name a bucket, s3.localhost and localhost none.
    virtual = request.host.removesuffix(".localhost") if request.host.endswith(".localhost") else ""
    if virtual and loopback(request.host) and virtual != "s3":
        return virtual.removesuffix(".s3"), path
    bucket, _, key = path.partition("/")
    return bucket, key


def xml(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> HttpAnswer:
    """Answer with XML."""
    return HttpAnswer(status, {"Content-Type": "application/xml", **(headers or {})}, body)


def empty(status: int = 200, headers: dict[str, str] | None = None) -> HttpAnswer:
    """Answer without a body."""
    return HttpAnswer(status, headers or {}, b"")


def kept_headers(call: S3Call) -> dict[str, str]:
    """Return the headers that an object keeps; the transfer's own encoding is none of them."""
    given = call.request.headers
    kept = {k: v for k, v in given.items() if k in KEPT or k.startswith("x-amz-meta-")}
    coding = [part.strip() for part in given.get("content-encoding", "").split(",")]
    left: Iterable[str] = (part for part in coding if part and part != "aws-chunked")
    kept["content-encoding"] = ",".join(left)
    kept[TAGS] = given.get(TAGS, "")
    return {k: v for k, v in kept.items() if v or k.startswith("x-amz-meta-")}
