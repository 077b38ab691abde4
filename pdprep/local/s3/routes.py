"""Which function answers which S3 call: one row each, first fit wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pdprep.local.objects.errors import error
from pdprep.local.objects.objects import Objects
from pdprep.local.objects.xmltext import document
from pdprep.local.protocol.messages import HttpAnswer, HttpRequest
from pdprep.local.refusals import Refusal, not_provided
from pdprep.local.s3 import buckets, copying, multipart, reading, tagging, writing
from pdprep.local.s3.call import S3Call, locate, xml

Handler = Callable[[S3Call], HttpAnswer]
SERVICE, BUCKET, OBJECT = "service", "bucket", "object"


@dataclass(frozen=True)
class Route:
    """One operation: where it applies, its method, the query parameter or header that marks it."""

    level: str
    method: str
    mark: str
    operation: str
    handler: Handler


ROUTES = tuple(
    Route(*row)
    for row in (
        (SERVICE, "GET", "", "ListBuckets", buckets.list_buckets),
        (BUCKET, "GET", "location", "GetBucketLocation", buckets.location),
        (BUCKET, "GET", "uploads", "ListMultipartUploads", multipart.list_uploads),
        (BUCKET, "GET", "policy", "GetBucketPolicy", buckets.get_policy),
        (BUCKET, "PUT", "policy", "PutBucketPolicy", buckets.put_policy),
        (BUCKET, "DELETE", "policy", "DeleteBucketPolicy", buckets.delete_policy),
        (BUCKET, "POST", "delete", "DeleteObjects", writing.delete_objects),
        (BUCKET, "GET", "", "ListObjectsV2", buckets.list_objects),
        (BUCKET, "PUT", "", "CreateBucket", buckets.create_bucket),
        (BUCKET, "HEAD", "", "HeadBucket", buckets.head_bucket),
        (BUCKET, "DELETE", "", "DeleteBucket", buckets.delete_bucket),
        (OBJECT, "GET", "uploadId", "ListParts", multipart.list_parts),
        (OBJECT, "GET", "tagging", "GetObjectTagging", tagging.get_tags),
        (OBJECT, "PUT", "tagging", "PutObjectTagging", tagging.put_tags),
        (OBJECT, "DELETE", "tagging", "DeleteObjectTagging", tagging.delete_tags),
        (OBJECT, "POST", "uploads", "CreateMultipartUpload", multipart.create_upload),
        (OBJECT, "POST", "uploadId", "CompleteMultipartUpload", multipart.complete_upload),
        (OBJECT, "DELETE", "uploadId", "AbortMultipartUpload", multipart.abort_upload),
        (OBJECT, "PUT", "uploadId x-amz-copy-source", "UploadPartCopy", multipart.copy_part),
        (OBJECT, "PUT", "uploadId", "UploadPart", multipart.upload_part),
        (OBJECT, "PUT", "x-amz-copy-source", "CopyObject", copying.copy_object),
        (OBJECT, "PUT", "", "PutObject", writing.put_object),
        (OBJECT, "GET", "", "GetObject", reading.get_object),
        (OBJECT, "HEAD", "", "HeadObject", reading.get_object),
        (OBJECT, "DELETE", "", "DeleteObject", writing.delete_object),
    )
)
METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
# Parts of S3 that are not provided; without this list they would be taken for the plain operation.
OTHERS = frozenset(
    {
        "accelerate", "acl", "analytics", "attributes", "cors", "encryption", "intelligent-tiering",
        "inventory", "legal-hold", "lifecycle", "logging", "metrics", "notification", "object-lock",
        "ownershipControls", "policyStatus", "publicAccessBlock", "replication", "requestPayment",
        "restore", "retention", "select", "torrent", "versioning", "versions", "website", "tagging",
    }
)  # fmt: skip


def route(request: HttpRequest) -> Route:
    """Return the route of a request or refuse; no object has a version but ``null``."""
    bucket, key = locate(request)
    if key and request.query.get("versionId", "null") != "null":
        raise error("NoSuchVersion")
    level = OBJECT if key else BUCKET if bucket else SERVICE
    for row in ROUTES:
        if row.level == level and row.method == request.method and _marked(row, request):
            return row
    if request.method not in METHODS:
        raise error("MethodNotAllowed")
    asked = ", ".join(sorted(OTHERS & request.query.keys())) or f"{request.method} of a {level}"
    raise not_provided(f"This part of Amazon S3 ({asked})")


def answer(objects: Objects, request: HttpRequest, row: Route) -> HttpAnswer:
    """Answer a call; without a signature S3 says AccessDenied."""
    signed = (
        "authorization" in request.headers
        or "X-Amz-Signature" in request.query
        or "Signature" in request.query
    )
    if not signed:
        raise error("AccessDenied")
    return row.handler(S3Call(objects, request, *locate(request)))


def refused(refusal: Refusal, request: HttpRequest, request_id: str) -> HttpAnswer:
    """Answer an error as S3 does."""
    if request.method == "HEAD" or refusal.status == 304:
        return HttpAnswer(refusal.status or 400, {"Content-Type": "application/xml"}, b"")
    nodes = [("Code", refusal.code), ("Message", refusal.message), *refusal.details]
    nodes.append(("Resource", request.path))
    return xml(document("Error", [*nodes, ("RequestId", request_id)], namespace=False), refusal.status or 400)


def _marked(row: Route, request: HttpRequest) -> bool:
    if not row.mark:  # the plain operation, unless a parameter asks for another that is not provided
        return not OTHERS & request.query.keys()
    return all(mark in request.query or mark in request.headers for mark in row.mark.split())
