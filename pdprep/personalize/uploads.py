"""Staged parts in S3: up under a key of their own, confirmed one by one, and gone again."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from pdprep import clock
from pdprep.engine.parts import Part
from pdprep.errors import ServiceError
from pdprep.personalize import names
from pdprep.personalize.clients import World, call, missing, upload
from pdprep.progress import Listener, Progress


def fresh_prefix(world: World, group: str, dataset: str, name: str) -> str:
    """Return a prefix that no other import uses: what stood there before is never read."""
    _, prefix = world.place
    return str(PurePosixPath(group_prefix(prefix, group), dataset, f"{name}-{clock.new_id()[-8:]}"))


def group_prefix(prefix: str, group: str) -> str:
    """Return the prefix of whatever is staged for a dataset group."""
    return str(PurePosixPath(*(part for part in (prefix, names.TAG, group) if part)))


def key(prefix: str, part: Part) -> str:
    """Return the key of a part."""
    return f"{prefix}/{part.path.name}"


def location(world: World, path: str) -> str:
    """Return a key or prefix as an address."""
    return f"s3://{world.place[0]}/{path}"


def send(world: World, prefix: str, parts: Sequence[Part], group: str, listener: Listener) -> None:
    """Upload the parts and see each one there; parts that are there already are not sent again.

    Raises:
        ServiceError: A part is not there in the size and with the checksum it was sent.
    """
    count = _Count(sum(part.bytes for part in parts), listener)
    for part in parts:
        if _confirmed(world, key(prefix, part), part):
            count.add(part.bytes)
            continue
        extra = {"Metadata": {"sha256": part.sha256}, "Tagging": f"{names.TAG}={group}"}
        upload(world, part.path, key(prefix, part), count.add, **extra)
        if not _confirmed(world, key(prefix, part), part):
            raise ServiceError(
                f"{location(world, key(prefix, part))} is not what was uploaded",
                f"{part.bytes:,} bytes with SHA-256 {part.sha256}",
                "the same call again: parts that arrived are not sent twice",
                operation="HeadObject",
            )


def remove(world: World, keys: Sequence[str]) -> None:
    """Delete objects; those that are gone already do not matter."""
    bucket, _ = world.place
    for start in range(0, len(keys), 1000):
        objects = [{"Key": name} for name in keys[start : start + 1000]]
        call(world, "s3", "delete_objects", Bucket=bucket, Delete={"Objects": objects, "Quiet": True})


def _confirmed(world: World, name: str, part: Part) -> bool:
    try:
        head = call(world, "s3", "head_object", Bucket=world.place[0], Key=name)
    except ServiceError as error:
        if missing(error):
            return False
        raise
    return bool(head["ContentLength"] == part.bytes and _sha256(head) == part.sha256)


def _sha256(head: dict[str, Any]) -> str:
    return str(head.get("Metadata", {}).get("sha256", ""))


class _Count:
    """Adds up the bytes of all parts; boto3 calls it from threads of its own."""

    def __init__(self, total: int, listener: Listener) -> None:
        self.done, self.total, self.listener = 0, total, listener
        self._guard = threading.Lock()

    def add(self, count: int) -> None:
        """Count some more bytes."""
        with self._guard:
            self.done += count
        self.listener(Progress("upload", self.done, self.total, "bytes"))
