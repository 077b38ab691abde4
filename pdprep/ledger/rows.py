"""The rows of the journal as frozen values."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Self

from pdprep.ledger.status import Status

# Outcomes of a put call.
SENT, REJECTED = "sent", "rejected"


@dataclass(frozen=True, slots=True)
class JournalRow:
    """Something that is read from a row of SQLite by the names of its fields."""

    def __post_init__(self) -> None:
        """Take a status by its word, as SQLite and the service have it."""
        if "status" in self.__slots__:
            object.__setattr__(self, "status", Status(getattr(self, "status")))  # noqa: B009 - other rows have none

    @classmethod
    def of(cls, row: sqlite3.Row) -> Self:
        """Read a row; columns that are not fields are left out."""
        return cls(**{field.name: row[field.name] for field in fields(cls)})

    def values(self) -> dict[str, Any]:
        """Return the columns and their values."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Binding(JournalRow):
    """The dataset group that a ledger belongs to. ``created``: seconds since 1970."""

    arn: str
    created: float


@dataclass(frozen=True, slots=True)
class JobRow(JournalRow):
    """One import, put, export or deletion. Times are seconds since 1970; ``error`` is JSON.

    ``begun``: when the attempt that runs began; ``worked``: the seconds that the attempts before it took.
    """

    seq: int
    id: str
    dataset: str
    route: str
    mode: str
    name: str
    status: Status
    phase: str
    done: int
    total: int | None
    unit: str
    rows: int | None
    arn: str
    note: str
    error: str
    started: float | None
    ended: float | None
    worked: float = 0.0
    begun: float | None = None

    def work(self, now: datetime) -> float:
        """Return for how many seconds it has been worked on by a moment, without the time it lay idle."""
        return self.worked + (max(0.0, now.timestamp() - self.begun) if self.begun is not None else 0.0)


@dataclass(frozen=True, slots=True)
class ImportRow(JournalRow):
    """One dataset import job. ``contract``: JSON; ``files``: JSON list of the keys of its parts in S3.

    ``keep``: whether the parts stay in S3 once the import is ACTIVE; ``records``: the address below which its
    records lie, empty where they lie in the ledger's folder.
    """

    seq: int
    job: str
    dataset: str
    mode: str
    name: str
    fingerprint: str
    rows: int
    keys: int
    location: str
    files: str
    keep: int
    contract: str
    arn: str
    status: Status
    reason: str
    created: float
    ended: float | None
    records: str = ""

    @property
    def folder(self) -> str:
        """The name of the folder that holds its records."""
        return f"import-{self.seq:06d}"


@dataclass(frozen=True, slots=True)
class PlanRow(JournalRow):
    """One put plan. ``contract``: JSON; ``records``: how many the plan holds."""

    seq: int
    job: str
    dataset: str
    fingerprint: str
    records: int
    contract: str
    created: float
    status: Status

    @property
    def file(self) -> str:
        """The name of the file that holds its records."""
        return f"plan-{self.seq:06d}.parquet"


@dataclass(frozen=True, slots=True)
class FileRow(JournalRow):
    """One file of records: its path below the ledger's folder, bytes, time of change in ns, SHA-256."""

    path: str
    size: int
    modified: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ObjectRow(JournalRow):
    """One object of records in a bucket. ``etag``: empty while it is written again."""

    address: str
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class CallRow(JournalRow):
    """One answered call: positions ``first`` to ``last`` of a plan, both included."""

    plan: int
    first: int
    last: int
    outcome: str
    reason: str
    at: float


def moment(seconds: float) -> datetime:
    """Return a time of the journal as a datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
