"""Buckets and objects: rows in the store, contents in blobs; an object changes in one transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pdprep.local.life.clock import Clock
from pdprep.local.life.store import Row, Store
from pdprep.local.objects.blobs import Blobs
from pdprep.local.objects.errors import error

# Source: Amazon S3 User Guide, bucketnamingrules: no IP address, no two dots in a row, no reserved beginning
# or end.
_BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]")
_RESERVED = re.compile(
    r"(xn--|sthree-|amzn-s3-demo-).*|.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)|.*(\.-|-\.).*"
)
MAX_KEY = 1024
TAGS = "x-amz-tagging"
PARTS = "parts"  # the sizes of the parts that an object was joined from; no header has this name


@dataclass(frozen=True)
class Stored:
    """One object or part: ``etag`` without quotes, ``modified`` in seconds since 1970, headers to answer."""

    key: str
    blob: str
    size: int
    etag: str
    modified: float
    headers: dict[str, str] = field(default_factory=dict)


Precondition = Callable[[Stored | None], None]  # refuses a write in view of the object that it replaces


class Objects:
    """What S3 holds."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.blobs = Blobs(store.folder / "objects", store.faults)
        rows = store.rows("SELECT blob FROM objects UNION ALL SELECT blob FROM parts")
        self.blobs.sweep({row["blob"] for row in rows})

    def create_bucket(self, name: str, region: str) -> bool:
        """Create a bucket; return False when it was there."""
        if not _BUCKET.fullmatch(name) or _RESERVED.fullmatch(name):
            raise error("InvalidBucketName")
        if self.has_bucket(name):
            return False
        self.store.run("INSERT INTO buckets VALUES (?, ?, ?)", name, region, self.clock.now())
        return True

    def has_bucket(self, name: str) -> bool:
        """Say whether a bucket exists."""
        return self.store.row("SELECT 1 FROM buckets WHERE name = ?", name) is not None

    def bucket(self, name: str) -> Row:
        """Return a bucket's row or refuse."""
        row = self.store.row("SELECT * FROM buckets WHERE name = ?", name)
        if row is None:
            raise error("NoSuchBucket")
        return row

    def buckets(self) -> list[Row]:
        """Return all buckets by name."""
        return self.store.rows("SELECT * FROM buckets ORDER BY name")

    def delete_bucket(self, name: str) -> None:
        """Delete an empty bucket."""
        self.bucket(name)
        if self.store.row("SELECT 1 FROM objects WHERE bucket = ?", name):
            raise error("BucketNotEmpty")
        with self.store.transaction():
            # Rows of parts go by their foreign key, files of parts when a server starts again.
            self.store.run("DELETE FROM uploads WHERE bucket = ?", name)
            self.store.run("DELETE FROM meta WHERE name = ?", f"policy {name}")
            self.store.run("DELETE FROM buckets WHERE name = ?", name)

    def find(self, bucket: str, key: str) -> Stored | None:
        """Return an object, or None."""
        row = self.store.row("SELECT * FROM objects WHERE bucket = ? AND key = ?", bucket, key)
        return stored(row) if row else None

    def get(self, bucket: str, key: str) -> Stored:
        """Return an object or refuse."""
        self.bucket(bucket)
        found = self.find(bucket, key)
        if found is None:
            raise error("NoSuchKey")
        return found

    def put(self, bucket: str, item: Stored, precondition: Precondition = lambda _: None) -> None:
        """Store an object in the place of an older one, if the precondition holds of that."""
        sql = "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?)"
        headers = json.dumps(item.headers)
        with self.store.transaction():
            old = self.find(bucket, item.key)
            precondition(old)  # in the transaction: nobody else writes between the check and the change
            self.store.run(sql, bucket, item.key, item.blob, item.size, item.etag, item.modified, headers)
            if old and old.blob != item.blob:
                self.discard(old.blob)

    def adopt(self, bucket: str, key: str, path: Path) -> None:
        """Make a finished file an object."""
        blob, size, md5 = self.blobs.adopt(path)
        self.put(bucket, Stored(key, blob, size, md5, self.clock.now(), {"content-type": "text/csv"}))

    def delete(self, bucket: str, key: str, precondition: Precondition = lambda _: None) -> None:
        """Delete an object, if the precondition holds of it; nothing happens when there is none."""
        with self.store.transaction():
            old = self.find(bucket, key)
            precondition(old)
            self.store.run("DELETE FROM objects WHERE bucket = ? AND key = ?", bucket, key)
            if old:
                self.discard(old.blob)

    def discard(self, blob: str) -> None:
        """Remove a blob that no row names any more; not before that counts, since rows may come back."""
        self.store.after_commit(partial(self.blobs.remove, blob))

    def keys(self, bucket: str, prefix: str, after: str, limit: int) -> list[Stored]:
        """Return up to ``limit`` objects with ``prefix`` and a key beyond ``after``, in UTF-8 order."""
        # A range and no LIKE, so that the index serves it: keys with a prefix sort before the prefix with the
        # highest character.
        sql = (
            "SELECT * FROM objects WHERE bucket = ? AND key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?"
        )
        return [
            stored(row) for row in self.store.rows(sql, bucket, after, prefix, prefix + "\U0010ffff", limit)
        ]


def check_key(key: str) -> None:
    """Refuse a key that S3 does not take."""
    if len(key.encode("utf-8")) > MAX_KEY:
        raise error("KeyTooLongError")


def stored(row: Row) -> Stored:
    """Read an object's row."""
    return Stored(
        row["key"], row["blob"], row["size"], row["etag"], row["modified"], json.loads(row["headers"])
    )
