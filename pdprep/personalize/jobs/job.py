"""A job: work on a thread of this process whose state is in the ledger after every step."""

from __future__ import annotations

import contextvars
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pdprep import clock, disks
from pdprep.errors import Interrupted, JobError, PdprepError, RefusedError, ValidationError
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import JobRow
from pdprep.ledger.status import Status
from pdprep.personalize.jobs import failures
from pdprep.personalize.jobs.state import JobState
from pdprep.personalize.resources.polling import PATIENT_SECONDS, Stopped, telling
from pdprep.progress import Progress

if TYPE_CHECKING:
    from pdprep.validation.report import Report

WATCH_SECONDS: Final = 0.1
# Changes of these alone are shown, and written down with the next step.
_FLEETING: Final = {"done", "total", "unit"}

Callback = Callable[["Job"], None]
Work = Callable[["Job"], None]


class Job(JobState):
    """An import, a put or an export: one can wait for it, stop it, go on with it, listen to it.

    Attributes:
        stopping: Set when somebody called ``stop()``.
        same: The id of the earlier job that imported the same bytes, if that is how it ended.
        report: What validation found.
    """

    def __init__(
        self,
        row: JobRow,
        ledger: Ledger,
        work: Work | None = None,
        again: Callable[[JobState], str] | None = None,
    ) -> None:
        super().__init__(row, ledger)
        self._work, self._again = work, again
        self._lock = ledger.lock(row.id)
        self._guard = threading.RLock()
        self._callbacks: list[Callback] = []
        self._ended = threading.Event()
        self._running = False
        self._error = failures.loads(row.error)
        self.stopping = threading.Event()
        # The first is set once what can refuse the job has been asked, the second says that nothing did.
        self._decided, self._accepted = threading.Event(), False
        self.same = ""
        self.report: Report | None = None
        if row.status.terminal:
            self._ended.set()

    @property
    def error(self) -> PdprepError | None:
        """Why it failed."""
        return self._error

    @property
    def remark(self) -> str:
        """The note; of a job that failed without one, why, in short."""
        return self.note or failures.short(self._error)

    @property
    def decided(self) -> bool:
        """Whether it is known if pdprep refuses it."""
        return self._decided.is_set()

    @property
    def accepted(self) -> bool:
        """Whether nothing that pdprep knows refuses it any more: its rows are judged, its plan is written."""
        return self._accepted

    @property
    def running(self) -> bool:
        """Whether a thread of this process works on it."""
        return self._running

    @property
    def finished(self) -> bool:
        """Whether it has ended, well or not."""
        return self._ended.is_set()

    def wait(self, timeout: float | None = None) -> Job:
        """Wait for the end and return the job; Ctrl-C stops the waiting, not the job.

        Args:
            timeout: Seconds to wait at most; None waits for the end.

        Raises:
            PdprepError: What made the job fail.
        """
        if not self._running and (not self.finished or self.status == Status.INTERRUPTED):
            if self._lock.held():
                self._elsewhere(timeout)
            else:
                self.resume()
        try:
            self._await(timeout)
        except KeyboardInterrupt:
            raise Interrupted(f"No longer waiting for {self.id}; it goes on. job.stop() ends it.") from None
        if self.finished and self._error is not None:
            raise self._error
        return self

    def wait_until_decided(self) -> None:
        """Wait until it is known whether pdprep refuses the job; Ctrl-C stops the job."""
        try:
            self._decided.wait()
        except KeyboardInterrupt:
            raise self.interrupted() from None

    def wait_until_accepted(self) -> Job:
        """Wait until nothing that pdprep knows can refuse the job, and return it; Ctrl-C stops the job.

        Its rows have then been judged and, for a put whose turn it is, its plan is written; uploading,
        importing and sending go on behind.

        Raises:
            PdprepError: What made the job fail before that.
        """
        self.wait_until_decided()
        if not self._accepted and self._error is not None:
            raise self._error
        return self

    def accept(self) -> None:
        """Say that nothing refuses this job; for the work itself."""
        self._accepted = True
        self._decided.set()
        self._tell()

    def stop(self) -> None:
        """End the job after the step in hand; an import job of the service goes on without us."""
        self.stopping.set()

    def interrupted(self) -> Interrupted:
        """Return what to raise at a Ctrl-C: a job that may be refused still is stopped, any other goes on."""
        if self.decided and not self.stopping.is_set():
            return Interrupted(f"{self.id} goes on. group.jobs() shows it.")
        self.stop()
        # A second Ctrl-C ends this waiting as well.
        with suppress(KeyboardInterrupt):
            self._ended.wait()
        return failures.interrupted(self, over=self.finished, sent=self._accepted or bool(self.arn))

    def resume(self) -> Job:
        """Go on with a job that was stopped or interrupted.

        Raises:
            JobError: It cannot go on by itself.
        """
        with self._guard:
            if self._running or self.status.ok:
                return self
            if self._work is None:
                raise failures.not_resumable(self, self._again(self) if self._again else "")
            self.stopping.clear()
            self._ended.clear()
            self._error = None
            self.start(self._work)
        return self

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Call back on every change, from the job's thread; the answer ends that."""
        with self._guard:
            self._callbacks.append(callback)

        def unsubscribe() -> None:
            with self._guard, suppress(ValueError):
                self._callbacks.remove(callback)

        return unsubscribe

    def start(self, work: Work) -> Job:
        """Run the work on a thread that the process waits for at its end.

        Raises:
            JobError: Another process runs this job.
        """
        # The system frees the lock when a process dies: that is how others know a job that was cut off.
        if not self._lock.take():
            raise JobError(
                f"{self.id} runs in another process", "one process a job", "group.jobs()  # shows it"
            )
        self._work, self._running = work, True
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._run,), name=self.id).start()
        return self

    def update(self, **changes: Any) -> None:
        """Change the state, write it down and tell those who listen."""
        with self._guard:
            row = replace(self._row, **changes)
            if row == self._row:
                return
            self._row = row
            if set(changes) - _FLEETING:
                self._ledger.journal.save_job(row)
        self._tell()

    def listen(self, progress: Progress) -> None:
        """Hear of progress; end the work if somebody asked for it."""
        if self.stopping.is_set():
            raise Stopped
        changes: dict[str, Any] = {"done": progress.done, "total": progress.total, "unit": progress.unit}
        if progress.note:
            changes["note"] = progress.note
        self.update(**changes, **({"phase": progress.phase} if progress.phase != self.phase else {}))

    def follow(self, row: JobRow) -> None:
        """Take over what the journal says about this job."""
        with self._guard:
            self._row, self._error = row, failures.loads(row.error)
        if row.status.terminal:
            self._ended.set()
        self._tell()

    def _await(self, timeout: float | None) -> None:
        """Wait for the end; after each minute say what the job itself waits for, where that is new."""
        end, said = time.monotonic() + (timeout if timeout is not None else threading.TIMEOUT_MAX), ""
        while not self._ended.wait(max(0.0, min(PATIENT_SECONDS, end - time.monotonic()))):
            if self.note != said and self.note.startswith("waits"):
                said = self.note
                print(f"{self.id} {said}", file=sys.stderr)
            if time.monotonic() >= end:
                return

    def _elsewhere(self, timeout: float | None) -> None:
        """Follow in the journal what another process does, until it ends."""
        deadline = time.monotonic() + (timeout if timeout is not None else threading.TIMEOUT_MAX)
        while self._lock.held() and time.monotonic() < deadline:
            time.sleep(WATCH_SECONDS)
        if (row := self._ledger.journal.job(self.id)) is not None:
            self.follow(row)

    def _run(self) -> None:
        try:
            telling.set(lambda said: self.update(note=said))
            self.update(status=Status.QUEUED, error="", ended=None, begun=clock.now().timestamp())
            with disks.told(self._ledger.folder):
                self._do()
        except Stopped:
            self._fail(failures.stopped(self), Status.STOPPED)
        except BaseException as error:
            refused = getattr(error, "code", "") == Status.CREATE_FAILED
            self._fail(failures.told(error), Status.CREATE_FAILED if refused else Status.FAILED)
        finally:
            self._running = False
            self._let_go()
            with suppress(Exception):
                self.update(ended=clock.now().timestamp(), worked=self._row.work(clock.now()), begun=None)
            self._lock.drop()  # before anybody hears of the end: they may go on with the job at once
            self._decided.set()
            self._ended.set()
            self._tell()

    def _fail(self, error: PdprepError, status: Status) -> None:
        self._error = error
        failures.last_words(self.id, status, error)
        if isinstance(error, ValidationError):
            self.report = error.report
        # The error must reach the waiter even where the ledger itself is what failed.
        with suppress(Exception):
            self.update(status=status, error=failures.dumps(error))

    def _do(self) -> None:
        # Its own frame, so that nothing of the work stays with the traceback of an error.
        if self._work is not None:
            self._work(self)

    def _let_go(self) -> None:
        """Let go of the frame, unless the job may be asked to go on with it."""
        # Nothing changes how rows are judged, or what nobody asked for: such a job is begun anew instead.
        if self.status.ok or isinstance(self._error, ValidationError | RefusedError):
            self._work = None
        error: BaseException | None = self._error
        while error is not None:  # the lines of a traceback stay; the variables of our functions go
            traceback.clear_frames(error.__traceback__)
            error = error.__cause__ or error.__context__

    def _tell(self) -> None:
        for callback in list(self._callbacks):
            # A view that breaks must not take the work with it.
            with suppress(Exception):
                callback(self)
