"""Bulk imports: FULL, INCREMENTAL, what is refused, what is not sent twice, and what the service says."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pdprep
from pdprep.engine import parts
from pdprep.errors import (
    ImportFailed,
    InputError,
    JobError,
    NotPreparedError,
    RefusedError,
    ReplaceRefused,
    ServiceError,
    ValidationError,
)
from pdprep.group import DatasetGroup
from pdprep.local.server import Running
from pdprep.personalize.aws.client import Environment, upload
from pdprep.personalize.imports import shipping, uploads
from tests.personalize.frames import counts, events, exported, items, prepared
from tests.support.groups import ledger_of

HISTORY = events(1200)


def staged(server: Running) -> list[str]:
    """Return the keys of the objects in all buckets."""
    return [row["key"] for row in server.state.store.rows("SELECT key FROM objects")]


def lose(group: DatasetGroup, server: Running) -> None:
    """Delete the uploaded parts before the service reads them."""
    while not ledger_of(group).journal.pending("interactions"):
        time.sleep(0.01)
    for key in staged(server):
        group.client("s3").delete_object(Bucket="pdprep-local", Key=key)


@pytest.fixture
def filled(group: DatasetGroup) -> DatasetGroup:
    group.bulk(prepared(group, HISTORY)).wait()
    return group


def test_the_first_import_creates_everything_and_ends_active(group: DatasetGroup, server: Running) -> None:
    assert group.arn is None
    job = group.bulk(prepared(group, HISTORY)).wait()
    assert (job.status, job.phase, job.rows, job.mode) == ("ACTIVE", "done", 1200, "FULL")
    assert group.arn is not None
    assert repr(job) == "<Job bulk-0001 interactions: ACTIVE, 1,200 records>"
    assert staged(server) == []


def test_ledger_and_bulk_export_agree(filled: DatasetGroup) -> None:
    assert counts(filled) == {"bulk": 1200, "incremental": 0, "both": 0}
    bulk = exported(filled, "BULK")
    assert bulk.sort(bulk.columns).equals(HISTORY.select(bulk.columns).sort(bulk.columns))


def test_the_same_frame_again_is_the_finished_job(filled: DatasetGroup, server: Running) -> None:
    first = filled.jobs()[0]
    again = filled.bulk(prepared(filled, HISTORY))
    assert again is first
    assert "already imported" in again.note
    assert len(filled.jobs()) == 1
    assert len(filled.client().list_dataset_import_jobs()["datasetImportJobs"]) == 1


def test_another_full_import_is_refused_with_counts(filled: DatasetGroup, server: Running) -> None:
    filled.put(prepared(filled, events(7, first=5000))).wait()
    with pytest.raises(ReplaceRefused) as caught:
        filled.bulk(prepared(filled, events(1300, first=100)))
    found = (
        "a FULL import of 1,300 records would replace 1,200 bulk records (100 of them not in the new file)"
    )
    assert caught.value.found == found
    expected = "7 incremental records would stay; nothing was replaced; mode INCREMENTAL adds instead"
    assert caught.value.expected == expected
    assert "refused: a FULL import of 1,300" in filled.jobs().frame["note"][0]
    assert counts(filled) == {"bulk": 1200, "incremental": 7, "both": 0}
    assert staged(server) == []


def test_replace_replaces_bulk_records_only(filled: DatasetGroup) -> None:
    filled.put(prepared(filled, events(7, first=5000))).wait()
    filled.bulk(prepared(filled, events(1300)), replace=True).wait()
    assert counts(filled) == {"bulk": 1300, "incremental": 7, "both": 0}
    assert exported(filled, "BULK").height == 1300
    assert exported(filled, "PUT").height == 7


def test_a_shrinking_import_is_refused_even_so(filled: DatasetGroup) -> None:
    half = prepared(filled, events(1050, first=150))
    with pytest.raises(RefusedError, match="1,050 of 1,200"):
        filled.bulk(half, replace=True)
    filled.bulk(half, replace=True, shrink=True).wait()
    assert counts(filled)["bulk"] == 1050


def test_incremental_adds_and_overlaps_count_once(filled: DatasetGroup) -> None:
    filled.bulk(prepared(filled, events(1100, first=1100)), mode="INCREMENTAL").wait()
    assert counts(filled)["bulk"] == 2200
    assert exported(filled, "BULK").height == 2200


def test_an_incremental_import_needs_a_thousand_new_events(filled: DatasetGroup, server: Running) -> None:
    with pytest.raises(RefusedError, match="900 of 1,000 events are new"):
        filled.bulk(prepared(filled, events(1000, first=1100)), mode="INCREMENTAL")
    assert staged(server) == []


def test_parts_go_up_while_the_next_is_written(
    group: DatasetGroup, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ROWS_A_PART", 100)
    monkeypatch.setattr(shipping, "WAITING", 3)
    on_disk: list[int] = []

    def watched(environment: Environment, path: Path, *rest: Any, **extra: Any) -> None:
        upload(environment, path, *rest, **extra)
        on_disk.append(len(list(path.parent.glob("*.csv"))))

    monkeypatch.setattr(uploads, "upload", watched)
    group.bulk(prepared(group, HISTORY), keep=True).wait()
    assert len(staged(server)) == len(on_disk) > 8
    assert max(on_disk) <= 3 + 1  # those that wait, and the one that is written
    assert exported(group, "BULK").height == 1200


def test_rows_are_accepted_before_their_parts_have_arrived(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ROWS_A_PART", 300)
    network = threading.Event()

    def slow(*sent: Any, **extra: Any) -> None:
        network.wait()
        upload(*sent, **extra)

    monkeypatch.setattr(uploads, "upload", slow)
    job = group.bulk(prepared(group, HISTORY)).wait_until_accepted()
    assert (job.finished, job.phase) == (False, "upload")
    network.set()
    assert job.wait().status == "ACTIVE"


def test_a_part_that_does_not_arrive_ends_the_import_and_the_rest_is_not_sent(
    group: DatasetGroup, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ROWS_A_PART", 100)
    sent: list[Path] = []

    def broken(environment: Environment, path: Path, *rest: Any, **extra: Any) -> None:
        sent.append(path)
        raise ServiceError("the network is down", operation="PutObject")

    monkeypatch.setattr(uploads, "upload", broken)
    with pytest.raises(ServiceError, match="the network is down"):
        group.bulk(prepared(group, HISTORY)).wait()
    assert len(sent) < 8
    assert staged(server) == []


def test_incremental_needs_a_bulk_import_before(group: DatasetGroup) -> None:
    with pytest.raises(RefusedError, match="first bulk import of a dataset is FULL"):
        group.bulk(prepared(group, HISTORY), mode="INCREMENTAL")


def test_run_all_of_full_and_incremental_may_be_repeated(filled: DatasetGroup) -> None:
    more = prepared(filled, events(1000, first=2000))
    filled.bulk(more, mode="INCREMENTAL").wait()
    assert filled.bulk(prepared(filled, HISTORY)).id == "bulk-0001"
    assert filled.bulk(more, mode="INCREMENTAL").id == "bulk-0002"
    assert len(filled.jobs()) == 2


def test_999_interactions_are_refused_before_anything_is_uploaded(
    group: DatasetGroup, server: Running
) -> None:
    job = group.bulk(prepared(group, events(999)))
    with pytest.raises(ValidationError, match="1,000") as caught:
        job.wait()
    assert job.report is caught.value.report
    assert group.arn is None
    assert staged(server) == []


def test_an_invalid_row_stops_the_import_and_is_named(group: DatasetGroup, server: Running) -> None:
    broken = HISTORY.with_columns(pl.when(pl.col("TIMESTAMP") % 2 == 0).then("ITEM_ID").alias("ITEM_ID"))
    with pytest.raises(ValidationError, match="id_missing"):
        group.bulk(prepared(group, broken)).wait()
    assert staged(server) == []


def test_a_failed_import_shows_the_reason_of_the_service(filled: DatasetGroup, server: Running) -> None:
    server.state.faults.ask(operation="CreateDatasetImportJob", delay=1.0)
    job = filled.bulk(prepared(filled, events(1300)), replace=True)
    lose(filled, server)
    with pytest.raises(ImportFailed, match="CREATE FAILED") as caught:
        job.wait()
    assert job.status == "CREATE FAILED"
    assert caught.value.reason
    assert caught.value.reason.rstrip(".") in str(caught.value)
    assert counts(filled)["bulk"] == 1200


def test_items_of_a_second_import_replace_their_ids(group: DatasetGroup) -> None:
    group.bulk(prepared(group, items("a", "b"))).wait()
    group.bulk(prepared(group, items("b", "c", genre="Comedy")), mode="INCREMENTAL").wait()
    page = group.records("items").page()
    assert page.select("ITEM_ID", "GENRES").rows() == [("a", "Drama"), ("b", "Comedy"), ("c", "Comedy")]


def test_a_put_waits_for_the_import_before_it(group: DatasetGroup) -> None:
    first = group.bulk(prepared(group, HISTORY))
    second = group.put(prepared(group, events(5, first=9000)))
    second.wait()
    assert first.finished
    assert first.ended is not None
    assert second.ended is not None
    assert first.ended <= second.ended
    assert counts(group) == {"bulk": 1200, "incremental": 5, "both": 0}


def test_a_put_is_not_begun_where_the_import_before_it_failed(group: DatasetGroup) -> None:
    first = group.bulk(prepared(group, events(999)))
    second = group.put(prepared(group, events(5)))
    with pytest.raises(ValidationError):
        first.wait()
    with pytest.raises(pdprep.PdprepError, match=r"bulk-0001|too few|1,000"):
        second.wait()


def test_quotes_and_newlines_go_through(group: DatasetGroup) -> None:
    text = 'a "quote", a \\ and\na line — 東京'
    frame = pl.DataFrame({"ITEM_ID": ["x"], "BRAND": [text]})
    group.bulk(group.prepare(frame, "items", metadata={"BRAND": "BRAND"})).wait()
    assert exported(group, "BULK", "items")["BRAND"].to_list() == [text.replace("\n", " ")]
    assert group.verify("items").ok


def test_a_frame_that_is_not_prepared_is_an_error(group: DatasetGroup) -> None:
    with pytest.raises(NotPreparedError):
        group.bulk(HISTORY)  # type: ignore[arg-type]  # that is the mistake


def test_an_unknown_mode_is_an_error(group: DatasetGroup) -> None:
    with pytest.raises(InputError, match="FULL, INCREMENTAL"):
        group.bulk(prepared(group, HISTORY), mode="APPEND")  # type: ignore[arg-type]  # that is the mistake


def test_parts_stay_where_one_keeps_them(group: DatasetGroup, server: Running) -> None:
    group.bulk(prepared(group, HISTORY), keep=True).wait()
    assert len(staged(server)) == 1


def test_the_parts_of_an_import_are_of_its_own_key(group: DatasetGroup, server: Running) -> None:
    group.bulk(prepared(group, HISTORY), keep=True).wait()
    group.bulk(prepared(group, events(1300)), replace=True, keep=True).wait()
    assert len({key.rpartition("/")[0] for key in staged(server)}) == 2


def test_an_import_waits_for_a_slot(group: DatasetGroup, server: Running) -> None:
    server.state.faults.ask(operation="CreateDatasetImportJob", code="LimitExceededException", calls=5)
    notes: list[str] = []
    job = group.bulk(prepared(group, items("a")))
    job.subscribe(lambda job: notes.append(job.note))
    assert job.wait().status == "ACTIVE"
    assert any("waits for a slot" in note for note in notes)


def test_a_job_whose_reply_was_lost_is_not_created_twice(group: DatasetGroup, server: Running) -> None:
    server.state.faults.ask(operation="CreateDatasetImportJob", drop=True, when="after")
    assert group.bulk(prepared(group, items("a"))).wait().status == "ACTIVE"
    assert len(group.client().list_dataset_import_jobs()["datasetImportJobs"]) == 1


def test_imports_that_the_ledger_does_not_know_are_not_replaced_unasked(
    group: DatasetGroup, tmp_path: Path
) -> None:
    group.bulk(prepared(group, items("a"))).wait()
    shutil.rmtree(group.home / "000000000000-us-east-1")
    other = pdprep.connect("movies")
    with pytest.raises(ReplaceRefused, match="unknown to this ledger, of movies-items-full"):
        other.bulk(prepared(other, items("b")))
    assert other.bulk(prepared(other, items("a")), replace=True).wait().name.endswith("-2")


def test_a_job_is_stopped_before_it_sends(filled: DatasetGroup, server: Running) -> None:
    server.state.faults.ask(operation="PutObject", delay=1.0)
    job = filled.bulk(prepared(filled, items("a")))
    job.stop()
    with pytest.raises(JobError, match="was stopped"):
        job.wait()
    assert counts(filled, "items")["bulk"] == 0


@pytest.mark.parametrize("route", ["bulk", "put"])
def test_an_empty_frame_is_an_error(group: DatasetGroup, route: str) -> None:
    with pytest.raises(pdprep.PdprepError):
        getattr(group, route)(prepared(group, items("a").clear())).wait()
