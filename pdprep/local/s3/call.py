"""One S3 call: the request with bucket and key told apart, and how answers are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pdprep.local.http import Answer, Request, decode, loopback
from pdprep.local.s3.errors import error
from pdprep.local.s3.objects import Objects

KEPT = (
    "content-type", "content-encoding", "content-disposition", "content-language", "cache-control", "expires",
    "x-amz-storage-class", "x-amz-website-redirect-location",
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One call. ``key`` is decoded; it is text and never a path."""

    objects: Objects
    request: Request
    bucket: str
    key: str

    def query(self, name: str) -> str:
        """Return a query parameter, empty if missing."""
        return self.request.query.get(name, "")

    def header(self, name: str) -> str:
        """Return a header, empty if missing."""
        return self.request.headers.get(name, "")


def locate(request: Request) -> tuple[str, str]:
    """Tell bucket and key, from the path or a host such as ``bucket.s3.localhost``."""
    path = decode(request.path[1:])
    if any(0xDC80 <= ord(character) <= 0xDCFF for character in path):
        raise error("InvalidURI")
    virtual = request.host.removesuffix(".localhost") if request.host.endswith(".localhost") else ""
    if virtual and loopback(request.host) and virtual != "s3":
        return virtual.removesuffix(".s3"), path
    bucket, _, key = path.partition("/")
    return bucket, key


def xml(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Answer with XML."""
    return Answer(status, {"Content-Type": "application/xml", **(headers or {})}, body)


def empty(status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Answer without a body."""
    return Answer(status, headers or {}, b"")


def kept_headers(call: Call) -> dict[str, str]:
    """Return the headers that an object keeps; the transfer's own encoding is none of them."""
    given = call.request.headers
    kept = {k: v for k, v in given.items() if k in KEPT or k.startswith("x-amz-meta-")}
    coding = [part.strip() for part in given.get("content-encoding", "").split(",")]
    left: Iterable[str] = (part for part in coding if part and part != "aws-chunked")
    kept["content-encoding"] = ",".join(left)
    if given.get("x-amz-tagging"):
        kept["x-amz-tagging"] = given["x-amz-tagging"]
    return {k: v for k, v in kept.items() if v}
