"""The words for where a job, an import or a resource stands, and which of them are the end of it."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where something stands. A word of the service that is not listed here is kept as it came.

    >>> Status("ACTIVE").terminal, Status("CREATE FAILED").ok, Status("DELETE PENDING").terminal
    (True, False, False)
    """

    # A job of ours. Its process ended before it did: INTERRUPTED.
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"  # also the service's, of a deletion job
    STOPPED = "STOPPED"
    INTERRUPTED = "INTERRUPTED"
    # An import before the service knows it.
    STAGED = "STAGED"
    CREATING = "CREATING"
    # The service's own. Source: developer guide, API reference, the statuses of each resource.
    CREATE_PENDING = "CREATE PENDING"
    CREATE_IN_PROGRESS = "CREATE IN_PROGRESS"
    ACTIVE = "ACTIVE"
    CREATE_FAILED = "CREATE FAILED"
    COMPLETED = "COMPLETED"
    # A put plan whose records are not all answered.
    OPEN = "OPEN"
    # What an import or plan becomes when its damaged records are built anew from the service.
    LOST = "LOST"

    @classmethod
    def _missing_(cls, value: object) -> Status:
        other = str.__new__(cls, value)
        other._name_ = other._value_ = str(value)
        return other

    @property
    def terminal(self) -> bool:
        """Whether it stays so: nobody works on it any more."""
        return self.ok or self.in_vain

    @property
    def ok(self) -> bool:
        """Whether it ended well."""
        return self in _WELL

    @property
    def in_vain(self) -> bool:
        """Whether it ended, and not well."""
        return self in _IN_VAIN

    @property
    def pending(self) -> bool:
        """Whether an import is with the service, or on its way there."""
        return self in _PENDING

    def __repr__(self) -> str:
        return str.__repr__(self)


_WELL = frozenset({Status.ACTIVE, Status.COMPLETED, Status.DONE})
_IN_VAIN = frozenset({
    Status.CREATE_FAILED, Status.FAILED, Status.INTERRUPTED, Status.LOST, Status.STOPPED,
})  # fmt: skip
_PENDING = frozenset({Status.CREATING, Status.CREATE_PENDING, Status.CREATE_IN_PROGRESS})
