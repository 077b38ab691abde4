"""Show jobs while they run, and wait for them where nobody watches."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell

from pdprep import interrupts
from pdprep.errors import Interrupted, PdprepError, RefusedError
from pdprep.ledger.status import Status
from pdprep.notebook import surroundings
from pdprep.notebook.views.snapshot import take
from pdprep.personalize.jobs import failures

if TYPE_CHECKING:
    from pdprep.notebook.views.watch import Watch
    from pdprep.personalize.jobs.job import Job

JOB = ("pdprep.personalize.jobs.job", "Job")
JOBS = ("pdprep.personalize.jobs.history", "Jobs")


class Showing:
    """Shows jobs in one shell; remembers which ones the running cell has shown already."""

    def __init__(self, shell: InteractiveShell, mode: Callable[[], str]) -> None:
        self._shell, self._mode = shell, mode
        self._shown: set[tuple[int, str]] = set()
        self._begun: dict[Job, Watch | None] = {}  # in the running cell
        self._behind: list[Job] = []  # of cells that have ended

    def register(self) -> None:
        """Show a job that is a cell's value live, unless the cell has shown it already."""
        self._table.for_type_by_name(*JOB, self._as_value)
        self._table.for_type_by_name(*JOBS, self._as_values)

    def unregister(self) -> None:
        """Remove what `register` added."""
        for name in (JOB, JOBS):
            self._table.pop(".".join(name), None)

    def begin(self, job: Job) -> None:
        """Show a job from its start: moving where somebody watches, since its rows are judged for a while."""
        self._begun[job] = self._watch(job)

    def end(self, jobs: Sequence[Job], *, wait: bool) -> None:
        """Wait until nothing refuses the jobs that have begun in this cell, or until they have ended.

        Args:
            jobs: What the calls that began them have returned: of the same bytes, the earlier job.
            wait: Whether to wait for their end.

        Raises:
            PdprepError: What refused a job, or what made one fail that we waited for.
        """
        self._shown |= {(self._shell.execution_count, job.id) for job in jobs}
        errors = [error for job in self._begun if (error := _error(job.wait_until_accepted))]
        if wait:
            errors = [error for job in jobs if (error := _error(job.wait))]
        for (begun, watch), job in zip(list(self._begun.items()), jobs, strict=True):
            if wait or (job.finished and not job.accepted):
                self._last(job, watch)
                self._begun.pop(begun)
        if errors:
            raise errors[0]

    def refuse(self, error: RefusedError, args: Namespace) -> None:
        """Show why a job of a line was refused, in the place of its view; the others go on."""
        from pdprep.notebook import plans

        for job, watch in list(self._begun.items()):
            if isinstance(job.error, RefusedError):
                if watch is not None:
                    watch.clear()
                self._begun.pop(job)
        plans.show_refusal(error, args, self._shell, self._mode())

    def tell(self) -> None:
        """Say which jobs that went on behind their cells have failed since the last magic."""
        over = [job for job in self._behind if job.finished]
        self._behind = [job for job in self._behind if not job.finished]
        for job in over:
            if job.error is not None and job.status != Status.STOPPED:
                said = f"{job.id} ({job.dataset}) failed after its cell: {failures.short(job.error)}"
                print(f"{said}; %personalize_jobs shows it", file=sys.stderr)

    @contextmanager
    def line(self) -> Iterator[None]:
        """Answer for the jobs that a line begins inside the block, however it ends.

        Raises:
            Interrupted: Somebody pressed Stop, at any time; what was judged still is stopped.
        """
        try:
            yield
        except KeyboardInterrupt as interrupt:
            raise self._interrupted(interrupt) from None
        finally:
            self._close()

    def _interrupted(self, interrupt: KeyboardInterrupt) -> Interrupted:
        """Stop what is judged still, and return what to raise; accepted jobs go on, and live views."""
        with interrupts.held():  # until each is asked to stop
            open_jobs = [job for job in self._begun if not job.finished]
            for job in open_jobs:
                if not job.decided:
                    job.stop()
        for watch in self._begun.values():
            if watch and not surroundings.live(self._shell):
                watch.leave()
                watch.join()
        first = str(interrupt) if isinstance(interrupt, Interrupted) else ""
        said = [first, *(str(job.interrupted()) for job in open_jobs if job.id not in first)]
        over = ", ".join(job.id for job in self._begun if job not in open_jobs and job.id not in first)
        said.append(f"{over} ended before. %personalize_jobs shows it." if over else "")
        told = " ".join(filter(None, said))
        return Interrupted(told or "Stopped before anything was sent. Run the cell again to send it.")

    def _close(self) -> None:
        """Let the jobs go on that the running cell has begun and that are not over."""
        with interrupts.held():
            for job, watch in self._begun.items():
                self._behind.append(job)
                if watch is not None:
                    watch.answer()
            self._begun = {}

    def _watch(self, job: Job) -> Watch | None:
        from pdprep.notebook.views import surfaces
        from pdprep.notebook.views.watch import Watch

        self._shown.add((self._shell.execution_count, job.id))
        live = surroundings.live(self._shell)
        surface = surfaces.choose(job, self._mode(), live=live, shell=self._shell)
        return Watch(job, surface) if surface else None

    def _last(self, job: Job, watch: Watch | None) -> None:
        from pdprep.notebook.views import surfaces
        from pdprep.notebook.views.output import publish

        if watch is None:
            publish(self._shell, surfaces.bundle(take(job), self._mode()))
            return
        watch.join()

    def _as_value(self, job: Job) -> None:
        if self._shown_here(job):
            return
        if job.finished or not surroundings.live(self._shell):
            raise NotImplementedError  # IPython then goes on to text and HTML
        watch = self._watch(job)
        if watch is not None:
            watch.answer()

    def _as_values(self, jobs: Sequence[Job]) -> None:
        if not jobs or not all(map(self._shown_here, jobs)):
            raise NotImplementedError

    def _shown_here(self, job: Job) -> bool:
        # A terminal prints "Out[1]:" in any case, so there the value has to follow.
        here = (self._shell.execution_count, job.id)
        return surroundings.in_kernel(self._shell) and here in self._shown

    @property
    def _table(self) -> Any:
        formatter: Any = self._shell.display_formatter
        return formatter.ipython_display_formatter


def _error(wait: Callable[[], object]) -> PdprepError | None:
    try:
        wait()
    except PdprepError as error:
        return error
    return None
