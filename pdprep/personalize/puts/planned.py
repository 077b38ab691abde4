"""The plan of a put: its frame is judged, and the records that go are on the disk before the first call."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pdprep import disks
from pdprep.engine.consume import consume
from pdprep.engine.run import Batch
from pdprep.ledger import folders, forms, integrity, record_files
from pdprep.ledger.rows import PlanRow
from pdprep.personalize.imports.alignment import aligned
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.puts import batches, wanted
from pdprep.personalize.puts.draft import Draft
from pdprep.personalize.puts.request import PutRequest
from pdprep.preparation.prepare import Prepared


def check_early(asked: PutRequest, job: Job) -> None:
    """Judge a put that waits for its turn; which of its records go is known when that has come.

    Raises:
        ValidationError: A rule is broken that stops puts.
        IdFormError: The ids are spelled in another way than those of the dataset.
    """
    with _scratch(asked, job) as folder:
        _judged(asked, frame(asked), job, folder, folder / "quarantine", lambda batch: None)
    job.update(phase="prepare", done=0, total=None)
    job.accept()


def plan(asked: PutRequest, prepared: Prepared, job: Job) -> tuple[PlanRow | None, list[str]]:
    """Judge the frame, and file the plan of the records to send; None where there is none to send.

    Args:
        asked: The put.
        prepared: What ``frame`` returned.
        job: Hears the progress and keeps the report.

    Raises:
        ValidationError: A rule is broken that stops puts.
        IdFormError: The ids are spelled in another way than those of the dataset.
    """
    ledger, contract = asked.ledger, batches.put_contract(prepared.contract)
    with _scratch(asked, job) as folder:
        draft = Draft(contract, folders.private(folder / "runs"))
        _judged(asked, prepared, job, folder, ledger.folder / "quarantine" / job.id, draft.take)
        choice = wanted.Wanted(asked, prepared, contract, folder)
        numbers, fingerprint, files, rows = batches.Numbers(contract), hashlib.sha256(), list[Path](), 0
        for batch in draft.in_order():
            found = numbers.on(choice.of(batch))
            # A file a batch, as the records come; the plan is then filed as one, without holding it. What is
            # hashed is the same for any number of batches: the digests with a line end between them.
            if found.height:
                fingerprint.update(
                    "\n".join([""] * bool(files) + found[record_files.DIGEST].to_list()).encode()
                )
                files.append(folders.private(folder / "plan") / f"{len(files):05d}.parquet")
                found.write_parquet(files[-1])
                rows += found.height
        said = wanted.remarks(asked, job, contract, choice)
        job.update(phase="put", rows=rows, done=0, total=rows, unit="records")
        if not files:
            return None, said
        forms.keep(ledger, prepared)
        rows_of = integrity.scan(files)
        return record_files.file_plan(ledger, job.id, contract, rows_of, fingerprint.hexdigest()), said


def frame(asked: PutRequest) -> Prepared:
    """Return the frame of a put as the schema of its dataset asks for it."""
    return aligned(asked.prepared, asked.target.deployed(asked.prepared.dataset))


def _judged(
    asked: PutRequest,
    prepared: Prepared,
    job: Job,
    folder: Path,
    quarantine: Path,
    consumer: Callable[[Batch], None],
) -> None:
    found = consume(
        prepared, "put", consumer, quarantine=quarantine, listener=job.listen, scratch=folder / "partitions"
    )
    found.check(prepared)
    job.report = found.report
    forms.check(asked.ledger, prepared)


@contextmanager
def _scratch(asked: PutRequest, job: Job) -> Iterator[Path]:
    folder = asked.ledger.scratch(job.id)
    try:
        with disks.told(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
