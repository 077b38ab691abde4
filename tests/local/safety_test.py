"""Only this machine is answered, nothing leaves the folder, sizes are bounded."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import Any

import pytest

KEYS = [
    "../../evil",
    "a/../../b",
    "/etc/passwd",
    "..",
    ".",
    "a//b",
    "é %2F+ \u2028",
    "x" * 1024,
    "back\\slash",
    "a?b#c",
]


def get(lab: Any, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection(lab.url.removeprefix("http://"), timeout=5)
    connection.putrequest("GET", path, skip_host=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:1", 200), ("localhost", 200), ("[::1]:5", 200), ("bucket.localhost:1", 200),
     ("evil.com", 403), ("127.0.0.1.evil.com", 403), ("localhost.evil.com", 403), ("", 403)],
)  # fmt: skip
def test_the_host_must_be_this_machine(lab: Any, host: str, status: int) -> None:
    assert get(lab, "/_local/status", Host=host) == status
    if status == 403:
        assert get(lab, "/_local/lease", Host=host) == 403


def test_no_web_page_of_another_origin_gets_in(lab: Any) -> None:
    assert get(lab, "/_local/status", Host="localhost", Origin="https://evil.com") == 403
    assert get(lab, "/bucket", Host="localhost", Origin="http://localhost:8888") == 403


def test_s3_without_a_signature_is_denied(lab: Any) -> None:
    lab.upload("x", "k")
    assert get(lab, "/lab-bucket/k", Host="localhost") == 403


@pytest.mark.parametrize("key", KEYS)
def test_keys_are_text_and_never_paths(lab: Any, tmp_path: Path, key: str) -> None:
    before = {path for path in tmp_path.rglob("*") if path.is_dir()}
    lab.upload(b"content", key)
    assert lab.s3.get_object(Bucket="lab-bucket", Key=key)["Body"].read() == b"content"
    assert [o["Key"] for o in lab.s3.list_objects_v2(Bucket="lab-bucket")["Contents"]] == [key]
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == b"content"]
    assert [path.parent for path in files] == [tmp_path / "state" / "objects"]
    assert {path for path in tmp_path.rglob("*") if path.is_dir()} == before


def test_a_huge_header_is_refused(lab: Any) -> None:
    assert get(lab, "/_local/status", Host="localhost", X="y" * 100_000) == 413
