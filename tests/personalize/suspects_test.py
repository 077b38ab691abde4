"""A failed import: the records that the service's reason may mean are set aside and named."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.ledger import contracts, record_files
from pdprep.ledger.ledger import Ledger, open_ledger
from pdprep.ledger.rows import ImportRow
from pdprep.personalize.jobs import suspects

ITEMS = Contract.of("items").extend(Field("BRAND", nullable=True), Field("GENRES", nullable=True))
ROWS = pl.DataFrame(
    {"ITEM_ID": ["a", "b", "c"], "BRAND": ["x" * 1001, 'a "b"', "x"], "GENRES": ["g", "g", None]}
)
LENGTH = (
    "Length cannot be more than 1000 characters for {}. If no values exceed the character limit, make sure"
)


@pytest.mark.parametrize(
    ("reason", "meant"),
    [
        (LENGTH.format("BRAND"), ["a"]),
        (LENGTH.format("GENRES"), ["b"]),
        (LENGTH.format("OTHER"), []),
        ("GENRES is required and has no value in line 4.", ["c"]),
        ("Insufficient privileges for accessing data in Amazon S3.", []),
    ],
)
def test_the_records_that_a_reason_means(tmp_path: Path, reason: str, meant: list[str]) -> None:
    ledger, _ = open_ledger(tmp_path / "movies", None)
    row = failed(ledger, reason)
    suspects.keep(ledger, row)
    told = suspects.told(ledger, row)
    assert bool(told) == bool(meant)
    if meant:
        file = ledger.folder / "quarantine" / "bulk-0001" / suspects.FILE
        assert pl.read_parquet(file)["ITEM_ID"].to_list() == meant
        assert f"such as those of ITEM_ID {meant[0]} (all in {file})" in told


def failed(ledger: Ledger, reason: str) -> ImportRow:
    """File an import that the service gave up."""
    row = ledger.journal.new_import({
        "job": "bulk-0001", "dataset": "items", "mode": "FULL", "name": "full", "fingerprint": "f", "rows": 3,
        "keys": 3, "contract": contracts.dumps(ITEMS), "status": "CREATE FAILED", "reason": reason,
    })  # fmt: skip
    record_files.write_records(folder := ledger.scratch("bulk"), 0, ROWS, ITEMS)
    record_files.file_import(ledger, row, folder)
    return row
