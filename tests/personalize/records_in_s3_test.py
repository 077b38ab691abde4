"""Records of an import that lie in the bucket: read, missed, rewritten and removed there as at home."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

import pdprep
from pdprep.errors import LedgerError
from pdprep.group import DatasetGroup
from pdprep.ledger import record_files, remote_records
from pdprep.ledger.rows import ImportRow
from pdprep.local.server import Running
from tests.personalize.frames import counts, events, exported, prepared

BUCKET = "pdprep-local"


@pytest.fixture
def bulk(group: DatasetGroup) -> ImportRow:
    """Give an import of 1,200 events and ten events put, with the records of the import in the bucket."""
    group.bulk(prepared(group, events(1200))).wait()
    group.put(prepared(group, events(10, first=5000))).wait()
    return moved(group)


def moved(group: DatasetGroup) -> ImportRow:
    """Have the records of the last import lie in the bucket, as tasks of Ray leave them."""
    ledger = group._target.ledger
    row = ledger.journal.imports("interactions")[-1]
    address = f"s3://{BUCKET}/{row.location}/records"
    assert ledger.bucket
    for file in (ledger.records("interactions") / row.folder).glob("*.parquet"):
        ledger.bucket.put(file, f"{address}/{file.name}")
    record_files.drop_records(ledger, row)
    return remote_records.register(ledger, row, address)


def objects(group: DatasetGroup) -> list[str]:
    listed = group.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return [each["Key"] for each in listed if "/records/" in each["Key"]]


def test_records_in_the_bucket_are_read_as_those_at_home(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(group: DatasetGroup) -> list[Any]:
        records, coming = group.records("interactions"), prepared(group, events(1210))
        shown = records.frame.drop("SENT_AT").collect()
        page = records.page(2, where=pl.col("ITEM_ID") == "i1")
        return [
            shown.rows(),
            counts(group),
            page.rows(),
            records.timeline(USER_ID="u1").rows(),
            str(group.plan(coming)),
        ]

    group.bulk(prepared(group, events(1200))).wait()
    group.put(prepared(group, events(10, first=5000))).wait()
    at_home = said(group)
    moved(group)
    assert not list(group._target.ledger.records("interactions").rglob("import-*/*.parquet"))
    assert said(group) == at_home
    assert group.verify("interactions").ok
    monkeypatch.setattr("pdprep.ledger.view.FEW", 100)
    monkeypatch.setattr("pdprep.ledger.trained_ids.FEW", 100)
    assert said(pdprep.connect("movies")) == at_home


def removed(group: DatasetGroup, key: str, server: Running) -> None:
    group.client("s3").delete_object(Bucket=BUCKET, Key=key)


def changed(group: DatasetGroup, key: str, server: Running) -> None:
    size = group.client("s3").head_object(Bucket=BUCKET, Key=key)["ContentLength"]
    group.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"x" * size)


def cut(group: DatasetGroup, key: str, server: Running) -> None:
    group.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"x")


def no_list(group: DatasetGroup, key: str, server: Running) -> None:
    server.state.faults.ask(operation="ListObjectsV2", code="AccessDenied", status=403)


def no_get(group: DatasetGroup, key: str, server: Running) -> None:
    server.state.faults.ask(operation="GetObject", code="AccessDenied", status=403, calls=99)
    server.state.faults.ask(operation="HeadObject", code="AccessDenied", status=403, calls=99)


@pytest.mark.parametrize(
    ("harm", "found", "hint"),
    [
        (removed, "part-00000.parquet is missing", 'group.adopt("interactions")'),
        (changed, "bytes are not those that were written", 'group.adopt("interactions")'),
        (cut, "it has 1 bytes, and", 'group.adopt("interactions")'),
        (no_list, "/records, and that cannot be reached", "print(group.check())"),
        (no_get, "to complete for path pdprep/movies/interactions", "print(group.check())"),
    ],
)
def test_what_is_wrong_in_the_bucket_is_said_with_the_way_back(
    group: DatasetGroup, bulk: ImportRow, server: Running, harm: Callable[..., None], found: str, hint: str
) -> None:
    harm(group, objects(group)[0], server)
    with pytest.raises(LedgerError) as error:
        group.records("interactions")
    assert found in error.value.found
    assert bulk.records in error.value.found
    assert "<?xml" not in error.value.found
    assert error.value.hint.startswith(hint)
    server.state.faults.clear()


def test_records_that_are_gone_are_built_anew(group: DatasetGroup, bulk: ImportRow, server: Running) -> None:
    removed(group, objects(group)[0], server)
    group.adopt("interactions")
    assert counts(group) == {"bulk": 1200, "incremental": 10, "both": 0}
    assert group._target.ledger.journal.objects(bulk.records) == []


def test_users_leave_the_records_in_the_bucket(group: DatasetGroup, bulk: ImportRow) -> None:
    before = objects(group)
    assert group.delete_users(["u1"], confirm=1).wait().status == "DONE"
    assert objects(group) == before
    assert group._target.ledger.bucket
    held = pl.read_parquet(f"{bulk.records}/*.parquet", **group._target.ledger.bucket.options)
    assert 0 < held.height < 1200
    assert "u1" not in held["USER_ID"]
    assert group.verify("interactions").ok
    assert exported(group, "ALL").height == held.height + counts(group)["incremental"]


def test_replaced_records_leave_the_bucket_and_nothing_else(group: DatasetGroup, bulk: ImportRow) -> None:
    other = f"{bulk.location}/records/notes.txt"
    group.client("s3").put_object(Bucket=BUCKET, Key=other, Body=b"not ours")
    group.bulk(prepared(group, events(1200, first=1)), replace=True).wait()
    assert objects(group) == [other]
    assert group.verify("interactions").ok
