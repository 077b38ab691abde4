"""Stop, pressed at any instant: one clear line, and no job that is judged still goes on behind."""

from __future__ import annotations

import linecache
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from pdprep.errors import Interrupted, JobError
from pdprep.local.server import running
from pdprep.notebook import magics, sending, show
from pdprep.personalize.imports import bulk, decision
from pdprep.personalize.jobs import job as job_module
from pdprep.personalize.jobs import queue
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.puts import put
from pdprep.personalize.resources.polling import Stopped
from tests.notebook.cells import PREPARE, run

BETWEEN: tuple[ModuleType, ...] = (magics, sending, show, bulk, put, queue, job_module)
FILES = {module.__file__ for module in BETWEEN}
Seam = tuple[str, int]


class Stop:
    """Presses Stop as a line is about to run; without one, as the cell begins to wait for the verdict."""

    def __init__(self, seam: Seam | None) -> None:
        self.seam, self.passed = seam, list[Seam]()

    def __call__(self, frame: FrameType, event: str, arg: object) -> Any:
        file, line = frame.f_code.co_filename, frame.f_lineno
        if file not in FILES:
            return None
        if event == "line" and (file, line) not in self.passed:
            self.passed.append((file, line))
            if (file, line) == self.seam or "_decided.wait(" in linecache.getline(file, line):
                signal.raise_signal(signal.SIGINT)
        return self


@pytest.fixture
def judging(
    shell: InteractiveShell, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[InteractiveShell]:
    """Give a shell whose jobs are judged until somebody stops them."""

    def judges(asked: object, job: Job, before: Job | None) -> None:
        job.stopping.wait(20)
        raise Stopped

    monkeypatch.setattr(decision, "may_be_refused", lambda asked: True)
    for module in (bulk, put):
        monkeypatch.setattr(module, "KIND", replace(module.KIND, run=judges))
    with running(home / "local", clock="instant"):
        run(shell, PREPARE)
        run(shell, "%personalize movies -o group")
        yield shell


def stopped(shell: InteractiveShell, route: str, seam: Seam | None) -> tuple[Stop, KeyboardInterrupt]:
    """Run a line and press Stop; return what was passed and what the user gets."""
    stop, before = Stop(seam), sys.gettrace()
    try:
        sys.settrace(stop)
        shell.run_line_magic(f"personalize_{route}", "history")
    except KeyboardInterrupt as caught:
        return stop, caught
    except JobError as error:
        threads = [each.name for each in threading.enumerate()]
        heard = (sys.gettrace(), signal.getsignal(signal.SIGINT), stop.passed[-3:], threads)
        raise AssertionError(f"nobody heard of the interrupt: {heard}") from error
    finally:
        sys.settrace(before)
    raise AssertionError("nobody heard of the interrupt")


@pytest.mark.parametrize("route", ["bulk", "put"])
def test_stop_at_any_line_leaves_no_job_that_is_judged(judging: InteractiveShell, route: str) -> None:
    group = judging.user_ns["group"]
    passed = stopped(judging, route, None)[0].passed
    assert len(passed) > 20
    for seam in passed:
        count = len(group.jobs())
        _, said = stopped(judging, route, seam)
        begun = list(group.jobs())[: len(group.jobs()) - count]
        assert [job.status for job in begun] in ([], ["STOPPED"]), seam
        # Before a job there is nothing to stop, and IPython says what it says of any cell.
        if begun or isinstance(said, Interrupted):
            assert isinstance(said, Interrupted), seam
            (line,) = said._render_traceback_()
            assert "topped before anything was sent" in line, seam
