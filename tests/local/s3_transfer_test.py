"""What moto cannot judge: chunked bodies, checksums, hosts, big files, broken uploads."""

from __future__ import annotations

import base64
import http.client
import socket
import zlib
from pathlib import Path
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from pyarrow.fs import S3FileSystem

from pdprep.local.objects import checksums

CONTENT = bytes(range(256)) * 50_000
ALGORITHMS = [
    "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "SHA512", "XXHASH3", "XXHASH64", "XXHASH128",
]  # fmt: skip
CRC = base64.b64encode(zlib.crc32(b"hello world").to_bytes(4, "big")).decode()


def send(lab: Any, method: str, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    """Send raw bytes with some signature; headers are given with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method, lab.url + path, data=b"", headers=dict(named))
    S3SigV4Auth(Credentials("a", "b"), "s3", lab.region).add_auth(request)
    connection = http.client.HTTPConnection(lab.url.removeprefix("http://"), timeout=10)
    merged = {**dict(request.headers.items()), **named, "Content-Length": str(len(body))}
    connection.request(method, path, body, merged)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text


def test_upload_and_download_a_file_in_parts(lab: Any, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(CONTENT)
    config = TransferConfig(multipart_threshold=6 << 20, multipart_chunksize=5 << 20)
    lab.s3.upload_file(str(tmp_path / "in"), lab.bucket(), "big", Config=config, ExtraArgs={"Tagging": "a=b"})
    assert lab.s3.head_object(Bucket="lab-bucket", Key="big")["ETag"].endswith('-3"')
    lab.s3.download_file("lab-bucket", "big", str(tmp_path / "out"), Config=config)
    assert (tmp_path / "out").read_bytes() == CONTENT
    lab.s3.copy({"Bucket": "lab-bucket", "Key": "big"}, "lab-bucket", "copy", Config=config)
    assert lab.s3.get_object(Bucket="lab-bucket", Key="copy")["Body"].read() == CONTENT
    assert "Uploads" not in lab.s3.list_multipart_uploads(Bucket="lab-bucket")


@pytest.mark.parametrize(
    ("crc", "signed", "status"),
    [(CRC, False, 200), (CRC, True, 200), ("AAAAAA==", False, 400), ("AAAAAA==", True, 400)],
)
def test_chunked_bodies_with_a_trailer(lab: Any, crc: str, signed: bool, status: int) -> None:
    lab.bucket()
    mark = b";chunk-signature=" + b"0" * 64 if signed else b""
    body = b"6%s\r\nhello \r\n5%s\r\nworld\r\n0%s\r\nx-amz-checksum-crc32:%s\r\n" % (
        mark,
        mark,
        mark,
        crc.encode(),
    )
    body += b"x-amz-trailer-signature:00\r\n\r\n" if signed else b"\r\n"
    kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" if signed else "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    got, _ = send(
        lab, "PUT", "/lab-bucket/k", body, Content_Encoding="aws-chunked", x_amz_content_sha256=kind,
        x_amz_decoded_content_length="11", x_amz_trailer="x-amz-checksum-crc32",
    )  # fmt: skip
    assert got == status
    if status == 200:
        found = lab.s3.get_object(Bucket="lab-bucket", Key="k", ChecksumMode="ENABLED")
        assert (found["Body"].read(), found["ChecksumCRC32"]) == (b"hello world", CRC)
        assert "ContentEncoding" not in found
    else:
        assert lab.s3.list_objects_v2(Bucket="lab-bucket")["KeyCount"] == 0


def test_the_sdk_for_cpp_in_pyarrow_sends_chunks_within_chunks(lab: Any) -> None:
    s3 = S3FileSystem(access_key="a", secret_key="b", endpoint_override=lab.url, region=lab.region)
    with s3.open_output_stream(f"{lab.bucket()}/big") as out:
        out.write(CONTENT)
    assert lab.s3.get_object(Bucket="lab-bucket", Key="big")["Body"].read() == CONTENT
    with s3.open_input_file("lab-bucket/big") as back:
        assert back.read() == CONTENT


@pytest.mark.parametrize("framed", [b"zz\r\n", b"5\r\nhelloX", b"5\r\nhel"])
def test_chunks_of_http_that_are_none(lab: Any, framed: bytes) -> None:
    lab.bucket()
    host, port = lab.url.removeprefix("http://").split(":")
    head = (
        f"PUT /lab-bucket/k HTTP/1.1\r\nHost: {host}:{port}\r\nTransfer-Encoding: chunked\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/s3/aws4_request\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(head.encode() + framed)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")


def test_a_body_that_is_not_what_was_signed(lab: Any) -> None:
    lab.bucket()
    status, text = send(lab, "PUT", "/lab-bucket/k", b"x", x_amz_content_sha256="0" * 64)
    assert (status, b"XAmzContentSHA256Mismatch" in text) == (400, True)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_checksums_are_checked_and_kept(lab: Any, algorithm: str) -> None:
    lab.s3.put_object(Bucket=lab.bucket(), Key="k", Body=b"x", ChecksumAlgorithm=algorithm)
    found = lab.s3.head_object(Bucket="lab-bucket", Key="k", ChecksumMode="ENABLED")
    assert found[f"Checksum{algorithm}"]
    with pytest.raises(ClientError, match="BadDigest"):
        lab.s3.put_object(
            Bucket="lab-bucket", Key="k", Body=b"y", **{f"Checksum{algorithm}": found[f"Checksum{algorithm}"]}
        )


@pytest.mark.parametrize(("name", "given"), [("crc32c", "AAAAAA=="), ("crc64nvme", "AAAAAAAAAAA=")])
def test_what_nothing_here_can_compute_is_kept_as_given(
    lab: Any, monkeypatch: pytest.MonkeyPatch, name: str, given: str
) -> None:
    monkeypatch.delitem(checksums.COMPUTED, name)  # as without awscrt
    member = f"Checksum{name.upper()}"
    lab.s3.put_object(Bucket=lab.bucket(), Key="k", Body=b"y", **{member: given})
    assert lab.s3.head_object(Bucket="lab-bucket", Key="k", ChecksumMode="ENABLED")[member] == given


def test_virtual_hosts(lab: Any) -> None:
    lab.upload("x", "k/1")
    port = lab.url.rpartition(":")[2]
    for host in ("lab-bucket.localhost", "lab-bucket.s3.localhost"):
        assert send(lab, "GET", "/k/1", b"", Host=f"{host}:{port}") == (200, b"x")


def test_a_presigned_url_works_without_a_header(lab: Any) -> None:
    lab.upload("x", "a b")
    s3 = lab.fresh("s3", Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    url = s3.generate_presigned_url("get_object", {"Bucket": "lab-bucket", "Key": "a b"})
    connection = http.client.HTTPConnection(lab.url.removeprefix("http://"))
    connection.request("GET", url.removeprefix(lab.url))
    assert connection.getresponse().read() == b"x"
    connection.close()


def test_an_upload_that_breaks_off_leaves_nothing(lab: Any, tmp_path: Path, eventually: Any) -> None:
    lab.bucket()
    connection = http.client.HTTPConnection(lab.url.removeprefix("http://"))
    connection.putrequest("PUT", "/lab-bucket/k")
    connection.putheader("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/s3/aws4_request")
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b"half")
    connection.close()
    eventually(lambda: not list((tmp_path / "state" / "objects").iterdir()))
    assert lab.s3.list_objects_v2(Bucket="lab-bucket")["KeyCount"] == 0


@pytest.mark.parametrize("parameter", ["acl", "versioning", "cors", "lifecycle"])
def test_parts_of_s3_that_are_left_out_say_so(lab: Any, parameter: str) -> None:
    lab.bucket()
    status, text = send(lab, "GET", f"/lab-bucket?{parameter}", b"")
    assert (status, b"NotProvidedByLocalPersonalize" in text) == (400, True)


@pytest.mark.parametrize("body", [b"<a", b"<!DOCTYPE x [<!ENTITY e 'x'>]><Delete/>", b"<Delete/>"])
def test_broken_xml(lab: Any, body: bytes) -> None:
    lab.bucket()
    status, text = send(lab, "POST", "/lab-bucket?delete", body)
    assert (status, b"MalformedXML" in text) == (400, True)
