"""The same boto3 calls against moto and against the local S3 must agree; differences are listed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

from pdprep.local import running

BUCKET = "oracle-bucket"
HERE = {"LocationConstraint": "eu-west-1"}
MIB5 = b"a" * (5 << 20)
# Not compared: ids and times of one call, and what names the server. Encryption: moto reports S3's default of
# AES256, which nothing here does. Checksums: moto adds CRC32 or CRC64NVME where nobody asked for one.
# VersionId: moto says "null" for buckets that were never versioned.
UNCOMPARED = {
    "ResponseMetadata", "UploadId", "LastModified", "Initiated", "CreationDate", "Owner", "Initiator",
    "StorageClass", "ServerSideEncryption", "ChecksumType", "ChecksumAlgorithm", "BucketArn", "Location",
    "HostId", "RequestId",
    "VersionId",
    "NextContinuationToken", "ContinuationToken", "ChecksumCRC32", "ChecksumCRC64NVME", "AbortDate",
}  # fmt: skip


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    folder: Path = tmp_path_factory.mktemp("oracle")
    with running(folder, clock="instant") as server, mock_aws():
        yield client(None), client(server.url)


def client(url: str | None) -> Any:
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=config,
    )


def plain(value: Any) -> Any:
    """Return an answer without what cannot be equal."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in UNCOMPARED}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if hasattr(value, "read"):
        return value.read()
    return None if isinstance(value, dt.datetime) else value


def outcome(call: Callable[[Any], Any], s3: Any) -> Any:
    try:
        answer = call(s3)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return error.response["Error"]["Code"], status
    return answer["ResponseMetadata"]["HTTPStatusCode"] if isinstance(answer, dict) else None, plain(answer)


def empty(s3: Any) -> None:
    if BUCKET in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        for upload in s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
            s3.abort_multipart_upload(Bucket=BUCKET, Key=upload["Key"], UploadId=upload["UploadId"])
        for entry in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            s3.delete_object(Bucket=BUCKET, Key=entry["Key"])
        s3.delete_bucket(Bucket=BUCKET)


def agree(clients: tuple[Any, Any], *calls: Callable[[Any], Any]) -> None:
    for s3 in clients:
        empty(s3)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=HERE)
    for number, call in enumerate(calls):
        moto, ours = (outcome(call, s3) for s3 in clients)
        assert ours == moto, f"call {number}"


def put(key: str, body: bytes = b"0123456789", **more: Any) -> Callable[[Any], Any]:
    return lambda s3: s3.put_object(Bucket=BUCKET, Key=key, Body=body, **more)


def get(key: str = "k", **more: Any) -> Callable[[Any], Any]:
    return lambda s3: s3.get_object(Bucket=BUCKET, Key=key, **more)


def head(key: str = "k", **more: Any) -> Callable[[Any], Any]:
    return lambda s3: s3.head_object(Bucket=BUCKET, Key=key, **more)


def listing(**more: Any) -> Callable[[Any], Any]:
    return lambda s3: s3.list_objects_v2(Bucket=BUCKET, **more)


def keys_v1(**more: Any) -> Callable[[Any], Any]:
    """List by version 1; S3 repeats Prefix and Marker in the answer, moto does not, so they are left out."""
    members = ("Contents", "CommonPrefixes", "IsTruncated", "NextMarker")

    def act(s3: Any) -> Any:
        answer = s3.list_objects(Bucket=BUCKET, **more)
        return [plain(answer.get(member)) for member in members]

    return act


def copy(source: str, key: str, **more: Any) -> Callable[[Any], Any]:
    given = {"Bucket": BUCKET, "Key": source}
    return lambda s3: s3.copy_object(Bucket=BUCKET, Key=key, CopySource=given, **more)


def upload(*sizes: bytes, order: list[int] | None = None, tag: str = "") -> Callable[[Any], Any]:
    def act(s3: Any) -> Any:
        made = s3.create_multipart_upload(Bucket=BUCKET, Key="big", Metadata={"a": "b"})["UploadId"]
        where = {"Bucket": BUCKET, "Key": "big", "UploadId": made}
        tags = [s3.upload_part(**where, PartNumber=n, Body=body)["ETag"] for n, body in enumerate(sizes, 1)]
        parts = [{"PartNumber": n, "ETag": tag or tags[n - 1]} for n in order or range(1, len(sizes) + 1)]
        return s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})

    return act


KEYS = ["a/1", "a/2", "a/b/3", "b", "c/4", "é/5", "z z"]
WRITES = [put(key, key.encode()) for key in KEYS]
TAGS = {"TagSet": [{"Key": "x", "Value": "é"}]}
SUM = '"781e5e245d69b566979b86e28d23f2c7"'
CASES: dict[str, list[Callable[[Any], Any]]] = {
    "put and get": [put("k"), get(), head(), put("k", b"other"), get()],
    "metadata": [put("k", Metadata={"x-y": "z", "b": "1"}, ContentType="text/csv", CacheControl="no-store"),
                 head(), get()],
    "encoding and disposition": [put("k", ContentEncoding="gzip", ContentDisposition="attachment"), head()],
    "empty": [put("k", b""), get(), head()],
    "not there": [get(), head(), listing(), lambda s3: s3.delete_object(Bucket=BUCKET, Key="k")],
    "no bucket": [lambda s3: s3.get_object(Bucket="no-such-bucket-x", Key="k"),
                  lambda s3: s3.head_bucket(Bucket="no-such-bucket-x"),
                  lambda s3: s3.list_objects_v2(Bucket="no-such-bucket-x"),
                  lambda s3: s3.put_object(Bucket="no-such-bucket-x", Key="k", Body=b"")],
    "ranges": [put("k"), *(get(Range=f"bytes={r}") for r in ("0-0", "2-4", "5-", "-3", "0-999", "9-9"))],
    "ranges that are none": [put("k"), get(Range="bytes=10-12")],
    "conditions": [put("k"), get(IfMatch=SUM), get(IfMatch='"x"'),
                   get(IfNoneMatch='"x"'), get(IfNoneMatch=SUM)],
    "put only if absent": [put("k", IfNoneMatch="*"), put("k", IfNoneMatch="*"), get()],
    "list": [*WRITES, listing(), listing(Prefix="a/"), listing(Prefix="none"), listing(StartAfter="a/2")],
    "list by delimiter": [*WRITES, listing(Delimiter="/"), listing(Delimiter="/", Prefix="a/"),
                          listing(Delimiter="b")],
    "list few": [*WRITES, listing(MaxKeys=2), listing(MaxKeys=0), listing(Delimiter="/", MaxKeys=1000)],
    "list pages": [*WRITES, lambda s3: [
        [entry["Key"] for entry in page["Contents"]]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, MaxKeys=3)]],
    "list v1": [*WRITES, keys_v1(), keys_v1(Delimiter="/"), keys_v1(Marker="a/2")],
    "copy": [put("k", Metadata={"a": "1"}, ContentType="text/csv"), copy("k", "é c"), head("é c"), get("é c"),
             copy("k", "d", MetadataDirective="REPLACE", Metadata={"b": "2"}), head("d"), copy("none", "e")],
    "delete many": [*WRITES, lambda s3: s3.delete_objects(
        Bucket=BUCKET, Delete={"Objects": [{"Key": "a/1"}, {"Key": "é/5"}, {"Key": "none"}]}), listing()],
    "multipart": [upload(MIB5, b"end"), head("big"), get("big", Range="bytes=5242878-5242882")],
    "multipart of one": [upload(b"only"), get("big")],
    "multipart, part left out": [upload(MIB5, MIB5, b"end", order=[1, 3]), head("big")],
    "multipart, part too small": [upload(b"small", b"end")],
    "multipart, wrong tag": [upload(MIB5, b"end", tag='"abc"')],
    "tags": [put("k", Tagging="a=1&b=c%20d"), head(),
             lambda s3: s3.get_object_tagging(Bucket=BUCKET, Key="k"),
             lambda s3: s3.put_object_tagging(Bucket=BUCKET, Key="k", Tagging=TAGS),
             lambda s3: s3.get_object_tagging(Bucket=BUCKET, Key="k"),
             lambda s3: s3.delete_object_tagging(Bucket=BUCKET, Key="k"),
             lambda s3: s3.get_object_tagging(Bucket=BUCKET, Key="k")],
    "buckets": [lambda s3: s3.head_bucket(Bucket=BUCKET), lambda s3: s3.get_bucket_location(Bucket=BUCKET),
                lambda s3: s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=HERE),
                put("k"), lambda s3: s3.delete_bucket(Bucket=BUCKET)],
    "policy": [lambda s3: s3.get_bucket_policy(Bucket=BUCKET),
               lambda s3: s3.put_bucket_policy(Bucket=BUCKET, Policy='{"Version": "2012-10-17"}'),
               lambda s3: s3.get_bucket_policy(Bucket=BUCKET)],
}  # fmt: skip


@pytest.mark.parametrize("calls", CASES.values(), ids=CASES)
def test_moto_and_ours_agree(clients: tuple[Any, Any], calls: list[Callable[[Any], Any]]) -> None:
    agree(clients, *calls)


def quiet(s3: Any) -> Any:
    return s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "b"}], "Quiet": True})


def part_of_nothing(s3: Any) -> Any:
    return s3.upload_part(Bucket=BUCKET, Key="k", UploadId="none", PartNumber=1, Body=b"")


# Where moto differs from S3's own documentation (API Reference, page after the call): what ours answers.
DIFFERENT: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "DeleteObjects: quiet lists errors only": (quiet, (200, {})),
    "CompleteMultipartUpload: order is judged first": (
        upload(MIB5, b"end", order=[2, 1]),
        ("InvalidPartOrder", 400),
    ),
    "UploadPart: moto falls over an unknown upload": (part_of_nothing, ("NoSuchUpload", 404)),
    "PutObject: Content-MD5 is checked": (put("k", ContentMD5="A" * 22 + "=="), ("BadDigest", 400)),
    "PutObject: Content-MD5 must be one": (put("k", ContentMD5="bad"), ("InvalidDigest", 400)),
    "PutObject: 1024 bytes are the longest key": (put("k" * 1025), ("KeyTooLongError", 400)),
}


@pytest.mark.parametrize(("call", "expected"), DIFFERENT.values(), ids=DIFFERENT)
def test_ours_follows_the_documentation(
    clients: tuple[Any, Any], call: Callable[[Any], Any], expected: Any
) -> None:
    ours = clients[1]
    empty(ours)
    ours.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=HERE)
    assert outcome(call, ours) == expected
