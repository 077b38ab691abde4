"""Buckets, listings and policies."""

from __future__ import annotations

from pdprep.local.objects.errors import error
from pdprep.local.objects.xmltext import Node, document, iso, parse
from pdprep.local.protocol.messages import HttpAnswer
from pdprep.local.s3 import listing
from pdprep.local.s3.call import OWNER, S3Call, empty, xml


def list_buckets(call: S3Call) -> HttpAnswer:
    """List buckets by name; the token of the next page is the last name shown."""
    region, prefix = call.query("bucket-region"), call.query("prefix")
    after, most = call.query("continuation-token"), call.number("max-buckets", 10_000, 10_000)
    left = [
        b
        for b in call.objects.buckets()
        if b["name"] > after and b["name"].startswith(prefix) and region in ("", b["region"])
    ]
    found = []
    for bucket in left[:most]:
        entry = [("Name", bucket["name"]), ("CreationDate", iso(bucket["created"]))]
        found.append(("Bucket", [*entry, ("BucketRegion", bucket["region"])]))
    following = left[most - 1]["name"] if 0 < most < len(left) else None
    nodes: list[Node] = [("Owner", OWNER), ("Buckets", found), ("ContinuationToken", following)]
    return xml(document("ListAllMyBucketsResult", [*nodes, ("Prefix", prefix or None)]))


def create_bucket(call: S3Call) -> HttpAnswer:
    """Create a bucket; in us-east-1 creating one's own again is no error, elsewhere it is."""
    region = call.request.scope[0] or "us-east-1"
    body = call.request.document()
    wanted = parse(body).findtext(".//LocationConstraint") if body.strip() else None
    # A client whose answer was lost creates it again: only us-east-1 lets it pass.
    if not call.objects.create_bucket(call.bucket, wanted or region) and region != "us-east-1":
        raise error("BucketAlreadyOwnedByYou")
    return empty(headers={"Location": f"/{call.bucket}"})


def head_bucket(call: S3Call) -> HttpAnswer:
    """Say whether a bucket exists, and its region."""
    region = call.objects.bucket(call.bucket)["region"]
    return empty(headers={"x-amz-bucket-region": region, "Content-Type": "application/xml"})


def delete_bucket(call: S3Call) -> HttpAnswer:
    """Delete an empty bucket."""
    call.objects.delete_bucket(call.bucket)
    return empty(204)


def location(call: S3Call) -> HttpAnswer:
    """Say a bucket's region; us-east-1 is empty."""
    region = call.objects.bucket(call.bucket)["region"]
    return xml(document("LocationConstraint", "" if region == "us-east-1" else region))


def list_objects(call: S3Call) -> HttpAnswer:
    """List objects."""
    return xml(listing.answer(call))


def put_policy(call: S3Call) -> HttpAnswer:
    """Keep a bucket policy; nothing is enforced."""
    call.objects.bucket(call.bucket)
    text = call.request.document().decode("utf-8", "replace")
    call.objects.store.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", f"policy {call.bucket}", text)
    return empty()


def get_policy(call: S3Call) -> HttpAnswer:
    """Return a bucket policy."""
    call.objects.bucket(call.bucket)
    text = call.objects.store.value("SELECT value FROM meta WHERE name = ?", f"policy {call.bucket}")
    if text is None:
        raise error("NoSuchBucketPolicy")
    return HttpAnswer(200, {"Content-Type": "application/json"}, text.encode())


def delete_policy(call: S3Call) -> HttpAnswer:
    """Forget a bucket policy."""
    call.objects.bucket(call.bucket)
    call.objects.store.run("DELETE FROM meta WHERE name = ?", f"policy {call.bucket}")
    return empty(204)
