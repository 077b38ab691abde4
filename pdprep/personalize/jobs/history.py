"""Jobs of this and of earlier sessions, newest first, each as something one can wait for or resume."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, overload
from weakref import WeakValueDictionary

import polars as pl

from pdprep.errors import InputError
from pdprep.ledger.record_files import TIME
from pdprep.ledger.rows import JobRow
from pdprep.ledger.status import Status
from pdprep.personalize.deletions import deletion
from pdprep.personalize.exports import export
from pdprep.personalize.imports import bulk, following
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.jobs.kind import JobKind
from pdprep.personalize.puts import put
from pdprep.personalize.resources.target import Target
from pdprep.validation.wording import plural

# What a job is, by the route of its row.
KINDS: Final[Mapping[str, JobKind[Any]]] = {
    "bulk": bulk.KIND,
    "put": put.KIND,
    "deletion": deletion.KIND,
    "export": export.KIND,
}
_ATTRIBUTES: Final = {"note": "remark"}
_SHOWN: Final = 10  # ids of jobs in an error
# Every listing shows the same job while its thread, its group or anybody else holds it.
_alive: WeakValueDictionary[tuple[Path, str], Job] = WeakValueDictionary()
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
    def __getitem__(self, index: int | str) -> Job: ...
    @overload
    def __getitem__(self, index: slice) -> Jobs: ...
    def __getitem__(self, index: int | str | slice) -> Job | Jobs:
        """Return a job by its place or its id, such as ``jobs["put-0005"]``, or some of them."""
        if isinstance(index, str):
            return self._by_id(index)
        return Jobs(self._jobs[index]) if isinstance(index, slice) else self._jobs[index]

    def _by_id(self, id: str) -> Job:
        found = {job.id: job for job in self._jobs}
        if id in found:
            return found[id]
        near = difflib.get_close_matches(id, found, n=1)
        shown = ", ".join(list(found)[:_SHOWN])
        raise InputError(
            f"no job {id!r}", shown or "no jobs yet", f'group.jobs()["{near[0]}"]' if near else ""
        )

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs)

    def __repr__(self) -> str:
        return "\n".join(_line(job) for job in self._jobs) or "no jobs yet"


def remember(target: Target, job: Job) -> Job:
    """Keep a job of this session, so that a later listing returns the same one.

    The group holds the newest of each dataset: if it is stopped, it can still go on with its frame.
    """
    target.newest[job.dataset] = job
    return _known(target, job)


def jobs(target: Target) -> Jobs:
    """Return every job of this ledger; those of ended processes as far as they came."""
    return Jobs([_job(target, row) for row in target.ledger.journal.jobs()])


def find(target: Target, id: str) -> Job:
    """Return the job of that id."""
    return jobs(target)[id]


def earlier(target: Target, job: Job) -> Job:
    """Return the finished job of the same bytes in place of the one that found it out."""
    target.ledger.journal.forget_job(job.id)
    found = find(target, job.same)
    found.update(note="already imported: the finished job of the same bytes")
    return found


def _job(target: Target, row: JobRow) -> Job:
    key = (target.ledger.folder, row.id)
    with _guard:
        known = _alive.get(key)
    # Where another process went on with it, the row is newer than what this session remembers.
    if known is not None and (known.running or (known.finished and known.status == row.status)):
        return known
    current, kind = _current(target, row), KINDS[row.route]
    return _known(target, Job(current, target.ledger, kind.resume(target, row), kind.again))


def _known(target: Target, job: Job) -> Job:
    with _guard:
        _alive[target.ledger.folder, job.id] = job
    return job


def _current(target: Target, row: JobRow) -> JobRow:
    """Bring the row of an ended process up to date."""
    free = not target.ledger.lock(row.id).held()
    sent = target.ledger.journal.import_of(row.id)
    if sent is not None and sent.status == Status.ACTIVE and not row.status.ok and free:
        # Whatever went wrong here after that: the service has the records.
        following.record(target, sent)
        return target.ledger.journal.job(row.id) or row
    # COMPLETED is the service's word: an older pdprep that was cut off there had its own part still to do.
    if (row.status.terminal and row.status != Status.COMPLETED) or not free:
        return row
    journal = target.ledger.journal
    if sent is not None and sent.status.pending:
        following.record(target, following.update_once(target, sent))
    else:
        journal.save_job(JobRow(**{**row.values(), "status": Status.INTERRUPTED}))
    return journal.job(row.id) or row


def _line(job: Job) -> str:
    records = "" if job.rows is None else plural(job.rows, "record")
    return "  ".join(
        part for part in (job.id, job.dataset, job.mode, job.status, records, job.remark) if part
    )
