"""Multipart uploads: parts are kept apart until they are completed, checked and joined."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass

from pdprep.local.life.ids import Ids
from pdprep.local.life.store import Row
from pdprep.local.objects.body import CHECKSUM
from pdprep.local.objects.checksums import COMPUTED
from pdprep.local.objects.errors import error
from pdprep.local.objects.objects import PARTS, Objects, Precondition, Stored

MIN_PART = 5 << 20
MAX_PARTS = 10_000
REMEMBERED = 1000  # completed uploads whose answer may be asked for again
_TRIM = "DELETE FROM completed WHERE rowid <= (SELECT max(rowid) FROM completed) - ?"


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
        objects.discard(old["blob"])


def parts(objects: Objects, upload: str) -> dict[int, Row]:
    """Return the parts of an upload by number."""
    rows = objects.store.rows("SELECT * FROM parts WHERE upload = ? ORDER BY number", upload)
    return {row["number"]: row for row in rows}


@dataclass(frozen=True)
class AskedPart:
    """A part that a completion names: its number, its ETag, and the checksums it should have."""

    number: int
    etag: str
    checksums: dict[str, str]


def complete(objects: Objects, upload: Row, asked: list[AskedPart], precondition: Precondition) -> Stored:
    """Join the parts asked for, in order, into an object."""
    chosen = _choose(parts(objects, upload["id"]), asked)
    headers = json.loads(upload["headers"])
    # Before the transaction: while gigabytes are copied, other calls go on.
    blob = objects.blobs.join(row["blob"] for row in chosen)
    etag = joined_etag([row["etag"] for row in chosen])
    size = sum(row["size"] for row in chosen)
    headers |= _checksum(objects, headers, blob, chosen)
    headers[PARTS] = ",".join(str(row["size"]) for row in chosen)
    item = Stored(upload["key"], blob, size, etag, objects.clock.now(), headers)
    with objects.store.transaction():
        objects.put(upload["bucket"], item, precondition)
        abort(objects, upload["id"])
        # Kept for a client whose answer was lost: it completes the upload again.
        kept = json.dumps({**headers, "etag": etag})
        objects.store.run(
            "INSERT INTO completed VALUES (?, ?, ?, ?)", upload["id"], upload["bucket"], upload["key"], kept
        )
        objects.store.run(_TRIM, REMEMBERED)
    return item


def completed(objects: Objects, bucket: str, key: str, upload: str) -> Stored | None:
    """Return what an upload became, if it was completed not long ago."""
    sql = "SELECT answer FROM completed WHERE id = ? AND bucket = ? AND key = ?"
    kept = objects.store.value(sql, upload, bucket, key)
    if kept is None:
        return None
    headers = json.loads(kept)
    return Stored(key, "", 0, headers.pop("etag"), 0.0, headers)


def joined_etag(etags: list[str]) -> str:
    """Return the ETag of an object that was joined from parts: the MD5 of their MD5s, and their number."""
    try:
        digests = b"".join(bytes.fromhex(etag) for etag in etags)
    except ValueError:
        return ""
    return f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(etags)}"


def _checksum(objects: Objects, headers: dict[str, str], blob: str, chosen: list[Row]) -> dict[str, str]:
    """Return the checksum of the whole that was asked for: of its bytes, or of its parts' checksums."""
    name = headers.pop("x-amz-checksum-algorithm", "").lower()
    kind = headers.pop("x-amz-checksum-type", "FULL_OBJECT" if name == "crc64nvme" else "COMPOSITE")
    if name not in COMPUTED:
        return {}
    digest = COMPUTED[name]()
    if kind == "FULL_OBJECT":
        for block in objects.blobs.read(blob, 0, sum(row["size"] for row in chosen)):
            digest.update(block)
        value = base64.b64encode(digest.digest()).decode()
    else:
        known = [json.loads(row["headers"]).get(CHECKSUM + name) for row in chosen]
        if None in known:
            return {}
        digest.update(b"".join(base64.b64decode(each) for each in known))
        value = f"{base64.b64encode(digest.digest()).decode()}-{len(chosen)}"
    return {CHECKSUM + name: value, CHECKSUM + "type": kind}


def abort(objects: Objects, upload: str) -> None:
    """Forget an upload and its parts."""
    blobs = [row["blob"] for row in parts(objects, upload).values()]
    objects.store.run("DELETE FROM uploads WHERE id = ?", upload)
    for blob in blobs:
        objects.discard(blob)


def _choose(known: dict[int, Row], asked: list[AskedPart]) -> list[Row]:
    numbers = [part.number for part in asked]
    if numbers != sorted(set(numbers)) or not numbers:
        raise error("InvalidPartOrder" if numbers else "MalformedXML")
    for part in asked:
        if part.number not in known or known[part.number]["etag"] != part.etag:
            raise error("InvalidPart")
        held = json.loads(known[part.number]["headers"])
        if any(name in held and held[name] != value for name, value in part.checksums.items()):
            raise error("InvalidPart", "One or more checksums of the specified parts did not match.")
    if any(known[number]["size"] < MIN_PART for number in numbers[:-1]):  # the last one may be small
        raise error("EntityTooSmall")
    return [known[number] for number in numbers]
