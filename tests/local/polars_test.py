"""Polars over s3:// through the journey: it writes what is imported and reads what is exported."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

ROWS = 400_000
EVENT = {"eventType": "click", "itemId": "i1", "sentAt": 1_800_000_000}


@pytest.fixture
def options(lab: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("POLARS_UPLOAD_CHUNK_SIZE", str(5 << 20))  # else parts begin at 64 MB
    return {
        "aws_endpoint_url": lab.url, "aws_access_key_id": "a", "aws_secret_access_key": "b",
        "aws_region": "eu-west-1", "aws_allow_http": "true",
    }  # fmt: skip


def events() -> pl.LazyFrame:
    number = pl.int_range(ROWS)
    return pl.select(
        USER_ID=pl.format("u{}", number % 40), ITEM_ID=pl.format("i{}", number % 9),
        EVENT_TYPE=pl.lit("click"), TIMESTAMP=1_700_000_000 + number,
    ).lazy()  # fmt: skip


def test_polars_makes_the_journey(lab: Any, options: dict[str, str]) -> None:
    group = lab.group()
    dataset, tracking = lab.dataset("Interactions", group), lab.tracker(group)
    key = "in/data.csv"
    events().sink_csv(f"s3://{lab.bucket()}/{key}", storage_options=options)
    assert "-" in lab.s3.head_object(Bucket=lab.bucket(), Key=key)["ETag"]  # it came in parts
    job = lab.import_job(lab.start_import(dataset, f"s3://{lab.bucket()}/{key}"))
    assert job["status"] == "ACTIVE", job
    lab.events.put_events(trackingId=tracking, userId="u1", sessionId="s", eventList=[EVENT])
    lab.export_text(dataset, "ALL")
    read = pl.scan_csv(f"s3://{lab.bucket()}/out/*.csv", storage_options=options).collect()
    assert read.sort("TIMESTAMP").head(ROWS).equals(events().collect())
    assert read.filter(pl.col("TIMESTAMP") == EVENT["sentAt"]).rows() == [("u1", "i1", "click", 1800000000)]
    remove(lab, group, dataset)


def remove(lab: Any, group: str, dataset: str) -> None:
    for tracker in lab.personalize.list_event_trackers()["eventTrackers"]:
        lab.personalize.delete_event_tracker(eventTrackerArn=tracker["eventTrackerArn"])
    lab.personalize.delete_dataset(datasetArn=dataset)
    lab.personalize.delete_dataset_group(datasetGroupArn=group)
    assert lab.personalize.list_dataset_groups()["datasetGroups"] == []


def test_parquet_goes_and_comes(lab: Any, options: dict[str, str]) -> None:
    lab.bucket()
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    frame.lazy().sink_parquet("s3://lab-bucket/p/x.parquet", storage_options=options)
    assert pl.read_parquet("s3://lab-bucket/p/*.parquet", storage_options=options).equals(frame)
