"""Jobs of this and of earlier sessions, newest first, each as something one can wait for or resume."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, overload

import polars as pl

from pdprep.ledger.layers import TIME
from pdprep.ledger.rows import ACTIVE, INTERRUPTED, PENDING, JobRow
from pdprep.personalize import bulk, deletion, following, put
from pdprep.personalize.jobs import ENDED, GOOD, Job, Work
from pdprep.personalize.target import Target

_ATTRIBUTES: Final = {"note": "remark"}
_alive: dict[tuple[Path, str], Job] = {}
_guard = threading.Lock()


class Jobs(Sequence[Job]):
    """Every import, put and export, newest first."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = tuple(jobs)

    @property
    def frame(self) -> pl.DataFrame:
        """One row a job."""
        columns = ("id", "dataset", "route", "mode", "status", "rows", "started", "ended", "name", "note")
        rows = [tuple(getattr(job, _ATTRIBUTES.get(name, name)) for name in columns) for job in self._jobs]
        kinds: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(columns, pl.String)
        return pl.DataFrame(rows, {**kinds, "rows": pl.Int64, "started": TIME, "ended": TIME}, orient="row")

    @overload
    def __getitem__(self, index: int) -> Job: ...
    @overload
    def __getitem__(self, index: slice) -> Jobs: ...
    def __getitem__(self, index: int | slice) -> Job | Jobs:
        return Jobs(self._jobs[index]) if isinstance(index, slice) else self._jobs[index]

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs)

    def __repr__(self) -> str:
        return "\n".join(_line(job) for job in self._jobs) or "no jobs yet"


def remember(target: Target, job: Job) -> Job:
    """Keep a job of this session, so that a later listing returns the same one."""
    with _guard:
        _alive[target.ledger.folder, job.id] = job
    return job


def jobs(target: Target) -> Jobs:
    """Return every job of this ledger; those of ended processes as far as they came."""
    return Jobs([_job(target, row) for row in target.ledger.journal.jobs()])


def find(target: Target, id: str) -> Job:
    """Return the job of that id."""
    return next(job for job in jobs(target) if job.id == id)


def _job(target: Target, row: JobRow) -> Job:
    key = (target.ledger.folder, row.id)
    with _guard:
        known = _alive.get(key)
    if known is not None and (known.running or (known.finished and known.status == row.status)):
        return known
    return remember(target, Job(_current(target, row), target.ledger, _rest(target, row)))


def _current(target: Target, row: JobRow) -> JobRow:
    """Bring the row of an ended process up to date."""
    free = not target.ledger.lock(row.id).held()
    sent = target.ledger.journal.import_of(row.id)
    if sent is not None and sent.status == ACTIVE and row.status not in GOOD and free:
        # Whatever went wrong here after that: the service has the records.
        following.record(target, sent)
        return target.ledger.journal.job(row.id) or row
    if row.status in ENDED or not free:
        return row
    journal = target.ledger.journal
    if sent is not None and sent.status in PENDING:
        following.record(target, following.look_once(target, sent))
    else:
        journal.save_job(JobRow(**{**row.values(), "status": INTERRUPTED}))
    return journal.job(row.id) or row


def _rest(target: Target, row: JobRow) -> Work | None:
    """Return what is left to do of a job, if it can go on without its frame."""
    journal = target.ledger.journal
    sent = journal.import_of(row.id)
    if sent is not None and sent.status in PENDING:
        return lambda job: bulk.go_on(target, job)
    if any(plan.job == row.id for plan in journal.open_plans(row.dataset)):
        return lambda job: put.go_on(target, job)
    if deletion.waits(target.ledger, row.id):
        return lambda job: deletion.run(target, job)
    return None


def _line(job: Job) -> str:
    records = "" if job.rows is None else f"{job.rows:,} records"
    return "  ".join(
        part for part in (job.id, job.dataset, job.mode, job.status, records, job.remark) if part
    )
