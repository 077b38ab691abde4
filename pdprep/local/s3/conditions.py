"""Conditions of reads, writes and copies. Source: Amazon S3 User Guide, conditional requests; RFC 9110."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from pdprep.local.objects.errors import error
from pdprep.local.objects.objects import Stored
from pdprep.local.s3.call import S3Call


def unchanged(call: S3Call, item: Stored) -> bool:
    """Check the conditions of a read in RFC 9110's order; True means 304."""
    _refuse(call, item)
    none_match, since = call.header("if-none-match"), call.header("if-modified-since")
    if none_match:  # an entity tag is exact, so the date beside it does not count
        return names(none_match, item.etag)
    return bool(since) and not _later(item, since)


def source(call: S3Call, item: Stored) -> None:
    """Check the conditions of a copy's source; none of them is a 304."""
    prefix = "x-amz-copy-source-"
    _refuse(call, item, prefix)
    none_match, since = call.header(prefix + "if-none-match"), call.header(prefix + "if-modified-since")
    if none_match and names(none_match, item.etag):
        raise error("PreconditionFailed", Condition=prefix + "If-None-Match")
    if since and not none_match and not _later(item, since):
        raise error("PreconditionFailed", Condition=prefix + "If-Modified-Since")


def write(call: S3Call, found: Stored | None) -> None:
    """Check the conditions of a write against the object in its place."""
    if call.header("if-none-match") and found and names(call.header("if-none-match"), found.etag):
        raise error("PreconditionFailed", Condition="If-None-Match")
    wanted = call.header("if-match")
    if wanted and found is None:
        raise error("NoSuchKey")
    if wanted and found and not names(wanted, found.etag):
        raise error("PreconditionFailed", Condition="If-Match")


def delete(etag: str, found: Stored | None) -> None:
    """Check the condition of a deletion; what is not there is deleted already."""
    if etag and found and not names(etag, found.etag):
        raise error("PreconditionFailed", Condition="If-Match")


def names(tags: str, etag: str) -> bool:
    """Say whether a list of entity tags names this one.

    >>> names('"a", W/"b"', "b"), names("*", "c"), names('"a"', "b")
    (True, True, False)
    """
    return tags.strip() == "*" or etag in {
        tag.strip().removeprefix("W/").strip('"') for tag in tags.split(",")
    }


def _refuse(call: S3Call, item: Stored, prefix: str = "") -> None:
    match, before = call.header(prefix + "if-match"), call.header(prefix + "if-unmodified-since")
    if match and not names(match, item.etag):
        raise error("PreconditionFailed", Condition=prefix + "If-Match")
    if not match and before and _later(item, before):
        raise error("PreconditionFailed", Condition=prefix + "If-Unmodified-Since")


def _later(item: Stored, text: str) -> bool:
    try:
        # Dates of HTTP have whole seconds.
        return int(item.modified) > parsedate_to_datetime(text).timestamp()
    except ValueError:  # a date that is none is no condition
        return False
