"""From the service's reason for a failed import to the records that it may mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import contracts, folders, integrity, record_files
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import ImportRow

FILE: Final = "suspects.parquet"
SHOWN: Final = 3
Meant = Callable[[re.Match[str], Contract], pl.Expr]


@dataclass(frozen=True, slots=True)
class Reason:
    """A text of the service and the records that it may be about. Source: developer guide, error-messages."""

    pattern: str
    meant: Meant


def _too_long(found: re.Match[str], contract: Contract) -> pl.Expr:
    return pl.col(found["column"]).str.len_chars() > int(found["most"])


def _marked(found: re.Match[str], contract: Contract) -> pl.Expr:
    """Quotation marks and backslashes in an earlier column are the usual cause of a wrong length."""
    before = contract.columns[: contract.columns.index(found["column"]) + 1]
    texts = [name for name in before if contract.field(name).type == "string"]
    return pl.any_horizontal(pl.col(name).str.contains(r'["\\]') for name in texts)


def _missing(found: re.Match[str], contract: Contract) -> pl.Expr:
    return pl.col(found["column"]).is_null()


_LENGTH: Final = r"more than (?P<most>\d+) characters for (?P<column>\w+)"
# The first that finds records is the answer.
REASONS: Final = (
    Reason(_LENGTH, _too_long),
    Reason(_LENGTH, _marked),
    Reason(r"(?P<column>[A-Z]\w+) is required and has no value", _missing),
)


def keep(ledger: Ledger, row: ImportRow) -> None:
    """Set the records aside that the reason of a failed import may mean, if it names any."""
    contract, rows = contracts.loads(row.contract), record_files.scan_import(ledger, row)
    for reason in REASONS:
        found = re.search(reason.pattern, row.reason)
        if found and found["column"] in contract.columns:
            meant = rows.filter(reason.meant(found, contract)).select(contract.columns).collect()
            if meant.height:
                meant.write_parquet(folders.private(_file(ledger, row).parent) / FILE)
                return


def told(ledger: Ledger, row: ImportRow) -> str:
    """Return which records were set aside, in a few words; nothing where there are none."""
    file = _file(ledger, row)
    if not file.exists():
        return ""
    meant, key = integrity.read(file), contracts.loads(row.contract).key
    # The journal keeps this text, and no deletion of users reads it.
    some = meant[key].unique(maintain_order=True).head(SHOWN).to_list() if key != "USER_ID" else []
    shown = f", such as those of {key} {', '.join(some)}" if some else ""
    return f"; it may mean {meant.height:,} records{shown} (all in {file})"


def kept(ledger: Ledger, job: str) -> pl.DataFrame | None:
    """Return the records that were set aside for a job; None where there are none."""
    file = ledger.folder / "quarantine" / job / FILE
    return integrity.read(file) if file.exists() else None


def _file(ledger: Ledger, row: ImportRow) -> Path:
    return ledger.folder / "quarantine" / row.job / FILE
