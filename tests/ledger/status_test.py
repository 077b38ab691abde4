"""One place says which statuses are an end, and which of these are good."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from pdprep.ledger.journal import Journal
from pdprep.ledger.status import Status

ENDS = {
    *("ACTIVE", "COMPLETED", "DONE", "CREATE FAILED", "FAILED", "INTERRUPTED", "LOST", "STOPPED"),
}


@pytest.mark.parametrize("status", Status)
def test_a_status_knows_whether_it_is_the_end(status: Status) -> None:
    assert (status.terminal, status.ok) == (status in ENDS, status in ("ACTIVE", "COMPLETED", "DONE"))


def test_a_word_of_the_service_that_nobody_listed_stays_as_it_came() -> None:
    other = Status("DELETE IN_PROGRESS")
    assert (other, str(other), repr(other)) == ("DELETE IN_PROGRESS",) * 2 + ("'DELETE IN_PROGRESS'",)
    assert (other.terminal, other.ok, other.pending) == (False, False, False)


@pytest.mark.parametrize("status", [Status.CREATE_FAILED, Status("DELETE PENDING")])
def test_a_status_is_a_text_on_disk_and_in_frames(tmp_path: Path, status: Status) -> None:
    journal = Journal(tmp_path / "ledger.sqlite")
    row = journal.new_job("items", "put")
    journal.database.update("jobs", row.seq, {"status": status})
    (read,) = journal.jobs()
    assert (read.status, type(read.status)) == (status, Status)
    assert pl.DataFrame([(status,)], {"s": pl.String}, orient="row").item() == str(status)
    assert json.loads(json.dumps(status)) == str(status)
