"""CopyObject: contents, metadata, tags and storage class, each from the source or from the request."""

from __future__ import annotations

from urllib.parse import unquote

from pdprep.local.objects.errors import error
from pdprep.local.objects.objects import PARTS, TAGS, Stored, check_key
from pdprep.local.objects.xmltext import document, iso
from pdprep.local.protocol.messages import HttpAnswer
from pdprep.local.s3 import conditions, tagging
from pdprep.local.s3.call import STORAGE_CLASS, S3Call, kept_headers, xml

# What a copy takes from the request alone, whatever becomes of the metadata.
APART = (TAGS, STORAGE_CLASS, PARTS)


def copy_object(call: S3Call) -> HttpAnswer:
    """Store a copy of an object."""
    call.objects.bucket(call.bucket)
    check_key(call.key)
    found = source(call)
    headers = _headers(call, found)
    blob, size = call.objects.blobs.write(call.objects.blobs.read(found.blob, 0, found.size))
    item = Stored(call.key, blob, size, found.etag, call.objects.clock.now(), headers)
    call.objects.put(call.bucket, item)
    return xml(
        document("CopyObjectResult", [("LastModified", iso(item.modified)), ("ETag", f'"{item.etag}"')])
    )


def source(call: S3Call) -> Stored:
    """Return the object that a copy reads, if its conditions hold."""
    path, _, query = call.header("x-amz-copy-source").partition("?")
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    found = call.objects.get(bucket, key)
    if query and query.removeprefix("versionId=") != "null":
        raise error("NoSuchVersion")
    conditions.source(call, found)
    return found


def _headers(call: S3Call, found: Stored) -> dict[str, str]:
    given, old = kept_headers(call), found.headers
    replaced = call.header("x-amz-metadata-directive").upper() == "REPLACE"
    # A copy onto itself is how a client changes metadata or storage class; one that changes neither is
    # refused.
    own = unquote(call.header("x-amz-copy-source")).lstrip("/") == f"{call.bucket}/{call.key}"
    if own and not replaced and given.get(STORAGE_CLASS, old.get(STORAGE_CLASS)) == old.get(STORAGE_CLASS):
        raise error(
            "InvalidRequest",
            "This copy request is illegal because it is trying to copy an object to itself without changing "
            "the object's metadata, storage class, website redirect location or encryption attributes.",
        )
    kept = {k: v for k, v in (given if replaced else old).items() if k not in APART}
    tags = given if call.header("x-amz-tagging-directive").upper() == "REPLACE" else old
    tagging.check(tags.get(TAGS, ""))
    chosen = {TAGS: tags.get(TAGS), STORAGE_CLASS: given.get(STORAGE_CLASS)}
    # The copy holds the same bytes, so their checksums stay.
    sums = {k: v for k, v in old.items() if k.startswith("x-amz-checksum-")}
    return {**kept, **sums, **{k: v for k, v in chosen.items() if v}}
