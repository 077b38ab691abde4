"""What sorts of jobs there are: one value a sort, which says how it begins, runs and goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pdprep.ledger.rows import JobRow
from pdprep.personalize.jobs.job import Job, Work
from pdprep.personalize.jobs.state import JobState
from pdprep.personalize.resources.target import Target

A = TypeVar("A")


@dataclass(frozen=True)
class JobKind(Generic[A]):
    """One sort of job, by what it is asked: an import, a put, a deletion, an export.

    Attributes:
        prepare: Refuses what cannot be done, else writes the job and what it needs to the ledger.
        run: Does what was asked, after the job before it on the same dataset, if one is on its way.
        resume: Returns what is left to do of a job whose frame is gone; None where that is nothing.
        again: What to type where nothing is left to go on with.
    """

    prepare: Callable[[A], JobRow]
    run: Callable[[A, Job, Job | None], None]
    resume: Callable[[Target, JobRow], Work | None]
    again: Callable[[JobState], str]
