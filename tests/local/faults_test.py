"""Faults are asked for over the admin path: errors, delays, lost connections before or after."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

KEYS: dict[str, Any] = {"aws_access_key_id": "another", "aws_secret_access_key": "key"}


def admin(lab: Any, path: str, method: str = "GET", **body: Any) -> Any:
    request = urllib.request.Request(lab.url + "/_local/" + path, json.dumps(body).encode(), method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def groups(lab: Any) -> list[str]:
    return [group["name"] for group in lab.personalize.list_dataset_groups()["datasetGroups"]]


def test_the_next_calls_answer_a_code(lab: Any) -> None:
    admin(lab, "faults", "POST", operation="CreateDatasetGroup", code="ThrottlingException", skip=1, calls=2)
    lab.group("a")
    for _ in range(2):
        with pytest.raises(ClientError, match="ThrottlingException"):
            lab.group("b")
    lab.group("b")
    assert admin(lab, "faults") == {"faults": []}


@pytest.mark.parametrize(("when", "left"), [("before", []), ("after", ["x"])])
def test_a_connection_is_dropped_before_or_after_the_effect(lab: Any, when: str, left: list[str]) -> None:
    admin(lab, "faults", "POST", operation="CreateDatasetGroup", drop=True, when=when)
    with pytest.raises(ConnectionClosedError):
        lab.group("x")
    assert groups(lab) == left


def test_a_retry_after_a_lost_answer_finds_the_resource_there(lab: Any) -> None:
    admin(
        lab,
        "faults",
        "POST",
        operation="CreateDatasetGroup",
        code="InternalFailure",
        status=500,
        when="after",
    )
    client = lab.fresh("personalize", Config(retries={"total_max_attempts": 3}))
    with pytest.raises(ClientError, match="ResourceAlreadyExistsException"):
        client.create_dataset_group(name="x")


def test_a_delay_and_s3(lab: Any) -> None:
    lab.bucket()
    admin(lab, "faults", "POST", operation="PutObject", delay=0.3, code="SlowDown", status=503)
    began = time.monotonic()
    with pytest.raises(ClientError, match="SlowDown"):
        lab.upload("x", "k")
    assert time.monotonic() - began >= 0.3
    lab.upload("x", "k")


def test_an_error_has_no_effect_on_s3(lab: Any) -> None:
    lab.bucket()
    admin(lab, "faults", "POST", operation="*", code="ExpiredToken", calls=1)
    with pytest.raises(ClientError, match="ExpiredToken"):
        lab.s3.put_object(Bucket="lab-bucket", Key="k", Body=b"x")
    assert lab.s3.list_objects_v2(Bucket="lab-bucket")["KeyCount"] == 0


def test_status_and_rows_and_unknown_paths(lab: Any) -> None:
    lab.dataset("Items")
    status = admin(lab, "status")
    assert status["resources"] == {"schema": 1, "dataset-group": 1, "dataset": 1}
    assert list(admin(lab, "rows").values()) == [{"bulk": 0, "put": 0}]
    for status, path, method, given in (
        (404, "dance", "GET", {}),
        (400, "clock/advance", "POST", {"seconds": 1}),
        (400, "faults", "POST", {"colour": "red"}),
    ):
        with pytest.raises(urllib.error.HTTPError, match=str(status)) as refused:
            admin(lab, path, method, **given)
        refused.value.close()


def test_credentials_expire_until_the_key_changes(lab: Any, make_lab: Any) -> None:
    admin(lab, "faults", "POST", operation="*", code="ExpiredTokenException", skip=1, until_new_key=True)
    groups(lab)
    for _ in range(3):
        with pytest.raises(ClientError, match="ExpiredTokenException"):
            groups(lab)
    fresh = boto3.client("personalize", "eu-west-1", endpoint_url=lab.url, **KEYS)
    assert fresh.list_dataset_groups()["datasetGroups"] == []
    assert groups(lab) == []


@pytest.mark.parametrize("service", ["personalize", "s3"])
def test_a_skewed_clock_is_refused_when_asked_for(
    lab: Any, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.bucket()
    admin(lab, "signatures", "POST")
    acts: dict[str, Callable[[], Any]] = {
        "personalize": lambda: groups(lab),
        "s3": lambda: lab.s3.list_buckets(),
    }
    act = acts[service]
    act()
    admin(lab, "signatures", "POST", max_age=-1)
    with pytest.raises(ClientError, match=r"InvalidSignatureException|RequestTimeTooSkewed"):
        act()


def test_a_full_disk_fails_the_job_or_the_upload_and_keeps_what_was_there(lab: Any) -> None:
    dataset, text = lab.dataset("Items"), "ITEM_ID,GENRES,PRICE\na,A,1\n"
    lab.load(dataset, text)
    location = lab.upload(text.replace("A", "B"))
    admin(lab, "faults", "POST", operation="write rows", code="NoSpace")
    assert lab.import_job(lab.start_import(dataset, location))["status"] == "CREATE FAILED"
    assert lab.export(dataset, "BULK")[1:] == [["a", "A", "1.0"]]
    admin(lab, "faults", "POST", operation="write objects", code="NoSpace")
    with pytest.raises(ClientError, match="NoSpaceLeft"):
        lab.upload("x", "full")
    admin(lab, "faults", "POST", operation="commit", code="NoSpace")
    with pytest.raises(ClientError, match="NoSpaceLeft"):
        lab.group("full")
    assert "full" not in groups(lab)


@pytest.mark.parametrize(("when", "left"), [("before", 0), ("after", 1)])
def test_a_crash_before_or_after_the_effect(
    start: Any, tmp_path: Path, make_lab: Any, when: str, left: int
) -> None:
    with start(tmp_path, "--clock", "instant") as server:
        lab = make_lab(server.url)
        admin(lab, "faults", "POST", operation="CreateDatasetGroup", crash=True, when=when)
        with pytest.raises(ConnectionClosedError):
            lab.group("x")
        assert server.ended(5)
    with start(tmp_path, "--clock", "instant") as server:
        assert len(groups(make_lab(server.url))) == left
