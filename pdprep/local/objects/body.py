"""Request bodies of S3: plain, or ``aws-chunked`` signed or not, with a trailer; and their checksums."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

from pdprep.local.objects.checksums import COMPUTED, SIZES, Digest
from pdprep.local.objects.errors import error
from pdprep.local.objects.framing import Body, chunks, plain
from pdprep.local.protocol.messages import HttpRequest

CHECKSUM = "x-amz-checksum-"


@dataclass
class BodyDigests:
    """Running digests of a body: MD5 always, others as asked."""

    wanted: frozenset[str]
    md5: hashlib._Hash = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))
    digests: dict[str, Digest] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.digests = {name: COMPUTED[name]() for name in self.wanted}

    def update(self, block: bytes) -> None:
        """Take in a block."""
        self.md5.update(block)
        for digest in self.digests.values():
            digest.update(block)

    def value(self, name: str) -> str:
        """Return a checksum in base64, as its header holds it."""
        return base64.b64encode(self.digests[name].digest()).decode()


def blocks(request: HttpRequest, trailer: dict[str, str]) -> Generator[bytes, None, None]:
    """Yield the decoded body; ``trailer`` is filled at its end."""
    if not chunked(request.headers):
        yield from plain(Body(request.body), _length(request.headers.get("content-length")))
        return
    size = 0
    for block in chunks(Body(request.body), trailer):
        size += len(block)
        yield block
    if size != (_length(request.headers.get("x-amz-decoded-content-length")) or size):
        raise error("IncompleteBody")


def chunked(headers: Mapping[str, str]) -> bool:
    """Say whether a body is ``aws-chunked``."""
    streaming = headers.get("x-amz-content-sha256", "").startswith("STREAMING-")
    return streaming or "aws-chunked" in headers.get("content-encoding", "")


def sums(headers: Mapping[str, str]) -> BodyDigests:
    """Return the digests that the headers of a request ask for."""
    # A client sends a checksum as a header, promises it for the trailer, or names one for S3 to compute.
    asked = {name for name in COMPUTED if CHECKSUM + name in headers}
    asked |= {
        name for name in COMPUTED if CHECKSUM + name == headers.get("x-amz-trailer", "").strip().lower()
    }
    asked |= {name for name in COMPUTED if headers.get("x-amz-sdk-checksum-algorithm", "").lower() == name}
    # 64 digits are the SHA-256 of the body; other values say that it is not signed, or signed in chunks.
    signed = len(headers.get("x-amz-content-sha256", "")) == 64
    return BodyDigests(frozenset(asked | ({"sha256"} if signed else set())))


def verify(headers: Mapping[str, str], trailer: Mapping[str, str], found: BodyDigests) -> dict[str, str]:
    """Refuse a body that is not what its checksums say; return the checksum headers to keep."""
    both = {**headers, **trailer}
    given = {k: v for k, v in both.items() if k.removeprefix(CHECKSUM) in SIZES and k.startswith(CHECKSUM)}
    for header, value in given.items():
        name = header.removeprefix(CHECKSUM)
        if not well_formed(name, value):
            raise error("InvalidRequest", f"Value for {header} header is invalid.")
        # A checksum that needs awscrt may be one that nothing here can compute: it is kept as it was given.
        if name in found.wanted and found.value(name) != value:
            raise error("BadDigest", f"The {name.upper()} you specified did not match what we received.")
    _verify_md5(headers.get("content-md5"), found)
    signed = headers.get("x-amz-content-sha256", "")
    if len(signed) == 64 and found.digests["sha256"].digest().hex() != signed:
        raise error("XAmzContentSHA256Mismatch")
    return given


def well_formed(name: str, value: str) -> bool:
    """Say whether a checksum is base64 of as many bytes as it has.

    >>> well_formed("crc32", "AAAAAA=="), well_formed("crc32", "AAAA")
    (True, False)
    """
    try:
        return len(base64.b64decode(value, validate=True)) == SIZES[name]
    except ValueError:
        return False


def _verify_md5(given: str | None, found: BodyDigests) -> None:
    if given is None:
        return
    try:
        raw = base64.b64decode(given, validate=True)
    except ValueError as problem:
        raise error("InvalidDigest") from problem
    if raw != found.md5.digest():
        raise error("BadDigest")


def _length(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None
