"""GetObject and HeadObject, with ranges and conditions."""

from __future__ import annotations

import re

from pdprep.local.objects.body import CHECKSUM
from pdprep.local.objects.errors import error
from pdprep.local.objects.objects import PARTS, TAGS, Stored
from pdprep.local.objects.xmltext import http_date
from pdprep.local.protocol.messages import HttpAnswer
from pdprep.local.s3 import conditions
from pdprep.local.s3.call import S3Call, empty
from pdprep.local.s3.customer_keys import check as check_customer_key

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
# response-content-type and the like, in the query of a signed request
_OVERRIDES = (
    "content-type", "content-encoding", "content-language", "expires", "cache-control", "content-disposition",
)  # fmt: skip


def get_object(call: S3Call) -> HttpAnswer:
    """Answer an object's bytes, or the range asked for."""
    item = call.objects.get(call.bucket, call.key)
    answered = check_customer_key(call)
    if conditions.unchanged(call, item):
        return empty(304, {"ETag": f'"{item.etag}"'})
    start, end, partial = _part(call, item) or _range(call.header("range"), item.size)
    headers = {**_headers(call, item), **answered}
    headers["Content-Length"] = str(end - start)
    if partial:
        # A checksum is of the whole object, and a client would hold it against the part.
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{item.size}"
        headers = {k: v for k, v in headers.items() if not k.startswith(CHECKSUM)}
    body = b"" if call.request.method == "HEAD" else call.objects.blobs.read(item.blob, start, end)
    return HttpAnswer(206 if partial else 200, headers, body)


def _headers(call: S3Call, item: Stored) -> dict[str, str]:
    checked = call.header("x-amz-checksum-mode").upper() == "ENABLED"
    kept = {k: v for k, v in item.headers.items() if checked or not k.startswith(CHECKSUM)}
    tags, parts = kept.pop(TAGS, ""), kept.pop(PARTS, "")
    if parts and call.query("partNumber"):
        kept["x-amz-mp-parts-count"] = str(len(parts.split(",")))
    overrides = {k: v for k in _OVERRIDES if (v := call.query(f"response-{k}"))}
    headers = {"content-type": "binary/octet-stream", **kept, **overrides}
    if tags:
        headers["x-amz-tagging-count"] = str(len(tags.split("&")))
    return {
        **headers,
        "ETag": f'"{item.etag}"',
        "Last-Modified": http_date(item.modified),
        "Accept-Ranges": "bytes",
    }


def _part(call: S3Call, item: Stored) -> tuple[int, int, bool] | None:
    """Return where the part asked for begins and ends; an object that was put whole is one part."""
    if not call.query("partNumber"):
        return None
    if call.header("range"):
        raise error("InvalidRequest", "Cannot specify both Range header and partNumber query parameter.")
    number = call.number("partNumber", 0, 10_000)
    sizes = [int(size) for size in item.headers.get(PARTS, str(item.size)).split(",")]
    if not 1 <= number <= 10_000:
        raise error("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
    if number > len(sizes):
        raise error("InvalidPartNumber")
    start = sum(sizes[: number - 1])
    return start, start + sizes[number - 1], PARTS in item.headers


def _range(text: str, size: int) -> tuple[int, int, bool]:
    match = _RANGE.fullmatch(text.replace(" ", ""))
    if not match or match[0] == "bytes=-":  # RFC 9110: what is no range is as if it were not there
        return 0, size, False
    if not match[1]:
        start, end = max(0, size - int(match[2])), size
    else:
        start, end = int(match[1]), min(size, int(match[2]) + 1) if match[2] else size
        if match[2] and int(match[2]) < start:
            return 0, size, False
    if start >= size:
        raise error("InvalidRange")
    return start, end, True
