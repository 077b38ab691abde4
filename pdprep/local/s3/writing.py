"""PutObject, CopyObject, multipart uploads and deletions."""

from __future__ import annotations

import re
from contextlib import closing
from urllib.parse import unquote

from pdprep.local.http import Answer
from pdprep.local.refusals import Refusal
from pdprep.local.s3 import uploads
from pdprep.local.s3.body import CHECKSUM, blocks, sums, verify
from pdprep.local.s3.call import Call, empty, kept_headers, xml
from pdprep.local.s3.errors import error
from pdprep.local.s3.objects import Stored, check_key
from pdprep.local.s3.xmltext import Node, document, iso, parse


def put_object(call: Call) -> Answer:
    """Store a body as an object."""
    call.objects.bucket(call.bucket)
    check_key(call.key)
    _not_there(call)
    item = _receive(call, kept_headers(call))
    _not_there(call)
    call.objects.put(call.bucket, item)
    return empty(headers=_tags(item))


def copy_object(call: Call) -> Answer:
    """Store a copy of an object."""
    call.objects.bucket(call.bucket)
    check_key(call.key)
    source = _source(call)
    replaced = call.header("x-amz-metadata-directive").upper() == "REPLACE"
    headers = kept_headers(call) if replaced else source.headers
    blob, size = call.objects.blobs.write(call.objects.blobs.read(source.blob, 0, source.size))
    item = Stored(call.key, blob, size, source.etag, call.objects.clock.now(), headers)
    call.objects.put(call.bucket, item)
    return xml(
        document("CopyObjectResult", [("LastModified", iso(item.modified)), ("ETag", f'"{item.etag}"')])
    )


def delete_object(call: Call) -> Answer:
    """Delete an object."""
    call.objects.bucket(call.bucket)
    call.objects.delete(call.bucket, call.key)
    return empty(204)


def delete_objects(call: Call) -> Answer:
    """Delete up to a thousand objects."""
    call.objects.bucket(call.bucket)
    root = parse(call.request.document())
    keys = [entry.findtext("Key") or "" for entry in root.iter("Object")]
    if not 1 <= len(keys) <= 1000:
        raise error("MalformedXML")
    for key in keys:
        call.objects.delete(call.bucket, key)
    quiet = (root.findtext("Quiet") or "").lower() == "true"
    return xml(document("DeleteResult", [] if quiet else [("Deleted", [("Key", key)]) for key in keys]))


def create_upload(call: Call) -> Answer:
    """Begin a multipart upload."""
    call.objects.bucket(call.bucket)
    check_key(call.key)
    upload = uploads.create(call.objects, call.bucket, call.key, kept_headers(call))
    nodes: list[Node] = [("Bucket", call.bucket), ("Key", call.key), ("UploadId", upload)]
    return xml(document("InitiateMultipartUploadResult", nodes))


def upload_part(call: Call) -> Answer:
    """Keep one part."""
    uploads.get(call.objects, call.bucket, call.key, call.query("uploadId"))
    item = _receive(call, {})
    uploads.add_part(call.objects, call.query("uploadId"), _number(call), item)
    return empty(headers=_tags(item))


def copy_part(call: Call) -> Answer:
    """Keep one part, taken from another object."""
    uploads.get(call.objects, call.bucket, call.key, call.query("uploadId"))
    source, found = _source(call), sums({})
    start, end = _copy_range(call.header("x-amz-copy-source-range"), source.size)
    blob, size = call.objects.blobs.write(call.objects.blobs.read(source.blob, start, end), found)
    item = Stored(call.key, blob, size, found.md5.hexdigest(), call.objects.clock.now())
    uploads.add_part(call.objects, call.query("uploadId"), _number(call), item)
    return xml(document("CopyPartResult", [("LastModified", iso(item.modified)), ("ETag", f'"{item.etag}"')]))


def complete_upload(call: Call) -> Answer:
    """Join the parts."""
    upload = uploads.get(call.objects, call.bucket, call.key, call.query("uploadId"))
    _not_there(call)
    asked = [(_part_number(p.findtext("PartNumber")), (p.findtext("ETag") or "").strip('"'))
             for p in parse(call.request.document()).iter("Part")]  # fmt: skip
    item = uploads.complete(call.objects, upload, asked)
    nodes: list[Node] = [("Location", call.request.path), ("Bucket", call.bucket), ("Key", call.key)]
    return xml(document("CompleteMultipartUploadResult", [*nodes, ("ETag", f'"{item.etag}"')]))


def abort_upload(call: Call) -> Answer:
    """Forget an upload."""
    uploads.get(call.objects, call.bucket, call.key, call.query("uploadId"))
    uploads.abort(call.objects, call.query("uploadId"))
    return empty(204)


def _receive(call: Call, kept: dict[str, str]) -> Stored:
    found, trailer = sums(call.request.headers), dict[str, str]()
    with closing(blocks(call.request, trailer)) as stream:
        blob, size = call.objects.blobs.write(stream, found)
    try:
        checksums = verify(call.request.headers, trailer, found)
    except Refusal:
        call.objects.blobs.remove(blob)
        raise
    now = call.objects.clock.now()
    return Stored(call.key, blob, size, found.md5.hexdigest(), now, {**kept, **checksums})


def _tags(item: Stored) -> dict[str, str]:
    checksums = {k: v for k, v in item.headers.items() if k.startswith(CHECKSUM)}
    return {"ETag": f'"{item.etag}"', **checksums}


def _not_there(call: Call) -> None:
    if call.header("if-none-match") == "*" and call.objects.find(call.bucket, call.key):
        raise error("PreconditionFailed")


def _source(call: Call) -> Stored:
    path = unquote(call.header("x-amz-copy-source").split("?")[0]).lstrip("/")
    bucket, _, key = path.partition("/")
    source = call.objects.get(bucket, key)
    match = call.header("x-amz-copy-source-if-match").strip('"')
    if match and match != source.etag:
        raise error("PreconditionFailed")
    return source


def _copy_range(text: str, size: int) -> tuple[int, int]:
    if not text:
        return 0, size
    match = re.fullmatch(r"bytes=(\d+)-(\d+)", text)
    if not match or int(match[2]) >= size or int(match[1]) > int(match[2]):
        raise error(
            "InvalidArgument", "The x-amz-copy-source-range value must be of the form bytes=first-last"
        )
    return int(match[1]), int(match[2]) + 1


def _number(call: Call) -> int:
    return _part_number(call.query("partNumber"))


def _part_number(text: str | None) -> int:
    if not (text or "").isdigit():
        raise error("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
    return int(text or "0")
