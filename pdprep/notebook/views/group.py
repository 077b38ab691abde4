"""Where one is, and what ran there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pdprep.notebook.views import cells
from pdprep.notebook.views.sheet import Grid, Sheet

if TYPE_CHECKING:
    from pdprep.group import DatasetGroup
    from pdprep.personalize.jobs.history import Jobs
    from pdprep.personalize.jobs.job import Job

_HEAD = ("job", "dataset", "route", "status", "records", "started", "note")


def sheet(group: DatasetGroup) -> Sheet:
    """Return the group, its domain and environment, where files are kept, and what is pending."""
    return Sheet(f"Dataset group {group.name}", facts=tuple(group.describe().items()))


def jobs(found: Jobs) -> Sheet:
    """Return every job, newest first; times are in UTC."""
    rows = tuple(
        (
            job.id,
            job.dataset,
            f"{job.route} {job.mode}".rstrip(),
            job.status,
            _records(job),
            cells.cell("started", job.started),
            job.remark,
        )
        for job in found
    )
    title = f"{len(rows):,} job{'s' * (len(rows) != 1)}, newest first; times are in UTC"
    return Sheet(title, grids=(Grid(_HEAD, rows),)) if rows else Sheet("No jobs yet")


def _records(job: Job) -> object:
    """Return how many records a job is about; of a put that is not done, how many of them were sent."""
    sent = job.sent if job.route == "put" and not job.status.ok else None
    return job.rows if sent is None or job.rows is None else f"{sent:,} of {job.rows:,}"
