"""The records of an export as one file of the ledger."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import folders, integrity
from pdprep.ledger.ledger import Ledger
from pdprep.personalize.aws.client import Environment, download
from pdprep.personalize.exports import escaped


def file_export(
    ledger: Ledger, environment: Environment, keys: list[str], contract: Contract, job: str
) -> int:
    """Download what an export has written, and return how many records the ledger's file of it holds."""
    folder = ledger.scratch(job)
    try:
        return _read(environment, keys, contract, folder, _file(ledger, job))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def scan(ledger: Ledger, job: str) -> pl.LazyFrame:
    """Return the records of an export."""
    return integrity.scan(_file(ledger, job))


def _file(ledger: Ledger, job: str) -> Path:
    return ledger.folder / "exports" / f"{job}.parquet"


def _read(environment: Environment, keys: list[str], contract: Contract, folder: Path, file: Path) -> int:
    """Download CSV files and file them as one of Parquet, which is there when it is whole."""
    wanted = [key for key in keys if key.endswith(".csv")]
    places = [folder / f"{number:05d}.csv" for number in range(len(wanted))]
    for key, place in zip(wanted, places, strict=True):
        download(environment, key, place)
    fresh = folder / file.name
    rows = int(escaped.to_parquet(places, contract, fresh).select(pl.len()).collect().item())
    folders.private(file.parent)
    fresh.replace(file)
    return rows
