"""What a job looks like at one moment: a frozen value, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pdprep import clock
from pdprep.errors import PdprepError, RefusedError
from pdprep.html import size
from pdprep.ledger.status import Status
from pdprep.notebook.views import cells, fixes, names
from pdprep.validation.wording import plural

if TYPE_CHECKING:
    from pdprep.personalize.jobs.job import Job
    from pdprep.validation.report import Report

# The steps of each route, in order.
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
        error: The first line of what went wrong; how to fix it stands in ``hint``.
        report: What validation found, once it has.
        suspects: How many records the reason of a failed import may mean; they are no part of the picture.
        pace: How fast it goes and how long that takes, where somebody has measured it.
        took: The seconds that each step took, where somebody has measured them.
        id: The id of the job.
        sent: How many records the service has taken; None where nobody counts.
        resume: The line that goes on with a job that was stopped or interrupted.
        at: When the picture was taken; None under a fixed clock.
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
    took: tuple[tuple[str, float], ...] = ()
    id: str = ""
    sent: int | None = None
    resume: str = ""
    at: datetime | None = None

    @property
    def title(self) -> str:
        """The dataset and the route: ``interactions, bulk FULL``."""
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
        """Each step with its state: done, now, cut (it ended there), or to come."""
        names = STEPS.get(self.route, (self.step,))
        at = names.index(self.step) if self.step in names else len(names)
        here = "cut" if self.finished else "now"
        for place, name in enumerate(names):
            yield name, "done" if place < at else here if place == at else "to come"

    @property
    def facts(self) -> list[str]:
        """What there is to say beside the status: records, what goes on, time, note, warnings."""
        doing = "" if self.finished else self.doing
        return [
            fact for fact in (self.records, doing, self.time, self.pace, self.note, self._warnings) if fact
        ]

    @property
    def records(self) -> str:
        """How many records it is about; of a put that ended early, how many of them were sent."""
        if self.rows is None:
            return ""
        if self.finished and self.sent is not None and self.sent < self.rows:
            return f"{self.sent:,} of {self.rows:,} records sent"
        return plural(self.rows, "record")

    @property
    def trouble(self) -> list[str]:
        """What went wrong, and what to type next; nothing if all is well."""
        records = (
            f"job.suspects has the {plural(self.suspects, 'record')} that it may mean"
            if self.suspects
            else ""
        )
        told = self.hint and not self.resume  # else the line to copy says it
        return [line for line in (self.error, records, f"Try: {self.hint}" if told else "") if line]

    @property
    def _warnings(self) -> str:
        if self.report is None or not self.report.ok:
            return ""
        warnings = self.report.counts.filter(level="warning").height
        said = [*self.report.mostly_aside, *([f"warnings: {warnings}, see job.report"] if warnings else [])]
        return "; ".join(said)

    @property
    def time(self) -> str:
        """How long it has run, or nothing under a fixed clock."""
        return "" if self.seconds is None else cells.elapsed(self.seconds)


def take(job: Job) -> Snapshot:
    """Return what a job looks like now."""
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
        hint=_hint(job, error) if error else "",
        seconds=_seconds(job),
        report=job.report,
        suspects=_suspects(job),
        id=job.id,
        sent=job.sent if job.route == "put" else None,
        resume=_resume(job),
        at=None if clock.fixed() else clock.now(),
    )


def _hint(job: Job, error: PdprepError) -> str:
    """Return what to type next; of a refusal with the frame's own name, or nothing: a magic says it below."""
    told, report = fixes.hint(error), job.report
    if not isinstance(error, RefusedError) or not error.flags or report is None:
        return told
    known = names.of_report(report).get(job.dataset)
    if known is None:
        return told
    return told.replace("(frame", f"({known.prepared}", 1) if known.prepared else ""


def line(shot: Snapshot) -> str:
    """Return one line: ``interactions, bulk FULL: ACTIVE, 100,836 records, 12 s``."""
    return f"{shot.title}: {', '.join([shot.status, *shot.facts])}"


def _resume(job: Job) -> str:
    if job.status not in (Status.STOPPED, Status.INTERRUPTED):
        return ""
    found = names.of(job, otherwise="")
    return f"{found}.resume()" if found else f'{names.of_group()}.jobs()["{job.id}"].resume()'


def _suspects(job: Job) -> int:
    found = job.suspects if job.status == "CREATE FAILED" else None
    return 0 if found is None else found.height


def _seconds(job: Job) -> float | None:
    if clock.fixed() or job.started is None:
        return None
    return job.seconds
