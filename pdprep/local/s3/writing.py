"""PutObject and deletions."""

from __future__ import annotations

from contextlib import closing
from functools import partial

from pdprep.local.objects.body import CHECKSUM, blocks, sums, verify
from pdprep.local.objects.errors import error
from pdprep.local.objects.objects import TAGS, Stored, check_key
from pdprep.local.objects.xmltext import Node, document, parse
from pdprep.local.protocol.messages import HttpAnswer
from pdprep.local.refusals import Refusal
from pdprep.local.s3 import conditions, tagging
from pdprep.local.s3.call import S3Call, empty, kept_headers, xml
from pdprep.local.s3.customer_keys import check as check_customer_key


def put_object(call: S3Call) -> HttpAnswer:
    """Store a body as an object."""
    call.objects.bucket(call.bucket)
    check_key(call.key)
    headers = kept_headers(call)
    tagging.check(headers.get(TAGS, ""))
    answered = check_customer_key(call)
    precondition = partial(conditions.write, call)
    precondition(call.objects.find(call.bucket, call.key))  # before gigabytes are read for nothing
    item = receive(call, headers)
    try:
        call.objects.put(call.bucket, item, precondition)  # again: another may have been faster
    except Refusal:
        call.objects.blobs.remove(item.blob)
        raise
    return empty(headers={"ETag": f'"{item.etag}"', **checksums(item), **answered})


def delete_object(call: S3Call) -> HttpAnswer:
    """Delete an object."""
    call.objects.bucket(call.bucket)
    call.objects.delete(call.bucket, call.key, partial(conditions.delete, call.header("if-match")))
    return empty(204)


def delete_objects(call: S3Call) -> HttpAnswer:
    """Delete up to a thousand objects; each has an outcome of its own."""
    call.objects.bucket(call.bucket)
    root = parse(call.request.document())
    entries = list(root.iter("Object"))
    if not 1 <= len(entries) <= 1000:
        raise error("MalformedXML")
    nodes = list[Node]()
    for entry in entries:
        key, version, etag = (entry.findtext(name) or "" for name in ("Key", "VersionId", "ETag"))
        try:
            if version not in ("", "null"):
                raise error("NoSuchVersion")
            call.objects.delete(call.bucket, key, partial(conditions.delete, etag))
            nodes.append(("Deleted", [("Key", key), ("VersionId", version or None)]))
        except Refusal as refusal:
            why: list[Node] = [("Key", key), ("VersionId", version or None), ("Code", refusal.code)]
            nodes.append(("Error", [*why, ("Message", refusal.message)]))
    quiet = (root.findtext("Quiet") or "").lower() == "true"
    return xml(document("DeleteResult", [node for node in nodes if node[0] == "Error" or not quiet]))


def receive(call: S3Call, kept: dict[str, str]) -> Stored:
    """Write a body and check it; return it as what it may become."""
    found, trailer = sums(call.request.headers), dict[str, str]()
    with closing(blocks(call.request, trailer)) as stream:
        blob, size = call.objects.blobs.write(stream, found)
    try:
        # After the last byte, since a trailer may bring the checksums.
        given = verify(call.request.headers, trailer, found)
    except Refusal:
        call.objects.blobs.remove(blob)
        raise
    now = call.objects.clock.now()
    return Stored(call.key, blob, size, found.md5.hexdigest(), now, {**kept, **given})


def checksums(item: Stored) -> dict[str, str]:
    """Return the checksum headers of an object or part."""
    return {k: v for k, v in item.headers.items() if k.startswith(CHECKSUM)}
