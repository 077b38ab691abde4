"""What counts no more stays for a while: who has listed it may read it still, in any thread or process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pdprep import clock
from pdprep.ledger import integrity, record_files
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import ImportRow

KEPT: Final = 86_400  # seconds: a lazy frame is read when somebody collects it, which may be much later


def unread(place: Path) -> bool:
    """Say whether a file or folder changed so long ago that nobody reads what was listed before that."""
    return not place.exists() or clock.now().timestamp() - place.stat().st_mtime > KEPT


def let_go(ledger: Ledger, row: ImportRow) -> bool:
    """Forget the records of an import that counts no more, and say whether nobody reads them any more.

    From then on nobody misses them, and damage to them stops nothing. Records in a bucket go at once: once
    they are forgotten, nothing tells where they lie.
    """
    if row.records:
        return True
    place = ledger.records(row.dataset) / row.folder
    if integrity.listed(ledger, place):
        if place.exists():
            os.utime(place)  # first: a kill before the next line lets them stay longer, not shorter
        integrity.forget(ledger, place)
    return unread(place)


def drop_failed(ledger: Ledger, dataset: str) -> None:
    """Remove the files of imports that ended in vain; they were listed as records that are to come."""
    for row in ledger.journal.imports(dataset):
        if row.status.in_vain and let_go(ledger, row):
            record_files.drop_import(ledger, row)
