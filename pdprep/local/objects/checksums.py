"""Checksums of S3 as running digests: those of Python, and with ``awscrt`` installed those of the CRT too.

Without it CRC32C, CRC64NVME and the XXHASHes are kept as given: in plain Python 300 MB would take a minute.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

try:
    from awscrt import checksums as crt
except ImportError:
    crt = None


class Digest(Protocol):
    """A checksum that takes in a body block by block."""

    def update(self, block: bytes, /) -> object: ...

    def digest(self) -> bytes: ...


@dataclass
class Crc:
    """A cyclic redundancy check: a function of a block and the value so far."""

    step: Callable[[bytes, int], int]
    size: int
    value: int = 0

    def update(self, block: bytes) -> None:
        """Take in a block."""
        self.value = self.step(block, self.value)

    def digest(self) -> bytes:
        """Return the value, most significant byte first."""
        return self.value.to_bytes(self.size, "big")


@dataclass
class XxHash:
    """A hash of the CRT, which calls the last step by another name."""

    inner: Any

    def update(self, block: bytes) -> None:
        """Take in a block."""
        self.inner.update(block)

    def digest(self) -> bytes:
        """Return the hash."""
        return bytes(self.inner.finalize())


def _of_the_crt() -> dict[str, Callable[[], Digest]]:
    if crt is None:
        return {}
    return {
        "crc32c": partial(Crc, crt.crc32c, 4),
        "crc64nvme": partial(Crc, crt.crc64nvme, 8),
        "xxhash64": lambda: XxHash(crt.XXHash.new_xxhash64()),
        "xxhash3": lambda: XxHash(crt.XXHash.new_xxhash3_64()),
        "xxhash128": lambda: XxHash(crt.XXHash.new_xxhash3_128()),
    }


# Bytes of each, known to the service whether it is computed here or not.
SIZES = {
    "crc32": 4, "crc32c": 4, "crc64nvme": 8, "sha1": 20, "sha256": 32, "sha512": 64, "md5": 16,
    "xxhash64": 8, "xxhash3": 8, "xxhash128": 16,
}  # fmt: skip
COMPUTED: dict[str, Callable[[], Digest]] = {
    "crc32": partial(Crc, zlib.crc32, 4),
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha512": hashlib.sha512,
    **_of_the_crt(),
}
