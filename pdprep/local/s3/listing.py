"""ListObjectsV2 and ListObjects: prefix, delimiter, paging."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from pdprep.local.objects.errors import error
from pdprep.local.objects.objects import Objects, Stored
from pdprep.local.objects.xmltext import Node, document, iso
from pdprep.local.s3.call import OWNER, STORAGE_CLASS, Encoder, S3Call


@dataclass(frozen=True)
class KeyPage:
    """One page: objects, common prefixes, and the last key seen when there is more."""

    objects: tuple[Stored, ...]
    prefixes: tuple[str, ...]
    more: str


def collect(objects: Objects, bucket: str, prefix: str, delimiter: str, after: str, limit: int) -> KeyPage:
    """Gather a page. A common prefix counts as one entry and is skipped as a whole."""
    found, prefixes = list[Stored](), list[str]()
    while len(found) + len(prefixes) < limit:
        batch = objects.keys(bucket, prefix, after, limit - len(found) - len(prefixes))
        if not batch:
            return KeyPage(tuple(found), tuple(prefixes), "")
        after = _take(batch, prefix, delimiter, after, found, prefixes)
    more = bool(objects.keys(bucket, prefix, after, 1)) and limit > 0
    return KeyPage(tuple(found), tuple(prefixes), after if more else "")


def answer(call: S3Call) -> bytes:
    """Return the XML of a listing; ``list-type=2`` in the query makes it version 2."""
    objects, bucket, query = call.objects, call.bucket, call.request.query
    objects.bucket(bucket)
    limit = call.number("max-keys", 1000, 1000)
    second = query.get("list-type") == "2"
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    page = collect(objects, bucket, prefix, delimiter, _after(query, second), limit)
    encode = Encoder(query)
    nodes: list[Node] = [
        ("Name", bucket), ("Prefix", encode(prefix)), ("Delimiter", encode(delimiter) or None),
        ("MaxKeys", limit), ("EncodingType", query.get("encoding-type")),
        ("IsTruncated", bool(page.more)),
    ]  # fmt: skip
    nodes += _second(query, page) if second else _first(query, page, encode)
    owned = not second or query.get("fetch-owner") == "true"
    nodes += [("Contents", _entry(item, encode, owned)) for item in page.objects]
    nodes += [("CommonPrefixes", [("Prefix", encode(text))]) for text in page.prefixes]
    return document("ListBucketResult", nodes)


def _take(
    batch: list[Stored], prefix: str, delimiter: str, after: str, found: list[Stored], prefixes: list[str]
) -> str:
    for item in batch:
        cut = item.key.find(delimiter, len(prefix)) if delimiter else -1
        if cut < 0:
            found.append(item)
            after = item.key
            continue
        common = item.key[: cut + len(delimiter)]
        if not after.startswith(common):
            prefixes.append(common)
        # Beyond every key with this prefix: the next query skips them all.
        return common + "\U0010ffff"
    return after


def _after(query: Mapping[str, str], second: bool) -> str:
    if not second:
        # A marker that is a common prefix means every key that has it.
        marker, delimiter = query.get("marker", ""), query.get("delimiter", "")
        return marker + "\U0010ffff" if delimiter and marker.endswith(delimiter) else marker
    token = query.get("continuation-token")
    if token is None:
        return query.get("start-after", "")
    try:
        return base64.urlsafe_b64decode(token.encode()).decode("utf-8")
    except (ValueError, UnicodeError) as problem:
        raise error("InvalidArgument", "The continuation token provided is incorrect") from problem


def _second(query: Mapping[str, str], page: KeyPage) -> list[Node]:
    token = base64.urlsafe_b64encode(page.more.encode()).decode() if page.more else None
    return [
        ("KeyCount", len(page.objects) + len(page.prefixes)),
        ("ContinuationToken", query.get("continuation-token")),
        ("NextContinuationToken", token), ("StartAfter", query.get("start-after")),
    ]  # fmt: skip


def _first(query: Mapping[str, str], page: KeyPage, encode: Encoder) -> list[Node]:
    following = page.more.rstrip("\U0010ffff")
    return [
        ("Marker", encode(query.get("marker", ""))),
        ("NextMarker", encode(following) if page.more else None),
    ]


def _entry(item: Stored, encode: Encoder, owned: bool) -> list[Node]:
    return [
        ("Key", encode(item.key)), ("LastModified", iso(item.modified)), ("ETag", f'"{item.etag}"'),
        ("Size", item.size), ("StorageClass", item.headers.get(STORAGE_CLASS, "STANDARD")),
        *([("Owner", OWNER)] if owned else []),
    ]  # fmt: skip
