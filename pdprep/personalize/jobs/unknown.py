"""The ids of which the ledger knew no record when the records of a put were filled in."""

from __future__ import annotations

from typing import Final

import polars as pl

from pdprep.ledger import folders
from pdprep.ledger.ledger import Ledger

FILE: Final = "unknown.parquet"


def keep(ledger: Ledger, job: str, ids: pl.Series) -> None:
    """Write ids beside what a job set aside; a user's leaves the file when the user is deleted."""
    folder = folders.private(ledger.folder / "quarantine" / job)
    ids.to_frame().write_parquet(folder / FILE)


def kept(ledger: Ledger, job: str) -> pl.Series | None:
    """Return the ids of a job; None where all were known, or nothing was to be filled in."""
    file = ledger.folder / "quarantine" / job / FILE
    return pl.read_parquet(file).to_series() if file.exists() else None
