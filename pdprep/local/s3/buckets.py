"""Buckets, listings, tags and policies."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from pdprep.local.http import Answer
from pdprep.local.s3 import listing, uploads
from pdprep.local.s3.call import Call, empty, xml
from pdprep.local.s3.errors import error
from pdprep.local.s3.objects import Stored
from pdprep.local.s3.xmltext import Node, document, iso, parse
from pdprep.local.settings import ACCOUNT

_OWNER: Node = ("Owner", [("ID", ACCOUNT)])


def list_buckets(call: Call) -> Answer:
    """List every bucket."""
    found = [
        ("Bucket", [("Name", b["name"]), ("CreationDate", iso(b["created"]))]) for b in call.objects.buckets()
    ]
    return xml(document("ListAllMyBucketsResult", [_OWNER, ("Buckets", found)]))


def create_bucket(call: Call) -> Answer:
    """Create a bucket; in us-east-1 creating one's own again is no error, elsewhere it is."""
    region = call.request.scope[0] or "us-east-1"
    body = call.request.document()
    wanted = parse(body).findtext(".//LocationConstraint") if body.strip() else None
    if not call.objects.create_bucket(call.bucket, wanted or region) and region != "us-east-1":
        raise error("BucketAlreadyOwnedByYou")
    return empty(headers={"Location": f"/{call.bucket}"})


def head_bucket(call: Call) -> Answer:
    """Say whether a bucket exists, and its region."""
    region = call.objects.bucket(call.bucket)["region"]
    return empty(headers={"x-amz-bucket-region": region, "Content-Type": "application/xml"})


def delete_bucket(call: Call) -> Answer:
    """Delete an empty bucket."""
    call.objects.delete_bucket(call.bucket)
    return empty(204)


def location(call: Call) -> Answer:
    """Say a bucket's region; us-east-1 is empty."""
    region = call.objects.bucket(call.bucket)["region"]
    return xml(document("LocationConstraint", "" if region == "us-east-1" else region))


def list_objects(call: Call) -> Answer:
    """List objects."""
    return xml(listing.answer(call.objects, call.bucket, call.request.query))


def list_uploads(call: Call) -> Answer:
    """List unfinished multipart uploads."""
    call.objects.bucket(call.bucket)
    sql = "SELECT * FROM uploads WHERE bucket = ? ORDER BY key, created"
    rows = [r for r in call.objects.store.rows(sql, call.bucket) if r["key"].startswith(call.query("prefix"))]
    nodes: list[Node] = [("Bucket", call.bucket), ("Prefix", call.query("prefix")), ("IsTruncated", False)]
    for row in rows:
        nodes.append(
            ("Upload", [("Key", row["key"]), ("UploadId", row["id"]), ("Initiated", iso(row["created"]))])
        )
    return xml(document("ListMultipartUploadsResult", nodes))


def list_parts(call: Call) -> Answer:
    """List the parts of an upload."""
    upload = uploads.get(call.objects, call.bucket, call.key, call.query("uploadId"))
    after = int(call.query("part-number-marker") or 0)
    most = int(call.query("max-parts") or 1000)
    rows = [row for n, row in uploads.parts(call.objects, upload["id"]).items() if n > after]
    nodes: list[Node] = [
        ("Bucket", call.bucket), ("Key", call.key), ("UploadId", upload["id"]), ("PartNumberMarker", after),
        ("MaxParts", most), ("IsTruncated", len(rows) > most),
        ("NextPartNumberMarker", rows[:most][-1]["number"] if rows[:most] else 0),
    ]  # fmt: skip
    for row in rows[:most]:
        part: list[Node] = [("PartNumber", row["number"]), ("LastModified", iso(row["modified"]))]
        nodes.append(("Part", [*part, ("ETag", f'"{row["etag"]}"'), ("Size", row["size"])]))
    return xml(document("ListPartsResult", nodes))


def get_tags(call: Call) -> Answer:
    """Return an object's tags."""
    text = call.objects.get(call.bucket, call.key).headers.get("x-amz-tagging", "")
    tags = [("Tag", [("Key", k), ("Value", v)]) for k, v in parse_qsl(text, keep_blank_values=True)]
    return xml(document("Tagging", [("TagSet", tags)]))


def put_tags(call: Call) -> Answer:
    """Replace an object's tags."""
    tags = [
        (t.findtext("Key") or "", t.findtext("Value") or "")
        for t in parse(call.request.document()).iter("Tag")
    ]
    if len(tags) > 10:
        raise error("InvalidArgument", "Object tags cannot be greater than 10")
    _retag(call, urlencode(tags))
    return empty()


def delete_tags(call: Call) -> Answer:
    """Remove an object's tags."""
    _retag(call, "")
    return empty(204)


def put_policy(call: Call) -> Answer:
    """Keep a bucket policy; nothing is enforced."""
    call.objects.bucket(call.bucket)
    text = call.request.document().decode("utf-8", "replace")
    call.objects.store.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", f"policy {call.bucket}", text)
    return empty()


def get_policy(call: Call) -> Answer:
    """Return a bucket policy."""
    call.objects.bucket(call.bucket)
    text = call.objects.store.value("SELECT value FROM meta WHERE name = ?", f"policy {call.bucket}")
    if text is None:
        raise error("NoSuchBucketPolicy")
    return Answer(200, {"Content-Type": "application/json"}, text.encode())


def delete_policy(call: Call) -> Answer:
    """Forget a bucket policy."""
    call.objects.bucket(call.bucket)
    call.objects.store.run("DELETE FROM meta WHERE name = ?", f"policy {call.bucket}")
    return empty(204)


def _retag(call: Call, text: str) -> None:
    old = call.objects.get(call.bucket, call.key)
    headers = {**old.headers, "x-amz-tagging": text}
    kept = {k: v for k, v in headers.items() if v}
    call.objects.put(call.bucket, Stored(old.key, old.blob, old.size, old.etag, old.modified, kept))
