"""Staged parts in S3: up under a key of their own, confirmed one by one, and gone again."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from pdprep import clock
from pdprep.engine.parts import Part
from pdprep.errors import ServiceError
from pdprep.personalize.aws.client import Environment, call, missing, upload
from pdprep.personalize.resources import names


def fresh_prefix(environment: Environment, group: str, dataset: str, name: str) -> str:
    """Return a prefix that no other import uses: what was there before is never read."""
    _, prefix = environment.place
    return str(PurePosixPath(group_prefix(prefix, group), dataset, f"{name}-{clock.new_id()[-8:]}"))


def group_prefix(prefix: str, group: str) -> str:
    """Return the prefix of whatever is staged for a dataset group."""
    return str(PurePosixPath(*(part for part in (prefix, names.TAG, group) if part)))


def key(prefix: str, part: Part) -> str:
    """Return the key of a part."""
    return f"{prefix}/{part.path.name}"


def location(environment: Environment, path: str) -> str:
    """Return a key or prefix as an address."""
    return f"s3://{environment.place[0]}/{path}"


def send(
    environment: Environment, prefix: str, part: Part, group: str, listener: Callable[[int], None],
    text: Iterable[bytes | memoryview] | None = None,
) -> None:  # fmt: skip
    """Upload a part and see it there; one that is there already is not sent again.

    Args:
        environment: The account, region and bucket.
        prefix: Where the parts of the import stand.
        part: The part; its path tells its name.
        group: The dataset group, for the tag.
        listener: Gets the bytes of each step.
        text: What the part is made of, where it is in memory and not in a file.

    Raises:
        ServiceError: It is not there in the size and with the checksum it was sent.
    """
    name = key(prefix, part)
    # The same frame makes the same bytes, so an import that was cut off finds its first parts here.
    if _confirmed(environment, name, part):
        listener(part.bytes)
        return
    extra = {"Metadata": {"sha256": part.sha256}, "Tagging": f"{names.TAG}={group}"}
    upload(environment, part.path if text is None else Text(text), name, listener, **extra)
    if not _confirmed(environment, name, part):
        raise ServiceError(
            f"{location(environment, name)} is not what was uploaded",
            f"{part.bytes:,} bytes with SHA-256 {part.sha256}",
            "the same call again: parts that arrived are not sent twice",
            operation="HeadObject",
        )


class Text(io.RawIOBase):
    """Pieces of text as a file that is read once, without putting them together."""

    def __init__(self, pieces: Iterable[bytes | memoryview]) -> None:
        super().__init__()
        self._pieces, self._left = iter(pieces), memoryview(b"")

    def readable(self) -> bool:
        """Say that it is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the next piece goes."""
        while not len(self._left):
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def keys_below(environment: Environment, prefix: str) -> list[str]:
    """Return the keys of all objects below a prefix; none where there is no bucket, as puts need none."""
    token: dict[str, str] = {}
    found: list[str] = []
    while True:
        try:
            page = call(
                environment,
                "s3",
                "list_objects_v2",
                Bucket=environment.place[0],
                Prefix=f"{prefix}/",
                **token,
            )
        except ServiceError as error:
            if missing(error):
                return found
            raise
        found += [entry["Key"] for entry in page.get("Contents", [])]
        if not page.get("IsTruncated"):
            return found
        token = {"ContinuationToken": page["NextContinuationToken"]}


def abort_broken(environment: Environment, prefix: str) -> None:
    """Abort the uploads in parts that a killed process left below a prefix: they cost storage unseen."""
    bucket, _ = environment.place
    for found in call(environment, "s3", "list_multipart_uploads", Bucket=bucket, Prefix=prefix).get(
        "Uploads", []
    ):
        which = {"Key": found["Key"], "UploadId": found["UploadId"]}
        call(environment, "s3", "abort_multipart_upload", Bucket=bucket, **which)


def remove(environment: Environment, keys: Sequence[str]) -> None:
    """Delete objects; those that are gone already do not matter."""
    bucket, _ = environment.place
    # A thousand keys a call is what S3 takes. Source: API reference of S3, DeleteObjects.
    for start in range(0, len(keys), 1000):
        objects = [{"Key": name} for name in keys[start : start + 1000]]
        call(environment, "s3", "delete_objects", Bucket=bucket, Delete={"Objects": objects, "Quiet": True})


def _confirmed(environment: Environment, name: str, part: Part) -> bool:
    try:
        head = call(environment, "s3", "head_object", Bucket=environment.place[0], Key=name)
    except ServiceError as error:
        if missing(error):
            return False
        raise
    # In the metadata, since the ETag of an upload in parts is no checksum of the whole.
    return bool(head["ContentLength"] == part.bytes and head.get("Metadata", {}).get("sha256") == part.sha256)
