"""What one can read of a job: what it does, how far it is, how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pdprep import clock
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import JobRow, moment
from pdprep.ledger.status import Status
from pdprep.personalize.jobs import suspects, unknown
from pdprep.progress import Progress
from pdprep.validation.wording import plural

if TYPE_CHECKING:
    import polars as pl


class JobState:
    """The row of a job in the journal, in words and with times as datetimes."""

    def __init__(self, row: JobRow, ledger: Ledger) -> None:
        self._row, self._ledger = row, ledger

    @property
    def id(self) -> str:
        """The id of the job in this ledger, such as ``bulk-0001``."""
        return self._row.id

    @property
    def dataset(self) -> str:
        """The dataset type."""
        return self._row.dataset

    @property
    def route(self) -> str:
        """bulk, put or export."""
        return self._row.route

    @property
    def mode(self) -> str:
        """FULL or INCREMENTAL for an import, BULK, PUT or ALL for an export, nothing for a put."""
        return self._row.mode

    @property
    def name(self) -> str:
        """The service's name of the job; empty for a put, and before the service knows it."""
        return self._row.name

    @property
    def arn(self) -> str:
        """The ARN of the job; empty where it has none."""
        return self._row.arn

    @property
    def status(self) -> Status:
        """QUEUED, RUNNING, the service's own words, DONE, FAILED, STOPPED or INTERRUPTED: a text.

        Its ``terminal`` tells whether that is the end, its ``ok`` whether it is a good one.
        """
        return self._row.status

    @property
    def phase(self) -> str:
        """prepare, validate, stage, upload, import, put or done."""
        return self._row.phase

    @property
    def done(self) -> int:
        """How far the phase is, in ``unit``."""
        return self._row.done

    @property
    def total(self) -> int | None:
        """Where the phase ends, in ``unit``; None where nobody knows."""
        return self._row.total

    @property
    def unit(self) -> str:
        """What is counted: rows, bytes or records."""
        return self._row.unit

    @property
    def rows(self) -> int | None:
        """How many records were sent, or will be."""
        return self._row.rows

    @property
    def note(self) -> str:
        """What else there is to say."""
        return self._row.note

    @property
    def started(self) -> datetime | None:
        """When it began, in UTC."""
        return moment(self._row.started) if self._row.started is not None else None

    @property
    def ended(self) -> datetime | None:
        """When it ended, in UTC."""
        return moment(self._row.ended) if self._row.ended is not None else None

    @property
    def progress(self) -> Progress:
        """How far the current phase is."""
        return Progress(self.phase, self.done, self.total, self.unit, self.note)

    @property
    def seconds(self) -> float:
        """For how long it has been worked on, without the time that it lay stopped or interrupted."""
        return self._row.work(clock.now())

    @property
    def suspects(self) -> pl.DataFrame | None:
        """The records that the service's reason for a failed import may mean, where it names any."""
        return suspects.kept(self._ledger, self.id)

    @property
    def unknown(self) -> pl.Series | None:
        """The ids of which the ledger knew nothing to fill in; None where there were none."""
        return unknown.kept(self._ledger, self.id)

    @property
    def sent(self) -> int | None:
        """How many records the service has taken so far; None for jobs that send none."""
        if self.route == "put":
            return self._ledger.journal.sent(self.id)
        return (self.rows if self.status.ok else 0) if self.route == "bulk" else None

    def __repr__(self) -> str:
        records = "" if self.rows is None else f", {plural(self.rows, 'record')}"
        return f"<Job {self.id} {self.dataset}: {self.status}{records}>"
