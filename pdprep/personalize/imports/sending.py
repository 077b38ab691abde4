"""Send an import: its parts go up as they are written, its job is created once the last row has passed."""

from __future__ import annotations

from pathlib import Path

from pdprep.engine.stage import Staged
from pdprep.ledger import contracts, forms, record_files
from pdprep.ledger.rows import ImportRow
from pdprep.ledger.status import Status
from pdprep.personalize.imports import creating, following, guards
from pdprep.personalize.imports.decision import decided
from pdprep.personalize.imports.guards import Coming, DatasetState
from pdprep.personalize.imports.request import ImportRequest
from pdprep.personalize.imports.shipping import Shipment
from pdprep.personalize.imports.staging import RECORDS, scratch, stage
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.resources.ensuring import ensure_bucket


def create(asked: ImportRequest, job: Job) -> ImportRow | None:
    """Stage the frame and create the import job; None where an earlier one brought the same bytes."""
    state = guards.state_of(asked.ledger, asked.target.environment, asked.target.group(), job.dataset)
    with scratch(asked.ledger, job) as folder:
        if asked.mode == "FULL" and state.bulk and not asked.replace:
            # It was imported already or it is refused: the parts are counted and nothing is uploaded.
            _, coming = stage(asked, folder, job, lambda part: part.path.unlink())
            if same := decided(asked, state, coming, folder / RECORDS):
                take_over(job, same)
            return None
        return _ship(asked, state, folder, job)


def _ship(asked: ImportRequest, state: DatasetState, folder: Path, job: Job) -> ImportRow | None:
    """Upload the parts as they are written, and create the import job once the last row has passed."""
    ensure_bucket(asked.target.environment)
    shipment = Shipment(asked.target, creating.begin(asked, job))
    try:
        staged, coming = stage(asked, folder, job, shipment.take)
        if same := decided(asked, state, coming, folder / RECORDS):
            shipment.stop()
            following.abandon(asked.target, shipment.row)
            take_over(job, same)
            return None
        row = accept(asked, staged, coming, shipment.row, folder / RECORDS, job)
        shipment.finish(job.listen)
        return import_parts(asked, staged, row, job)
    except BaseException as error:
        shipment.stop()
        # Where the reply was lost the job may exist; then its name tells, and the next job looks for it.
        if not creating.uncertain(error):
            following.abandon(asked.target, shipment.row)
        raise


def accept(
    asked: ImportRequest, staged: Staged, coming: Coming, row: ImportRow, records: Path | str, job: Job
) -> ImportRow:
    """File the records of an import that may go, and let its job be accepted.

    They are filed before: what comes next on this dataset is judged beside them. ``records`` is their folder,
    or the address below which they stay.
    """
    row = asked.ledger.journal.change_import(
        row, fingerprint=coming.fingerprint, rows=coming.rows, keys=coming.keys,
        contract=contracts.dumps(staged.contract),
    )  # fmt: skip
    row = record_files.file_import(asked.ledger, row, records)
    job.accept()
    return row


def import_parts(asked: ImportRequest, staged: Staged, row: ImportRow, job: Job) -> ImportRow:
    """Create the import job of uploaded parts."""
    _, dataset = asked.target.ready(staged.contract)
    forms.keep(asked.ledger, asked.prepared)
    return creating.create(asked.target, row, dataset, job)


def take_over(job: Job, same: ImportRow) -> None:
    """Let a job end as the earlier one that brought the same bytes."""
    job.same = same.job
    note = f"imported already by {same.job}; nothing was sent again"
    job.update(
        status=Status.ACTIVE, phase="done", name=same.name, arn=same.arn, rows=same.rows,
        done=same.rows, total=same.rows, unit="records", note=note,
    )  # fmt: skip
