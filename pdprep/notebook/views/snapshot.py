"""What a job looks like at one moment: a frozen value, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pdprep import clock
from pdprep.notebook.views import cells
from pdprep.validation.report import plural

if TYPE_CHECKING:
    from pdprep.personalize.jobs.job import Job
    from pdprep.validation.report import Report

# The steps of each road, in order.
STEPS: Final = {
    "bulk": ("prepare", "check", "upload", "import"),
    "put": ("prepare", "check", "put"),
    "check": ("prepare", "check"),
    "export": ("export",),
    "deletion": ("deletion",),
}
# Here the work is the service's: it reports no percentage, and it goes on without us.
SERVICE: Final = ("import", "deletion")
# Rows are checked and written partition by partition: to the eye that is one step.
_STEP: Final = {"validate": "check", "stage": "check"}
_DOING: Final = {
    "prepare": "Preparing",
    "check": "Checking",
    "upload": "Uploading",
    "import": "Amazon Personalize imports, percentage unknown",
    "put": "Putting",
    "export": "Exporting",
    "deletion": "Amazon Personalize deletes, percentage unknown",
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A job at one moment.

    Attributes:
        seconds: How long it has run, or None under a fixed clock.
        error: The first line of what went wrong; how to mend it stands in ``hint``.
        report: What validation found, once it has.
        suspects: How many records the reason of a failed import may mean; they are no part of the picture.
        pace: How fast it goes and how long that takes, where somebody has measured it.
    """

    dataset: str
    route: str
    mode: str
    status: str
    phase: str
    done: int
    total: int | None
    unit: str
    rows: int | None
    note: str
    finished: bool
    error: str = ""
    hint: str = ""
    seconds: float | None = None
    report: Report | None = None
    pace: str = ""
    suspects: int = 0

    @property
    def title(self) -> str:
        """The dataset and the road: ``interactions, bulk FULL``."""
        return f"{self.dataset}, {self.route} {self.mode}".rstrip()

    @property
    def share(self) -> float | None:
        """The share of the phase that is done, or None where nobody knows it."""
        if self.phase in SERVICE or not self.total:
            return None
        return min(1.0, self.done / self.total)

    @property
    def doing(self) -> str:
        """What goes on: ``Uploading: 1.2 of 5.0 MB``."""
        return ": ".join(part for part in (_DOING.get(self.step, self.step), self.amount) if part)

    @property
    def step(self) -> str:
        """The step that the phase belongs to."""
        return _STEP.get(self.phase, self.phase)

    @property
    def amount(self) -> str:
        """How much of the phase is done, in its own unit; nothing where nobody counts."""
        if self.phase in SERVICE or not (self.done or self.total):
            return ""
        if self.unit == "bytes":
            return size(self.done, self.total)
        whole = f" of {self.total:,}" if self.total else ""
        return f"{self.done:,}{whole} {self.unit}"

    @property
    def steps(self) -> Iterator[tuple[str, str]]:
        """Each step with its state: done, now, or to come."""
        names = STEPS.get(self.route, (self.step,))
        at = names.index(self.step) if self.step in names else len(names)
        for place, name in enumerate(names):
            yield name, "done" if place < at else "now" if place == at else "to come"

    @property
    def facts(self) -> list[str]:
        """What there is to say beside the status: records, what goes on, time, note, warnings."""
        records = f"{self.rows:,} records" if self.rows is not None else ""
        doing = "" if self.finished else self.doing
        return [fact for fact in (records, doing, self.time, self.pace, self.note, self._warnings) if fact]

    @property
    def trouble(self) -> list[str]:
        """What went wrong, and what to type next; nothing if all is well."""
        records = (
            f"job.suspects has the {plural(self.suspects, 'record')} that it may mean"
            if self.suspects
            else ""
        )
        return [line for line in (self.error, records, f"Try: {self.hint}" if self.hint else "") if line]

    @property
    def _warnings(self) -> str:
        if self.report is None or not self.report.ok:
            return ""
        warnings = self.report.counts.filter(level="warning").height
        return f"warnings: {warnings}, see job.report" if warnings else ""

    @property
    def time(self) -> str:
        """How long it has run, or nothing under a fixed clock."""
        return "" if self.seconds is None else cells.elapsed(self.seconds)


def take(job: Job) -> Snapshot:
    """Look at a job once."""
    error = job.error
    return Snapshot(
        dataset=job.dataset,
        route=job.route,
        mode=job.mode,
        status=job.status,
        phase=job.phase,
        done=job.done,
        total=job.total,
        unit=job.unit,
        rows=job.rows,
        note=job.note,
        finished=job.finished,
        error=error.statement if error else "",
        hint=error.hint if error else "",
        seconds=_seconds(job),
        report=job.report,
        suspects=_suspects(job),
    )


def line(shot: Snapshot) -> str:
    """Return one line: ``interactions, bulk FULL: ACTIVE, 100,836 records, 12 s``."""
    return f"{shot.title}: {', '.join([shot.status, *shot.facts])}"


def size(done: int, total: int | None = None) -> str:
    """Return bytes as people write them, both in the unit that fits the whole.

    >>> size(1_200_000, 5_000_000), size(22_300), size(3, 4_100_000_000)
    ('1.2 of 5.0 MB', '22.3 kB', '0.0 of 4.1 GB')
    """
    most = max(done, total or 0)
    unit, by = next((each for each in _UNITS if most >= each[1]), _UNITS[-1])
    whole = f" of {total / by:,.1f}" if total else ""
    return f"{done / by:,.1f}{whole} {unit}"


_UNITS: Final = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def _suspects(job: Job) -> int:
    found = job.suspects if job.status == "CREATE FAILED" else None
    return 0 if found is None else found.height


def _seconds(job: Job) -> float | None:
    if clock.fixed() or job.started is None:
        return None
    end = job.ended or clock.now()
    return (end - job.started).total_seconds()
