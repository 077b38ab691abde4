"""Stage a frame for an import, decide, upload, and create the import job once the last row has passed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.engine.parts import Part
from pdprep.engine.stage import Staged, stage
from pdprep.ledger import contracts, forms, integrity, layers
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import ImportRow
from pdprep.ledger.shares import lacking
from pdprep.ledger.status import Status
from pdprep.personalize.imports import creating, following, guards, uploads
from pdprep.personalize.imports.alignment import aligned
from pdprep.personalize.imports.guards import Coming, Standing
from pdprep.personalize.imports.shipping import Shipment
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.resources.ensuring import ensure_bucket
from pdprep.personalize.resources.target import Target
from pdprep.preparation.prepare import Prepared

RECORDS: Final = "records"
ROWS_A_FILE: Final = 250_000  # of records, about


@dataclass(frozen=True)
class Import:
    """What somebody asked for: a frame into a dataset, and what may happen to what stands there."""

    target: Target
    prepared: Prepared
    mode: str
    replace: bool = False
    shrink: bool = False
    keep: bool = False
    engine: Literal["local", "ray"] = "local"

    @property
    def ledger(self) -> Ledger:
        """The ledger that keeps the facts."""
        return self.target.ledger


def create(asked: Import, job: Job) -> ImportRow | None:
    """Stage the frame and create the import job; None where an earlier one brought the same bytes."""
    prepared = aligned(asked.prepared, asked.target.deployed(job.dataset))
    standing = guards.standing(asked.ledger, asked.target.world, asked.target.group(), job.dataset)
    with scratch(asked.ledger, job) as folder:
        if asked.mode == "FULL" and standing.bulk and not asked.replace:
            # It was imported already or it is refused: the parts are counted and nothing is uploaded.
            _, coming = _stage(asked, prepared, folder, job, lambda part: part.path.unlink())
            already_there(asked, standing, coming, job, folder / RECORDS)
            return None
        return _ship(asked, prepared, standing, folder, job)


def _ship(asked: Import, prepared: Prepared, standing: Standing, folder: Path, job: Job) -> ImportRow | None:
    """Upload the parts as they are written, and create the import job once the last row has passed."""
    ensure_bucket(asked.target.world)
    shipment = Shipment(asked.target, begun(asked, prepared.contract, job))
    try:
        staged, coming = _stage(asked, prepared, folder, job, shipment.take)
        if already_there(asked, standing, coming, job, folder / RECORDS):
            shipment.wait()
            following.abandon(asked.target, shipment.row)
            return None
        job.decided.set()
        shipment.finish(job.listen)
        return send(asked, staged, coming, shipment.row, folder, job)
    except BaseException as error:
        shipment.wait()
        # Where the reply was lost the job may exist; then its name tells, and the next job looks for it.
        if not creating.uncertain(error):
            following.abandon(asked.target, shipment.row)
        raise


def _stage(
    asked: Import, prepared: Prepared, folder: Path, job: Job, on_part: Callable[[Part], None]
) -> tuple[Staged, Coming]:
    """Write the parts, and beside them the records as the ledger will keep them."""
    rows = _Rows(folder / RECORDS, prepared.contract)
    staged = stage(
        prepared, folder / "parts", on_part=on_part, on_rows=rows.take,
        quarantine=asked.ledger.folder / "quarantine" / job.id, listener=job.listen,
        scratch=folder / "partitions",
    )  # fmt: skip
    rows.close()
    job.report = staged.report
    forms.check(asked.ledger, prepared)
    job.update(rows=staged.rows)
    return staged, Coming(asked.mode, staged.rows, staged.ids, staged.bytes, fingerprint(staged))


def fingerprint(staged: Staged) -> str:
    """Return what stands for the bytes of an import: its schema and its parts in order."""
    text = "\n".join([staged.contract.to_avro(), *(part.sha256 for part in staged.parts)])
    return hashlib.sha256(text.encode()).hexdigest()


def already_there(asked: Import, standing: Standing, coming: Coming, job: Job, records: Path) -> bool:
    """Take over an earlier import of the same bytes, or refuse what must not happen unasked."""
    same = guards.earlier(standing, coming, asked.replace)
    if same:
        _take_over(job, same)
        return True
    counted = _counted(standing, coming, records, asked.ledger)
    refused = guards.refusal(standing, counted, asked.replace, asked.shrink)
    if refused:
        raise refused
    return False


def _counted(standing: Standing, coming: Coming, records: Path, ledger: Ledger) -> Coming:
    """Count what only the bulk layer has, or only the new file."""
    if not standing.imports:
        return coming
    contract = contracts.loads(standing.imports[-1].contract)
    held = pl.concat([layers.scan_import(ledger, row) for row in standing.imports], how="diagonal_relaxed")
    new = integrity.scan(sorted(records.glob("*.parquet")))
    on = [name for name in layers.identity(contract) if name in new.collect_schema()]
    if coming.mode == "FULL":
        return replace(coming, lacks=lacking(held, new, on, contract.key))
    needs = contract.event_like and not standing.unknown
    return replace(coming, fresh=lacking(new, held, on, contract.key)) if needs else coming


def _take_over(job: Job, same: ImportRow) -> None:
    job.same = same.job
    note = f"imported already by {same.job}; nothing was sent again"
    job.update(
        status=Status.ACTIVE, phase="done", name=same.name, arn=same.arn, rows=same.rows,
        done=same.rows, total=same.rows, unit="records", note=note,
    )  # fmt: skip


def send(asked: Import, staged: Staged, coming: Coming, row: ImportRow, folder: Path, job: Job) -> ImportRow:
    """File the records of uploaded parts and create the import job."""
    target = asked.target
    group, dataset = target.ready(staged.contract)
    name = creating.next_name(asked.ledger, group.name, job.dataset, asked.mode, coming.fingerprint)
    row = asked.ledger.journal.change_import(
        row, name=name, fingerprint=coming.fingerprint, rows=coming.rows, keys=coming.keys,
        contract=contracts.dumps(staged.contract),
    )  # fmt: skip
    layers.file_import(asked.ledger, row, folder / RECORDS)
    forms.keep(asked.ledger, asked.prepared)
    return creating.create(target, row, dataset, job)


def begun(asked: Import, contract: Contract, job: Job) -> ImportRow:
    """Write down the import before its first byte is sent; an interrupted one goes on.

    Parts of the interrupted one that are equal are not sent again; what they were is told by their checksums.
    """
    journal, target = asked.ledger.journal, asked.target
    *older, last = [None, *(row for row in journal.imports(job.dataset) if row.status == Status.STAGED)]
    for row in older:
        if row is not None:
            following.abandon(target, row)
    if last is not None:
        uploads.abort_broken(target.world, last.location)
        return journal.change_import(last, job=job.id, mode=asked.mode, keep=int(asked.keep))
    prefix = uploads.fresh_prefix(target.world, target.name, job.dataset, asked.mode.lower())
    return journal.new_import({
        "job": job.id, "dataset": job.dataset, "mode": asked.mode, "name": prefix, "fingerprint": "",
        "rows": 0, "keys": 0, "location": prefix, "keep": int(asked.keep),
        "contract": contracts.dumps(contract),
    })  # fmt: skip


class _Rows:
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
            layers.write_records(self.folder, self.files, rows, self.contract, first=self.rows)
            self.files, self.rows = self.files + 1, self.rows + rows.height


@contextmanager
def scratch(ledger: Ledger, job: Job) -> Iterator[Path]:
    ledger.sweep()
    folder = ledger.scratch(job.id)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
