"""GetObject and HeadObject, with ranges and conditions."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

from pdprep.local.http import Answer
from pdprep.local.s3.body import CHECKSUM
from pdprep.local.s3.call import Call, empty
from pdprep.local.s3.errors import error
from pdprep.local.s3.objects import Stored
from pdprep.local.s3.xmltext import http_date

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
# response-content-type and the like, in the query of a signed request
_OVERRIDES = ("content-type", "content-language", "expires", "cache-control", "content-disposition")


def get_object(call: Call) -> Answer:
    """Answer an object's bytes, or the range asked for."""
    item = call.objects.get(call.bucket, call.key)
    if _unchanged(call, item):
        return empty(304, {"ETag": f'"{item.etag}"'})
    start, end, partial = _range(call.header("range"), item.size)
    headers = _headers(call, item)
    headers["Content-Length"] = str(end - start)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{item.size}"
        headers = {k: v for k, v in headers.items() if not k.startswith(CHECKSUM)}
    body = b"" if call.request.method == "HEAD" else call.objects.blobs.read(item.blob, start, end)
    return Answer(206 if partial else 200, headers, body)


def _headers(call: Call, item: Stored) -> dict[str, str]:
    checked = call.header("x-amz-checksum-mode").upper() == "ENABLED"
    kept = {k: v for k, v in item.headers.items() if checked or not k.startswith(CHECKSUM)}
    tags = kept.pop("x-amz-tagging", "")
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


def _range(text: str, size: int) -> tuple[int, int, bool]:
    match = _RANGE.fullmatch(text.replace(" ", ""))
    if not match or match[0] == "bytes=-":
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


def _unchanged(call: Call, item: Stored) -> bool:
    """Judge the conditions in RFC 9110's order; True means 304."""
    match, none_match = call.header("if-match"), call.header("if-none-match")
    if match and not _names(match, item.etag):
        raise error("PreconditionFailed")
    if not match and _later(item, call.header("if-unmodified-since")):
        raise error("PreconditionFailed")
    if none_match:
        return _names(none_match, item.etag)
    since = call.header("if-modified-since")
    return bool(since) and not _later(item, since)


def _names(tags: str, etag: str) -> bool:
    return tags.strip() == "*" or etag in {
        tag.strip().removeprefix("W/").strip('"') for tag in tags.split(",")
    }


def _later(item: Stored, text: str) -> bool:
    try:
        return bool(text) and int(item.modified) > parsedate_to_datetime(text).timestamp()
    except ValueError:
        return False
