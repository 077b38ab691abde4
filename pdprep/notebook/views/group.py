"""Where one is, and what ran there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pdprep.notebook.views import cells
from pdprep.notebook.views.sheet import Grid, Sheet

if TYPE_CHECKING:
    from pdprep.group import DatasetGroup
    from pdprep.personalize.jobs.history import Jobs

_HEAD = ("job", "dataset", "route", "mode", "status", "records", "started", "note")


def sheet(group: DatasetGroup) -> Sheet:
    """Return the group, its domain and world, where files are kept, and what is pending."""
    return Sheet(f"Dataset group {group.name}", facts=tuple(group.describe().items()))


def jobs(found: Jobs) -> Sheet:
    """Return every job, newest first; times are in UTC."""
    rows = tuple(
        (job.id, job.dataset, job.route, job.mode, job.status, job.rows, _time(job.started), job.remark)
        for job in found
    )
    title = f"{len(rows):,} job{'s' * (len(rows) != 1)}, newest first; times are in UTC"
    return Sheet(title, grids=(Grid(_HEAD, rows),)) if rows else Sheet("No jobs yet")


def _time(value: object) -> str:
    return cells.cell("started", value)
