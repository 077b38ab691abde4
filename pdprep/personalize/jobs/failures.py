"""An error as text in the journal, so that a job can say in another session why it failed."""

from __future__ import annotations

import json
import platform
import sys
import textwrap
import threading
from typing import Final

from pdprep import errors
from pdprep.errors import ImportFailed, Interrupted, JobError, PdprepError, RefusedError, ServiceError
from pdprep.ledger.status import Status
from pdprep.personalize.jobs.state import JobState

SHORT: Final = 90  # characters


def dumps(error: PdprepError | None) -> str:
    """Return an error as JSON; nothing for None.

    >>> loads(dumps(JobError("stopped", hint="job.resume()"))).hint
    'job.resume()'
    """
    if error is None:
        return ""
    said = {"found": error.found, "expected": error.expected, "hint": error.hint}
    more = {name: getattr(error, name) for name in ("code", "operation", "reason") if hasattr(error, name)}
    return json.dumps({"class": type(error).__name__, **said, **more})


def loads(text: str) -> PdprepError | None:
    """Read an error that ``dumps`` wrote."""
    if not text:
        return None
    value = json.loads(text)
    said = (value["found"], value["expected"], value["hint"])
    kind = getattr(errors, value["class"], JobError)  # a newer pdprep may have written another class
    if issubclass(kind, ImportFailed):
        return ImportFailed(*said, reason=value["reason"])
    if issubclass(kind, ServiceError):
        return ServiceError(*said, code=value["code"], operation=value["operation"])
    found: PdprepError = kind(*said)
    return found


def short(error: PdprepError | None) -> str:
    """Return what was found in a few words, for a table; nothing for None.

    >>> short(errors.ReplaceRefused("a FULL import would replace 5 bulk records", "replace=True"))
    'refused: a FULL import would replace 5 bulk records'
    """
    if error is None:
        return ""
    word = "refused: " if isinstance(error, RefusedError) else ""
    return word + textwrap.shorten(error.found, SHORT, placeholder=" …")


def stopped(job: JobState) -> JobError:
    """Return the error of a job that somebody stopped."""
    if job.route == "bulk" and job.arn:
        return JobError(f"{job.id} is no longer followed", "the import itself goes on", "job.resume()")
    return JobError(f"{job.id} was stopped", "", "job.resume()")


def interrupted(job: JobState, *, over: bool, sent: bool) -> Interrupted:
    """Return what to raise at the Ctrl-C that stopped a job, which is over by now and has sent something."""
    if not over:
        return Interrupted(f"{job.id} stops after the step in hand. group.jobs() shows it.")
    if sent:
        return Interrupted(f"{job.id} was stopped. group.jobs() shows it; its resume() goes on.")
    return Interrupted(f"{job.id} was stopped before anything was sent. The same call begins it again.")


def not_resumable(job: JobState, again: str) -> JobError:
    """Return the error of a job that has nothing left to go on with; ``again`` is the call that does."""
    return JobError(
        f"{job.id} ended in {job.status} before anything was sent",
        "the same call again with the same frame: it goes on from what was uploaded",
        again,
    )


def told(error: BaseException) -> PdprepError:
    """Return an error of ours; anything else becomes one that keeps its cause."""
    if isinstance(error, PdprepError):
        return error
    if isinstance(error, RuntimeError) and "interpreter shutdown" in str(error):
        # Python 3.12.0 and 3.12.1 start no thread once the script has ended, whatever still works for it.
        wrapped = JobError(
            f"the script ended before its job, and Python {platform.python_version()} starts no threads then",
            "a script that waits for its jobs, or Python 3.11, 3.12.2 or newer",
            "job.wait()  # of what bulk and put return, as the last line",
        )
    else:
        wrapped = JobError(f"{type(error).__name__}: {error}", "", "job.error.__cause__ is the whole story")
    wrapped.__cause__ = error
    return wrapped


def last_words(job: str, status: Status, error: PdprepError) -> None:
    """Say on standard error why a job failed, where the script has ended and nobody else will hear of it."""
    if status is not Status.STOPPED and not threading.main_thread().is_alive():
        print(f"{job} failed: {error}", file=sys.stderr)
