"""Read and judge a frame for an import: its parts, and the records as the ledger will keep them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.engine.parts import Part
from pdprep.engine.stage import Staged
from pdprep.engine.stage import stage as write_parts
from pdprep.ledger import forms, record_files
from pdprep.ledger.ledger import Ledger
from pdprep.personalize.imports.alignment import aligned
from pdprep.personalize.imports.guards import Coming
from pdprep.personalize.imports.request import ImportRequest
from pdprep.personalize.jobs.job import Job

RECORDS: Final = "records"
ROWS_A_FILE: Final = 250_000  # of records, about: a file a partition would wait for the disk as often


def stage(
    asked: ImportRequest, folder: Path, job: Job, on_part: Callable[[Part], None]
) -> tuple[Staged, Coming]:
    """Write the parts of an import, and beside them the records as the ledger will keep them.

    Args:
        asked: The import; its frame is read as the schema of the dataset asks for it.
        folder: An empty place for files; the records are below ``RECORDS`` then.
        job: Hears the progress and keeps the report.
        on_part: Takes each part as soon as it is written.

    Raises:
        ValidationError: A rule is broken that stops imports.
        IdFormError: The ids are spelled in another way than those of the dataset.
    """
    prepared = aligned(asked.prepared, asked.target.deployed(job.dataset))
    records = ImportRecords(folder / RECORDS, prepared.contract)
    staged = write_parts(
        prepared, folder / "parts", on_part=on_part, on_rows=records.take,
        quarantine=asked.ledger.folder / "quarantine" / job.id, listener=job.listen,
        scratch=folder / "partitions",
    )  # fmt: skip
    records.close()
    job.report = staged.report
    # Only now: which form the ids have is told by the whole column.
    forms.check(asked.ledger, prepared)
    job.update(rows=staged.rows)
    return staged, Coming(asked.mode, staged.rows, staged.ids, staged.bytes, fingerprint(staged))


def fingerprint(staged: Staged) -> str:
    """Return the digest that tells the bytes of an import from others: its schema and its parts in order."""
    # Not of the source: the same rows from another file, or in Parquet and not in CSV, are the same import.
    text = "\n".join([staged.contract.to_avro(), *(part.sha256 for part in staged.parts)])
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def scratch(ledger: Ledger, job: Job) -> Iterator[Path]:
    """Give an empty folder of the job's own, which is gone after the block."""
    ledger.sweep()
    folder = ledger.scratch(job.id)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class ImportRecords:
    """Writes the records of an import, some partitions to a file: each file is waited for by the disk."""

    def __init__(self, folder: Path, contract: Contract) -> None:
        self.folder, self.contract = folder, contract
        self.files = self.rows = 0
        self._waiting: list[pl.DataFrame] = []
        folder.mkdir(parents=True)

    def take(self, rows: pl.DataFrame) -> None:
        """Take the next rows, and write them once they make a file."""
        self._waiting.append(rows)
        if sum(each.height for each in self._waiting) >= ROWS_A_FILE:
            self.close()

    def close(self) -> None:
        """Write what waits; its rows are numbered on from the last file's, as an id may go on in it."""
        if self._waiting:
            rows = pl.concat(self._waiting)
            self._waiting.clear()
            record_files.write_records(self.folder, self.files, rows, self.contract, first=self.rows)
            self.files, self.rows = self.files + 1, self.rows + rows.height
