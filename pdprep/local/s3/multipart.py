"""The calls of multipart uploads: begin, send or copy a part, complete, abort, list."""

from __future__ import annotations

import re
from functools import partial

from pdprep.local.objects import uploads
from pdprep.local.objects.body import CHECKSUM, sums
from pdprep.local.objects.errors import error
from pdprep.local.objects.objects import TAGS, Stored, check_key
from pdprep.local.objects.xmltext import Node, document, iso, parse
from pdprep.local.protocol.messages import HttpAnswer
from pdprep.local.s3 import conditions, copying
from pdprep.local.s3.call import OWNER, Encoder, S3Call, empty, kept_headers, xml
from pdprep.local.s3.tagging import check
from pdprep.local.s3.writing import checksums, receive

KINDS = ("x-amz-checksum-algorithm", "x-amz-checksum-type")


def create_upload(call: S3Call) -> HttpAnswer:
    """Begin a multipart upload."""
    call.objects.bucket(call.bucket)
    check_key(call.key)
    headers = kept_headers(call)
    check(headers.get(TAGS, ""))
    kinds = {name: call.header(name).upper() for name in KINDS if call.header(name)}
    upload = uploads.create(call.objects, call.bucket, call.key, {**headers, **kinds})
    nodes: list[Node] = [("Bucket", call.bucket), ("Key", call.key), ("UploadId", upload)]
    return xml(document("InitiateMultipartUploadResult", nodes), headers=kinds)


def upload_part(call: S3Call) -> HttpAnswer:
    """Keep one part."""
    uploads.get(call.objects, call.bucket, call.key, call.query("uploadId"))
    item = receive(call, {})
    uploads.add_part(call.objects, call.query("uploadId"), _part_number(call.query("partNumber")), item)
    return empty(headers={"ETag": f'"{item.etag}"', **checksums(item)})


def copy_part(call: S3Call) -> HttpAnswer:
    """Keep one part, taken from another object."""
    uploads.get(call.objects, call.bucket, call.key, call.query("uploadId"))
    source, found = copying.source(call), sums({})
    start, end = _copy_range(call.header("x-amz-copy-source-range"), source.size)
    blob, size = call.objects.blobs.write(call.objects.blobs.read(source.blob, start, end), found)
    item = Stored(call.key, blob, size, found.md5.hexdigest(), call.objects.clock.now())
    uploads.add_part(call.objects, call.query("uploadId"), _part_number(call.query("partNumber")), item)
    return xml(document("CopyPartResult", [("LastModified", iso(item.modified)), ("ETag", f'"{item.etag}"')]))


def complete_upload(call: S3Call) -> HttpAnswer:
    """Join the parts; a call that is repeated because its answer was lost is answered as the first time."""
    asked = [
        uploads.AskedPart(
            _part_number(part.findtext("PartNumber")), (part.findtext("ETag") or "").strip('"'),
            {
                CHECKSUM + child.tag.removeprefix("Checksum").lower(): child.text or ""
                for child in part if child.tag.startswith("Checksum")
            },
        )
        for part in parse(call.request.document()).iter("Part")
    ]  # fmt: skip
    before = uploads.completed(call.objects, call.bucket, call.key, call.query("uploadId"))
    if before and before.etag == uploads.joined_etag([part.etag for part in asked]):
        return _completed(call, before)
    upload = uploads.get(call.objects, call.bucket, call.key, call.query("uploadId"))
    precondition = partial(conditions.write, call)
    precondition(call.objects.find(call.bucket, call.key))  # before the parts are joined, and again after it
    return _completed(call, uploads.complete(call.objects, upload, asked, precondition))


def _completed(call: S3Call, item: Stored) -> HttpAnswer:
    nodes: list[Node] = [("Location", call.request.path), ("Bucket", call.bucket), ("Key", call.key)]
    nodes.append(("ETag", f'"{item.etag}"'))
    for name, value in checksums(item).items():
        kind = name.removeprefix(CHECKSUM)
        nodes.append(("ChecksumType" if kind == "type" else f"Checksum{kind.upper()}", value))
    return xml(document("CompleteMultipartUploadResult", nodes))


def abort_upload(call: S3Call) -> HttpAnswer:
    """Forget an upload."""
    uploads.get(call.objects, call.bucket, call.key, call.query("uploadId"))
    uploads.abort(call.objects, call.query("uploadId"))
    return empty(204)


def list_uploads(call: S3Call) -> HttpAnswer:
    """List unfinished multipart uploads, a page at a time."""
    call.objects.bucket(call.bucket)
    prefix, delimiter, encode = call.query("prefix"), call.query("delimiter"), Encoder(call.request.query)
    after = (call.query("key-marker"), call.query("upload-id-marker"))
    most = call.number("max-uploads", 1000, 1000)
    # Uploads and common prefixes share the pages: both are sorted by key, and each counts as one.
    entries = dict[tuple[str, str], Node]()
    sql = "SELECT * FROM uploads WHERE bucket = ? ORDER BY key, id"
    for row in call.objects.store.rows(sql, call.bucket):
        key = row["key"]
        if not key.startswith(prefix):
            continue
        cut = key.find(delimiter, len(prefix)) if delimiter else -1
        if cut >= 0:
            common = key[: cut + len(delimiter)]
            entries[common, ""] = ("CommonPrefixes", [("Prefix", encode(common))])
        else:
            upload = [("Key", encode(key)), ("UploadId", row["id"]), ("Initiator", OWNER), ("Owner", OWNER)]
            more = [("StorageClass", "STANDARD"), ("Initiated", iso(row["created"]))]
            entries[key, row["id"]] = ("Upload", [*upload, *more])
    left = [place for place in sorted(entries) if _beyond(place, after)]
    shown, more_left = left[:most], len(left) > most and most > 0
    following = shown[-1] if more_left else ("", "")
    nodes: list[Node] = [
        ("Bucket", call.bucket), ("KeyMarker", encode(after[0])), ("UploadIdMarker", after[1]),
        ("Prefix", encode(prefix)), ("Delimiter", encode(delimiter) or None), ("MaxUploads", most),
        ("EncodingType", call.request.query.get("encoding-type")), ("IsTruncated", more_left),
        ("NextKeyMarker", encode(following[0]) or None), ("NextUploadIdMarker", following[1] or None),
    ]  # fmt: skip
    return xml(document("ListMultipartUploadsResult", nodes + [entries[place] for place in shown]))


def list_parts(call: S3Call) -> HttpAnswer:
    """List the parts of an upload."""
    upload = uploads.get(call.objects, call.bucket, call.key, call.query("uploadId"))
    after = call.number("part-number-marker", 0, 2**31)
    most = call.number("max-parts", 1000, 1000)
    rows = [row for n, row in uploads.parts(call.objects, upload["id"]).items() if n > after]
    nodes: list[Node] = [
        ("Bucket", call.bucket), ("Key", call.key), ("UploadId", upload["id"]), ("Initiator", OWNER),
        ("Owner", OWNER), ("StorageClass", "STANDARD"), ("PartNumberMarker", after), ("MaxParts", most),
        ("IsTruncated", len(rows) > most),
        ("NextPartNumberMarker", rows[:most][-1]["number"] if rows[:most] else 0),
    ]  # fmt: skip
    for row in rows[:most]:
        part: list[Node] = [("PartNumber", row["number"]), ("LastModified", iso(row["modified"]))]
        nodes.append(("Part", [*part, ("ETag", f'"{row["etag"]}"'), ("Size", row["size"])]))
    return xml(document("ListPartsResult", nodes))


def _beyond(place: tuple[str, str], after: tuple[str, str]) -> bool:
    """Say whether an entry comes after a marker; an upload id counts only beside its key."""
    key, upload = after
    if not key:
        return True
    return place > after if upload else place[0] > key


def _copy_range(text: str, size: int) -> tuple[int, int]:
    if not text:
        return 0, size
    match = re.fullmatch(r"bytes=(\d+)-(\d+)", text)
    if not match or int(match[2]) >= size or int(match[1]) > int(match[2]):
        raise error(
            "InvalidArgument", "The x-amz-copy-source-range value must be of the form bytes=first-last"
        )
    return int(match[1]), int(match[2]) + 1


def _part_number(text: str | None) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text or ""):
        raise error("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
    return int(text or "0")
