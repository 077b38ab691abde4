"""Multipart uploads: parts are kept apart until they are completed, checked and joined."""

from __future__ import annotations

import hashlib
import json

from pdprep.local.ids import Ids
from pdprep.local.s3.errors import error
from pdprep.local.s3.objects import Objects, Stored
from pdprep.local.store import Row

MIN_PART = 5 << 20
MAX_PARTS = 10_000


def create(objects: Objects, bucket: str, key: str, headers: dict[str, str]) -> str:
    """Begin an upload and return its id."""
    upload = Ids.fresh()
    values = (upload, bucket, key, objects.clock.now(), json.dumps(headers))
    objects.store.run("INSERT INTO uploads VALUES (?, ?, ?, ?, ?)", *values)
    return upload


def get(objects: Objects, bucket: str, key: str, upload: str) -> Row:
    """Return an upload's row or refuse."""
    sql = "SELECT * FROM uploads WHERE id = ? AND bucket = ? AND key = ?"
    row = objects.store.row(sql, upload, bucket, key)
    if row is None:
        raise error("NoSuchUpload")
    return row


def add_part(objects: Objects, upload: str, number: int, part: Stored) -> None:
    """Keep a part in the place of an older one of its number."""
    if not 1 <= number <= MAX_PARTS:
        raise error("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
    sql = "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)"
    values = (upload, number, part.blob, part.size, part.etag, part.modified, json.dumps(part.headers))
    old = parts(objects, upload).get(number)
    objects.store.run(sql, *values)
    if old:
        objects.blobs.remove(old["blob"])


def parts(objects: Objects, upload: str) -> dict[int, Row]:
    """Return the parts of an upload by number."""
    rows = objects.store.rows("SELECT * FROM parts WHERE upload = ? ORDER BY number", upload)
    return {row["number"]: row for row in rows}


def complete(objects: Objects, upload: Row, asked: list[tuple[int, str]]) -> Stored:
    """Join the parts asked for, in order, into an object."""
    chosen = _choose(parts(objects, upload["id"]), asked)
    blob = objects.blobs.join(row["blob"] for row in chosen)
    digests = b"".join(bytes.fromhex(row["etag"]) for row in chosen)
    etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(chosen)}"
    size = sum(row["size"] for row in chosen)
    item = Stored(upload["key"], blob, size, etag, objects.clock.now(), json.loads(upload["headers"]))
    with objects.store.transaction():
        objects.put(upload["bucket"], item)
        abort(objects, upload["id"])
    return item


def abort(objects: Objects, upload: str) -> None:
    """Forget an upload and its parts."""
    blobs = [row["blob"] for row in parts(objects, upload).values()]
    objects.store.run("DELETE FROM uploads WHERE id = ?", upload)
    for blob in blobs:
        objects.blobs.remove(blob)


def _choose(known: dict[int, Row], asked: list[tuple[int, str]]) -> list[Row]:
    numbers = [number for number, _ in asked]
    if numbers != sorted(set(numbers)) or not numbers:
        raise error("InvalidPartOrder" if numbers else "MalformedXML")
    if any(number not in known or known[number]["etag"] != etag for number, etag in asked):
        raise error("InvalidPart")
    if any(known[number]["size"] < MIN_PART for number in numbers[:-1]):
        raise error("EntityTooSmall")
    return [known[number] for number in numbers]
