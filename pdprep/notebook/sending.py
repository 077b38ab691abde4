"""Send the frames of a magic's line, and answer for what becomes of the jobs."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import TypeVar

from pdprep.errors import RefusedError, ValidationError
from pdprep.notebook.arguments import again
from pdprep.notebook.show import Showing
from pdprep.notebook.views import fixes
from pdprep.personalize.jobs.history import Jobs
from pdprep.personalize.jobs.job import Job
from pdprep.preparation.prepare import Prepared

T = TypeVar("T")
Send = Callable[[Prepared], Job]


def send(
    showing: Showing,
    args: Namespace,
    prepared: Sequence[Prepared],
    one: Send,
    keep: Callable[[Job | Jobs], object],
    wait: bool,
) -> object:
    """Send frames, each by a job, and return the job or the jobs.

    Args:
        showing: Shows jobs in this shell.
        args: The line.
        prepared: Its frames.
        one: Begins the job of a frame; the job is shown from then on.
        keep: Keeps the result where the line says so: before the waiting, so that a job that fails is there.
        wait: Whether to wait for the end of the jobs.

    Raises:
        PdprepError: A rule is broken, something is refused; or what made a job fail that we waited for.
    """
    try:
        jobs = [one(each) for each in prepared]
        found = keep(jobs[0] if len(jobs) == 1 else Jobs(jobs))
        showing.end(jobs, wait=wait)
    except RefusedError as error:
        showing.refuse(error, args)
        if error.flags:
            error.hint = again(args.typed, error.flags)
        raise
    except ValidationError as error:
        error.hint = fixes.hint(error)
        raise
    return found
