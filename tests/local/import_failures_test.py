"""What is wrong with the data of an import shows in the job, in the service's words, and changes nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pdprep.local import running

ITEMS = "ITEM_ID,GENRES,PRICE\n"
BROKEN = {
    "a missing column": ("ITEM_ID,GENRES\na,A\n", r"missing the following columns:\[PRICE\]"),
    "a quoted header": ('"ITEM_ID","GENRES","PRICE"\na,A,1\n', r"columns:\[ITEM_ID, GENRES, PRICE\]"),
    "a byte order mark": ("\ufeff" + ITEMS + "a,A,1\n", r"columns:\[ITEM_ID\]"),
    "a header twice": ("ITEM_ID,GENRES,PRICE,PRICE\na,A,1,1\n", "unique"),
    "a word for a number": (
        ITEMS + "a,A,1\nb,B,dear\n",
        "PRICE must have values of type float; line 3 has 'dear'",
    ),
    "not a number": (ITEMS + "a,A,NaN\n", "PRICE must have values of type float"),
    "an infinite number": (ITEMS + "a,A,inf\n", "PRICE must have values of type float"),
    "no id": (ITEMS + "a,A,1\n,B,2\n", "ITEM_ID is required and has no value in line 3"),
    "an empty id": (ITEMS + '"",B,2\n', "ITEM_ID is required"),
    "a long id": (ITEMS + "a" * 257 + ",A,1\n", "Length cannot be more than 256 characters for ITEM_ID"),
    "a long category": (
        ITEMS + "a," + "g" * 1001 + ",1\n",
        "Length cannot be more than 1000 characters for GENRES",
    ),
    "doubled quotes": (ITEMS + 'a,"say "hi"",1\n', "Line 2 is not a record of 3 fields"),
    "a quote in bare text": (ITEMS + 'a,5" wide,1\n', "Line 2"),
    "a line break in text": (ITEMS + 'a,A,1\nb,"two\nlines",1\n', "Line 3"),
    "a field too few": (ITEMS + "a,A\n", "Line 2"),
    "a field too many": (ITEMS + "a,A,1,2\n", "Line 2"),
    "an open quote at the end": (ITEMS + 'a,"A', "Line 2"),
    "a backslash that escapes the last quote": (ITEMS + 'a,"A\\",1\n', "Line 2"),
    "not UTF-8": ((ITEMS + "a,é,1\n").encode("latin-1"), "UTF-8"),
    "no records": (ITEMS, "0 records"),
    "nothing at all": ("", "missing the following columns"),
}


@pytest.mark.parametrize(("text", "reason"), BROKEN.values(), ids=BROKEN)
def test_broken_items(lab: Any, text: str | bytes, reason: str) -> None:
    dataset = lab.dataset("Items")
    job = lab.load(dataset, text)
    assert job["status"] == "CREATE FAILED"
    assert job["failureReason"].startswith("Failed to create a data import job for Items dataset.")
    assert re.search(reason, job["failureReason"]), job["failureReason"]


def test_a_failed_full_import_leaves_the_old_rows(lab: Any) -> None:
    dataset = lab.dataset("Items")
    lab.load(dataset, ITEMS + "a,A,1\n")
    lab.load(dataset, ITEMS + "b,B,wrong\n")
    assert lab.export(dataset, "BULK")[1:] == [["a", "A", "1.0"]]


def test_999_interactions_are_too_few(lab: Any, make_interactions: Any) -> None:
    job = lab.load(lab.dataset("Interactions"), make_interactions(999))
    assert (job["status"], "1000" in job["failureReason"]) == ("CREATE FAILED", True)


@pytest.mark.parametrize(("strict", "status"), [(True, "CREATE FAILED"), (False, "ACTIVE")])
def test_where_the_documents_are_stricter_than_samples_a_setting_decides(
    tmp_path: Path, make_lab: Any, make_interactions: Any, strict: bool, status: str
) -> None:
    with running(tmp_path, clock="instant", strict=strict) as server:
        lab = make_lab(server.url)
        group = lab.group()
        dataset, items = lab.dataset("Interactions", group), lab.dataset("Items", group)
        lab.load(dataset, make_interactions(2000))
        few = lab.load(dataset, make_interactions(1999, first=1000), "INCREMENTAL")
        reordered = lab.load(items, "PRICE,ITEM_ID,GENRES\n1,a,A\n")
        assert [job["status"] for job in (few, reordered)] == [status, status]
        assert lab.load(dataset, make_interactions(1000, first=9000), "INCREMENTAL")["status"] == "ACTIVE"
        assert len(lab.export(dataset, "BULK")) == (3001 if strict else 4000)


@pytest.mark.parametrize(
    ("location", "reason"), [("s3://none/x.csv", "bucket policy on none"), ("", "Invalid Data")]
)
def test_data_that_is_not_there(lab: Any, location: str, reason: str) -> None:
    where = location or f"s3://{lab.bucket()}/nothing.csv"
    job = lab.import_job(lab.start_import(lab.dataset("Items"), where))
    assert (job["status"], reason in job["failureReason"]) == ("CREATE FAILED", True)


@pytest.mark.parametrize("location", ["https://bucket/x.csv", "s3:///x.csv"])
def test_a_location_that_is_none(lab: Any, location: str) -> None:
    with pytest.raises(ClientError, match="InvalidInputException"):
        lab.start_import(lab.dataset("Items"), location)


def test_files_with_other_headers(lab: Any) -> None:
    lab.upload(ITEMS + "a,A,1\n", "mixed/1.csv")
    lab.upload("ITEM_ID,GENRES\na,A\n", "mixed/2.csv")
    job = lab.import_job(lab.start_import(lab.dataset("Items"), f"s3://{lab.bucket()}/mixed/"))
    assert "same headers" in job["failureReason"]


def test_extra_columns_and_another_order_are_read(lab: Any) -> None:
    dataset = lab.dataset("Items")
    assert lab.load(dataset, "NOTE,PRICE,ITEM_ID,GENRES\nn,1,a,A\n")["status"] == "ACTIVE"
    assert lab.export(dataset, "BULK")[1:] == [["a", "A", "1.0"]]
