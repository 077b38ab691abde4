"""Show jobs while they run, and wait for them where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell

from pdprep.errors import PdprepError
from pdprep.notebook import surroundings
from pdprep.notebook.views.snapshot import take

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

    def register(self) -> None:
        """Show a job that is a cell's value live, unless the cell has shown it already."""
        self._table.for_type_by_name(*JOB, self._as_value)
        self._table.for_type_by_name(*JOBS, self._as_values)

    def unregister(self) -> None:
        """Remove what `register` added."""
        for name in (JOB, JOBS):
            self._table.pop(".".join(name), None)

    def show(self, jobs: Sequence[Job], *, wait: bool) -> None:
        """Show each job: moving until it ends where somebody watches, else once at its end.

        Raises:
            PdprepError: A job failed that we waited for.
        """
        watches = [self._watch(job) for job in jobs]
        if not wait:
            return
        try:
            errors = [error for job in jobs if (error := _wait(job))]
        except KeyboardInterrupt:  # the jobs go on, and a live view with them
            self._leave(watches)
            raise
        for job, watch in zip(jobs, watches, strict=True):
            self._last(job, watch)
        if errors:
            raise errors[0]

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

    def _leave(self, watches: Sequence[Watch | None]) -> None:
        for watch in watches:
            if watch and not surroundings.live(self._shell):
                watch.leave()
                watch.join()

    def _as_value(self, job: Job) -> None:
        if self._shown_here(job):
            return
        if job.finished or not surroundings.live(self._shell):
            raise NotImplementedError  # IPython then goes on to text and HTML
        self._watch(job)

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


def _wait(job: Job) -> PdprepError | None:
    try:
        job.wait()
    except PdprepError as error:
        return error
    return None
