"""An upload in parts that broke off is aborted: unseen, it would cost storage for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

import pdprep
from pdprep.errors import ServiceError
from pdprep.group import DatasetGroup
from pdprep.local.server import Running
from pdprep.personalize.aws import client
from tests.personalize.frames import counts, events, exported, prepared
from tests.personalize.restart_test import kill_when, start

CLIENT = "__import__('pdprep.personalize.aws.client').personalize.aws.client"
IN_PARTS = f"{CLIENT}.TRANSFER.multipart_threshold = 1000"


def broken(group: DatasetGroup) -> list[str]:
    """Return the keys of the uploads that were begun and not completed."""
    bucket, _ = group.environment.place
    found = group.client("s3").list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    return [upload["Key"] for upload in found]


def test_of_a_killed_import(home: Path, server: Running) -> None:
    server.state.faults.ask(operation="UploadPart", delay=5.0)
    process = start(f"put\n{IN_PARTS}\ngroup.bulk(prepared(group, events(1200)))")
    kill_when(process, lambda: not server.state.faults.list())
    group = pdprep.connect("movies")
    assert len(broken(group)) == 1
    group.bulk(prepared(group, events(1200))).wait()
    assert broken(group) == []
    assert counts(group)["bulk"] == exported(group, "BULK").height == 1200


def test_of_an_import_that_failed(
    group: DatasetGroup, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client.TRANSFER, "multipart_threshold", 1000)
    server.state.faults.ask(operation="UploadPart", code="AccessDenied", status=403)
    server.state.faults.ask(operation="AbortMultipartUpload", code="AccessDenied", status=403)
    with pytest.raises(ServiceError, match="AccessDenied"):
        group.bulk(prepared(group, events(1200))).wait()
    assert broken(group) == []
