"""Tags of objects, and what they may be. Source: Amazon S3 User Guide, object-tagging."""

from __future__ import annotations

from collections import Counter
from urllib.parse import parse_qsl, urlencode

from pdprep.local.objects.errors import error
from pdprep.local.objects.objects import TAGS, Stored
from pdprep.local.objects.xmltext import document, parse
from pdprep.local.protocol.messages import HttpAnswer
from pdprep.local.s3.call import S3Call, empty, xml

MOST, KEY, VALUE = 10, 128, 256


def check(text: str) -> str:
    """Return tags as a header holds them, or refuse them."""
    tags = parse_qsl(text, keep_blank_values=True)
    if len(tags) > MOST:
        raise error("InvalidTag", f"Object tags cannot be greater than {MOST}")
    if any(not key or len(key) > KEY or len(value) > VALUE for key, value in tags):
        raise error("InvalidTag", "The TagKey or TagValue you have provided is invalid")
    if any(count > 1 for count in Counter(key for key, _ in tags).values()):
        raise error("InvalidTag", "Cannot provide multiple Tags with the same key")
    return text


def get_tags(call: S3Call) -> HttpAnswer:
    """Return an object's tags."""
    text = call.objects.get(call.bucket, call.key).headers.get(TAGS, "")
    tags = [("Tag", [("Key", k), ("Value", v)]) for k, v in parse_qsl(text, keep_blank_values=True)]
    return xml(document("Tagging", [("TagSet", tags)]))


def put_tags(call: S3Call) -> HttpAnswer:
    """Replace an object's tags."""
    root = parse(call.request.document())
    tags = [(t.findtext("Key") or "", t.findtext("Value") or "") for t in root.iter("Tag")]
    _retag(call, check(urlencode(tags)))
    return empty()


def delete_tags(call: S3Call) -> HttpAnswer:
    """Remove an object's tags."""
    _retag(call, "")
    return empty(204)


def _retag(call: S3Call, text: str) -> None:
    old = call.objects.get(call.bucket, call.key)
    kept = {k: v for k, v in old.headers.items() if k != TAGS} | ({TAGS: text} if text else {})
    call.objects.put(call.bucket, Stored(old.key, old.blob, old.size, old.etag, old.modified, kept))
