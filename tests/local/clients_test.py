"""What real clients and peers' suites found; each test bears the row's number."""

from __future__ import annotations

import base64
import hashlib
import zlib
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pdprep.local import running

BUCKET = "lab-bucket"
PART = b"p" * (5 << 20)
ETAG = '"00000000000000000000000000000000"'
WHERE = {"Bucket": BUCKET, "Key": "k"}


def refused(call: Any, **given: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        call(**given)
    answer = error.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def md5(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def crc32(*bodies: bytes) -> str:
    return base64.b64encode(b"".join(zlib.crc32(body).to_bytes(4, "big") for body in bodies)).decode()


def multipart(lab: Any, *bodies: bytes, **more: Any) -> tuple[str, list[dict[str, Any]]]:
    lab.bucket()
    upload = lab.s3.create_multipart_upload(**WHERE, **more)["UploadId"]
    parts = []
    for number, body in enumerate(bodies, 1):
        sent = lab.s3.upload_part(**WHERE, UploadId=upload, PartNumber=number, Body=body)
        parts.append(
            {
                "PartNumber": number,
                "ETag": sent["ETag"],
                **{k: v for k, v in sent.items() if k == "ChecksumCRC32"},
            }
        )
    return upload, parts


def complete(lab: Any, upload: str, parts: list[dict[str, Any]], **more: Any) -> Any:
    return lab.s3.complete_multipart_upload(
        **WHERE, UploadId=upload, MultipartUpload={"Parts": parts}, **more
    )


def test_clients_2_an_import_of_a_file_of_pandas(lab: Any) -> None:
    dataset = lab.dataset("Items")
    text = 'ITEM_ID,GENRES,PRICE\na,"say ""hi""",1\nb,"x, y",2\n'
    assert lab.load(dataset, text)["status"] == "ACTIVE"
    assert lab.export(dataset, "BULK")[1][:2] == ["a", 'say "hi"']


def test_clients_2_strict_mode_asks_for_the_backslash(tmp_path: Any, make_lab: Any) -> None:
    with running(tmp_path, clock="instant", strict=True) as server:
        lab = make_lab(server.url)
        found = lab.load(lab.dataset("Items"), 'ITEM_ID,GENRES,PRICE\na,"""",1\n')
        assert (found["status"], "Line 2" in found["failureReason"]) == ("CREATE FAILED", True)


CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("ssm", "get_parameter", {"Name": "x"}),
    ("cloudwatch", "describe_alarms", {}),
    ("dynamodb", "list_tables", {}),
    ("sns", "list_topics", {}),
    ("lambda", "list_functions", {}),
]


@pytest.mark.parametrize(("service", "operation", "given"), CALLS)
def test_clients_3_services_that_are_left_out_say_so(
    lab: Any, service: str, operation: str, given: dict[str, Any]
) -> None:
    code = refused(getattr(lab.client(service), operation), **given)
    assert code == ("NotProvidedByLocalPersonalize", 400)


def test_clients_3_parts_of_s3_that_are_left_out(lab: Any) -> None:
    lab.bucket()
    for call in (lab.s3.get_bucket_versioning, lab.s3.get_bucket_lifecycle_configuration):
        assert refused(call, Bucket=BUCKET) == ("NotProvidedByLocalPersonalize", 400)


def test_clients_4_and_5_conditional_writes(lab: Any) -> None:
    s3, bucket = lab.s3, lab.bucket()
    assert refused(s3.put_object, **WHERE, Body=b"x", IfMatch=ETAG) == ("NoSuchKey", 404)
    s3.put_object(**WHERE, Body=b"x", IfNoneMatch="*")
    assert refused(s3.put_object, **WHERE, Body=b"y", IfMatch=ETAG) == ("PreconditionFailed", 412)
    s3.put_object(**WHERE, Body=b"y", IfMatch=md5(b"x"))
    with pytest.raises(ClientError) as error:
        s3.put_object(**WHERE, Body=b"z", IfNoneMatch="*")
    told: Any = error.value.response["Error"]
    assert told["Condition"] == "If-None-Match"
    assert refused(s3.delete_object, **WHERE, IfMatch=ETAG) == ("PreconditionFailed", 412)
    keys = [{"Key": "k", "ETag": ETAG}, {"Key": "k", "VersionId": "abc"}, {"Key": "other"}]
    found = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})
    assert [each["Code"] for each in found["Errors"]] == ["PreconditionFailed", "NoSuchVersion"]
    assert [each["Key"] for each in found["Deleted"]] == ["other"]
    assert refused(s3.delete_object, **WHERE, VersionId="abc") == ("NoSuchVersion", 404)
    assert s3.get_object(**WHERE)["Body"].read() == b"y"
    s3.delete_object(**WHERE, IfMatch=md5(b"y"))
    assert refused(s3.head_object, **WHERE) == ("404", 404)


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"CopySourceIfMatch": ETAG}, "PreconditionFailed"), ({"CopySourceIfMatch": md5(b"x")}, ""),
        ({"CopySourceIfNoneMatch": md5(b"x")}, "PreconditionFailed"), ({"CopySourceIfNoneMatch": ETAG}, ""),
        ({"CopySourceIfModifiedSince": "2200-01-01"}, "PreconditionFailed"),
        ({"CopySourceIfUnmodifiedSince": "1990-01-01"}, "PreconditionFailed"),
    ],
)  # fmt: skip
def test_clients_4_conditions_of_a_copy(lab: Any, condition: dict[str, str], code: str) -> None:
    lab.s3.put_object(Bucket=lab.bucket(), Key="k", Body=b"x")
    given = {"Bucket": BUCKET, "Key": "c", "CopySource": WHERE, **condition}
    if code:
        assert refused(lab.s3.copy_object, **given) == (code, 412)
    else:
        lab.s3.copy_object(**given)


def test_clients_4_conditions_of_a_completion(lab: Any) -> None:
    upload, parts = multipart(lab, b"x")
    lab.s3.put_object(**WHERE, Body=b"y")
    given = {**WHERE, "UploadId": upload, "MultipartUpload": {"Parts": parts}}
    call = lab.s3.complete_multipart_upload
    assert refused(call, **given, IfMatch=ETAG) == ("PreconditionFailed", 412)
    assert refused(call, **given, IfNoneMatch="*") == ("PreconditionFailed", 412)
    call(**given, IfMatch=md5(b"y"))


def test_clients_6_one_part_of_an_object(lab: Any) -> None:
    complete(lab, *multipart(lab, PART, b"tail"))
    found = lab.s3.get_object(**WHERE, PartNumber=2)
    assert (found["Body"].read(), found["PartsCount"], found["ContentRange"]) == (
        b"tail", 2, f"bytes {len(PART)}-{len(PART) + 3}/{len(PART) + 4}",
    )  # fmt: skip
    assert lab.s3.head_object(**WHERE, PartNumber=1)["ContentLength"] == len(PART)
    assert refused(lab.s3.head_object, **WHERE, PartNumber=3)[1] == 416
    lab.s3.put_object(Bucket=BUCKET, Key="whole", Body=b"w")
    assert "PartsCount" not in lab.s3.get_object(Bucket=BUCKET, Key="whole", PartNumber=1)


@pytest.mark.parametrize("query", ["max-parts=abc", "max-parts=-42", "part-number-marker=x", "max-parts=1e9"])
def test_clients_7_numbers_of_a_query(lab: Any, query: str) -> None:
    upload, _ = multipart(lab, b"x")
    name, _, value = query.partition("=")

    def change(request: Any, **_: Any) -> None:
        request.url = request.url.partition("?")[0] + f"?uploadId={upload}&{name}={value}"

    client = lab.fresh("s3")
    client.meta.events.register("before-sign.s3.ListParts", change)
    assert refused(client.list_parts, **WHERE, UploadId=upload) == ("InvalidArgument", 400)


def test_clients_8_what_a_copy_keeps(lab: Any) -> None:
    s3 = lab.s3
    s3.put_object(Bucket=lab.bucket(), Key="k", Body=b"x", Metadata={"a": "1"}, Tagging="t=1")
    copy = {"Bucket": BUCKET, "CopySource": WHERE}

    def seen(key: str) -> Any:
        tags = s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
        head = s3.head_object(Bucket=BUCKET, Key=key)
        return head["Metadata"], [(tag["Key"], tag["Value"]) for tag in tags], head.get("StorageClass")

    s3.copy_object(**copy, Key="meta", MetadataDirective="REPLACE", Metadata={"b": "2"}, Tagging="no=1")
    assert seen("meta") == ({"b": "2"}, [("t", "1")], None)
    s3.copy_object(**copy, Key="tags", TaggingDirective="REPLACE", Tagging="u=2", StorageClass="GLACIER_IR")
    assert seen("tags") == ({"a": "1"}, [("u", "2")], "GLACIER_IR")
    assert refused(s3.copy_object, **copy, Key="k") == ("InvalidRequest", 400)
    s3.copy_object(**copy, Key="k", MetadataDirective="REPLACE", Metadata={"c": "3"})
    assert seen("k")[0] == {"c": "3"}


def test_clients_9_checksums_of_parts(lab: Any) -> None:
    upload, parts = multipart(lab, PART, b"tail", ChecksumAlgorithm="CRC32")
    wrong = [parts[0], {**parts[1], "ChecksumCRC32": crc32(b"other")}]
    assert refused(complete, lab=lab, upload=upload, parts=wrong) == ("InvalidPart", 400)
    composite = crc32(base64.b64decode(crc32(PART)) + base64.b64decode(crc32(b"tail"))) + "-2"
    assert complete(lab, upload, parts)["ChecksumCRC32"] == composite
    head = lab.s3.head_object(**WHERE, ChecksumMode="ENABLED")
    assert (head["ChecksumCRC32"], head["ChecksumType"]) == (composite, "COMPOSITE")
    upload, parts = multipart(lab, PART, b"tail", ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    assert complete(lab, upload, parts)["ChecksumCRC32"] == crc32(PART + b"tail")
    assert refused(lab.s3.put_object, **WHERE, Body=b"x", ChecksumCRC32="short") == ("InvalidRequest", 400)


def test_clients_10_a_completion_that_is_repeated(lab: Any) -> None:
    upload, parts = multipart(lab, PART, b"tail")
    first = complete(lab, upload, parts)
    assert complete(lab, upload, parts)["ETag"] == first["ETag"]
    assert refused(complete, lab=lab, upload=upload, parts=parts[:1]) == ("NoSuchUpload", 404)


def test_clients_11_what_was_ignored_lost_or_unchecked(lab: Any) -> None:
    s3 = lab.s3
    lab.bucket()
    s3.put_object(**WHERE, Body=b"x", Metadata={"empty": ""})
    assert s3.head_object(**WHERE)["Metadata"] == {"empty": ""}
    assert s3.get_object(**WHERE, ResponseContentEncoding="gzip")["ContentEncoding"] == "gzip"
    assert s3.list_objects_v2(Bucket=BUCKET, FetchOwner=True)["Contents"][0]["Owner"]["ID"]
    assert "Owner" not in s3.list_objects_v2(Bucket=BUCKET)["Contents"][0]
    for tags in ("&".join(f"t{n}=1" for n in range(11)), "k" * 129 + "=1", "k=" + "v" * 257, "a=1&a=2"):
        assert refused(s3.put_object, **WHERE, Body=b"x", Tagging=tags) == ("InvalidTag", 400)
    assert (
        refused(s3.put_object, **WHERE, Body=b"x", SSECustomerAlgorithm="AES256", SSECustomerKey="short")[1]
        == 400
    )
    for name in ("xn--bucket", "a-s3alias", "a.-b", "sthree-x"):
        assert refused(s3.create_bucket, Bucket=name)[0] == "InvalidBucketName"


def test_clients_11_pages_of_buckets_and_uploads(lab: Any) -> None:
    for name in ("page-a", "page-b", "page-c", "other-bucket"):
        lab.bucket(name)
    first = lab.s3.list_buckets(MaxBuckets=2, Prefix="page-")
    second = lab.s3.list_buckets(MaxBuckets=2, Prefix="page-", ContinuationToken=first["ContinuationToken"])
    names = [bucket["Name"] for page in (first, second) for bucket in page["Buckets"]]
    assert (names, "ContinuationToken" in second) == (["page-a", "page-b", "page-c"], False)
    for key in ("a/1", "a/2", "b", "b", "c"):
        lab.s3.create_multipart_upload(Bucket="page-a", Key=key)
    seen, marker = [], dict[str, str]()
    for _ in range(9):
        page = lab.s3.list_multipart_uploads(Bucket="page-a", Delimiter="/", MaxUploads=1, **marker)
        seen += [each["Prefix"] for each in page.get("CommonPrefixes", [])]
        seen += [each["Key"] for each in page.get("Uploads", [])]
        if not page["IsTruncated"]:
            break
        marker = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page.get("NextUploadIdMarker", "")}
    assert seen == ["a/", "b", "b", "c"]


def test_clients_11_another_region_s_resources_are_not_there(lab: Any) -> None:
    group = lab.group()
    other = lab.fresh("personalize", region="us-west-2")
    assert refused(other.describe_dataset_group, datasetGroupArn=group) == ("ResourceNotFoundException", 400)
    assert other.describe_recipe(recipeArn="arn:aws:personalize:::recipe/aws-sims")
