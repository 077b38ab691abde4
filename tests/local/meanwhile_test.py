"""What one piece of work finds that another piece changes meanwhile."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from botocore.exceptions import ClientError

from pdprep.local.life.store import Store
from pdprep.local.rows.layers import BULK
from pdprep.local.state import ServerState
from pdprep.local.training import learning, subjects
from pdprep.local.training.events import read_events
from tests.local.conftest import ROLE
from tests.local.faults_test import admin
from tests.local.when_it_counts_test import HOUR, PERSONAL, Timed, timed

__all__ = ["timed"]  # the fixture


def test_what_learns_keeps_the_files_that_imports_replace(
    timed: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before_an_import(read: Callable[..., pl.LazyFrame]) -> Callable[..., pl.LazyFrame]:
        def read_and_import(*given: Any, **more: Any) -> pl.LazyFrame:
            rows = read(*given, **more)
            replace(timed.server.state)
            return rows

        return read_and_import

    monkeypatch.setattr(learning, "read_events", before_an_import(read_events))
    monkeypatch.setattr(subjects, "newest", before_an_import(subjects.newest))
    timed.train(timed.solution(PERSONAL))
    campaign = timed.campaign("aws-semantic-similarity", performIncrementalUpdate=True)
    timed.put_item("fresh", price=5)
    timed.pass_by(HOUR / 2)
    assert "fresh" in timed.ids(campaign, itemId="i0")


def test_what_a_commit_would_remove_stays_when_it_fails(lab: Any, tmp_path: Path) -> None:
    lab.bucket()
    lab.s3.put_object(Bucket="lab-bucket", Key="k", Body=b"old")
    named = {"Bucket": "lab-bucket", "Key": "k"}
    upload = lab.s3.create_multipart_upload(**named)["UploadId"]
    part = lab.s3.upload_part(**named, UploadId=upload, PartNumber=1, Body=b"new")["ETag"]
    joined = {**named, "UploadId": upload, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part}]}}
    admin(lab, "faults", "POST", operation="commit", code="NoSpace")
    with pytest.raises(ClientError, match="NoSpaceLeft"):
        lab.s3.complete_multipart_upload(**joined)
    assert lab.s3.get_object(**named)["Body"].read() == b"old"
    blobs = tmp_path / "state" / "objects"
    before = len(list(blobs.iterdir()))
    lab.s3.complete_multipart_upload(**joined)
    assert lab.s3.get_object(**named)["Body"].read() == b"new"
    assert len(list(blobs.iterdir())) == before - 1  # one more; the old one and the part went


def test_users_stay_whole_when_the_commit_of_their_deletion_fails(lab: Any) -> None:
    dataset = lab.dataset("Users")
    lab.load(dataset, "USER_ID,AGE\na,1\nb,2\n")
    group = lab.personalize.describe_dataset(datasetArn=dataset)["dataset"]["datasetGroupArn"]
    location = lab.upload("USER_ID\na\n")
    admin(lab, "faults", "POST", operation="commit", code="NoSpace", skip=1)  # not of the call, of its job
    arn = lab.personalize.create_data_deletion_job(
        jobName="d", datasetGroupArn=group, roleArn=ROLE, dataSource={"dataLocation": location}
    )["dataDeletionJobArn"]
    found = lab.personalize.describe_data_deletion_job(dataDeletionJobArn=arn)["dataDeletionJob"]
    assert found["status"] == "FAILED"
    assert [row[0] for row in lab.export(dataset, "ALL")[1:]] == ["a", "b"]


def test_a_transaction_that_cannot_commit_is_undone(tmp_path: Path) -> None:
    store, done = Store(tmp_path), list[str]()

    def orphan() -> None:
        with store.transaction():
            store.run("PRAGMA defer_foreign_keys=ON")
            store.run("INSERT INTO parts VALUES ('no upload', 1, '', 0, '', 0, '')")  # refused by the commit
            store.after_commit(lambda: done.append("undone"))

    with pytest.raises(sqlite3.IntegrityError):
        orphan()
    with store.transaction():
        store.after_commit(lambda: done.append("kept"))
        assert done == []
    store.after_commit(lambda: done.append("at once"))
    assert (done, store.rows("SELECT * FROM parts")) == (["kept", "at once"], [])
    store.close()


def replace(state: ServerState) -> None:
    """Import what each dataset holds once more, and let another reading end."""
    for dataset in state.resources.list("dataset"):
        with state.layers.reading(dataset.arn, BULK) as held:
            files = [(Path(shutil.copy(each.path, state.layers.fresh())), held.rows) for each in held.bulk]
            state.layers.commit_bulk(dataset.arn, files, replace=True, at=0.0)
