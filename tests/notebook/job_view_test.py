"""A job shows itself: moving while it runs, static at its end, honest about what nobody knows."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, pairwise
from pathlib import Path

import polars as pl
import pytest

from pdprep.errors import ImportFailed
from pdprep.ledger import folders
from pdprep.ledger.ledger import Ledger, open_ledger
from pdprep.notebook.views import job_html, surfaces
from pdprep.notebook.views.meter import Meter
from pdprep.notebook.views.snapshot import Snapshot, line, take
from pdprep.notebook.views.watch import GAP, Watch
from pdprep.personalize.jobs import suspects
from pdprep.personalize.jobs.job import Job
from pdprep.progress import Progress

STEPS = 400
SHOT = Snapshot("interactions", "bulk", "FULL", "RUNNING", "stage", 50, 200, "rows", None, "", False)
IMPORT = replace(SHOT, status="CREATE PENDING", phase="import", done=0, total=None, rows=100_836)
PUT = replace(SHOT, route="put", mode="", phase="put", unit="records")
ENDED = replace(IMPORT, status="ACTIVE", phase="done", finished=True)


class Paper:
    """A surface that remembers what was drawn and when."""

    def __init__(self) -> None:
        self.drawn: list[tuple[float, Snapshot]] = []
        self.last: Snapshot | None = None

    def draw(self, shot: Snapshot) -> None:
        self.drawn.append((time.monotonic(), shot))

    def end(self, shot: Snapshot) -> None:
        self.last = shot

    def answer(self) -> None:
        pass

    def clear(self) -> None:
        pass


@pytest.fixture
def ledger(home: Path) -> Iterator[Ledger]:
    ledger, _ = open_ledger(home / "group", None)
    yield ledger
    ledger.journal.close()


def job(ledger: Ledger) -> Job:
    return Job(ledger.journal.new_job("interactions", "bulk", "FULL"), ledger)


def busy(job: Job) -> None:
    for done in range(STEPS):
        job.listen(Progress("upload", done, STEPS, "bytes"))
        time.sleep(0.002)
    job.update(status="ACTIVE", phase="done", rows=12)


def test_a_true_total_is_a_bar_with_a_share() -> None:
    assert '<progress aria-label="check of interactions" value="0.250" max="1"' in job_html.bar(SHOT)


def test_an_import_has_neither_share_nor_count() -> None:
    assert "value=" not in job_html.bar(replace(IMPORT, done=5, total=10))
    assert not re.search(r"\d+ ?%", job_html.moving(IMPORT).partition("</style>")[2])


@pytest.mark.parametrize(("shot", "says"), [(SHOT, "Stop"), (IMPORT, "Stop waiting")])
def test_the_button_says_what_it_does(shot: Snapshot, says: str) -> None:
    assert job_html.button(shot) == says


def test_the_phases_say_what_is_done_and_what_is_to_come() -> None:
    assert dict(SHOT.steps) == {
        "prepare": "done",
        "check": "now",
        "upload": "to come",
        "import": "to come",
    }


def test_text_and_html_say_the_same() -> None:
    for fact in ("interactions, bulk FULL: ", "ACTIVE", "100,836 records"):
        assert fact in line(ENDED)
        assert fact in job_html.static(ENDED)


def test_what_the_service_says_is_text_not_html() -> None:
    shown = job_html.static(replace(ENDED, error="<script>alert(1)</script>"))
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(("clock", "shown"), [("", True), ("2026-01-01T00:00:00Z", False)])
def test_no_elapsed_time_under_a_fixed_clock(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, clock: str, shown: bool
) -> None:
    monkeypatch.setenv("PDPREP_CLOCK", clock)
    done = job(ledger).start(busy).wait()
    assert bool(take(done).time) is shown


def test_it_is_drawn_at_most_five_times_a_second_and_ends_with_the_end(ledger: Ledger) -> None:
    paper, work = Paper(), job(ledger)
    watch = Watch(work.start(busy), paper)
    work.wait()
    watch.join()
    times = [at for at, _ in paper.drawn]
    assert len(times) > 2
    assert all(later - earlier >= GAP * 0.99 for earlier, later in pairwise(times))
    assert paper.last is not None
    assert replace(paper.last, took=(), at=None) == replace(take(work), at=None)
    # On a busy machine the first picture is taken before the job has come to its upload.
    assert [name for name, _ in paper.last.took] in (["upload"], ["prepare", "upload"])
    assert paper.last.status == "ACTIVE"


def put_at(times: list[float], done: list[int], total: int | None = 1_000) -> str:
    meter = Meter(chain.from_iterable(zip(times, times, strict=True)).__next__)
    shots = [replace(PUT, done=each, total=total) for each in done]
    return [meter.read(shot).pace for shot in shots][-1]


@pytest.mark.parametrize(
    ("times", "done", "pace"),
    [
        ([0, 1], [0, 100], ""),
        ([0, 4], [0, 400], "100 records a second, about 6 s left"),
        ([0, 4], [0, 2], "0.5 records a second, about 33 min 16 s left"),
        ([0, 4], [700, 700], ""),
        ([0, 10, 40, 44], [0, 900, 900, 908], "2.0 records a second, about 46 s left"),
    ],
)
def test_rate_and_time_left_of_a_put_are_measured(times: list[float], done: list[int], pace: str) -> None:
    assert put_at(times, done) == pace


def test_without_a_total_no_time_left_and_at_a_fixed_clock_no_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    assert put_at([0, 4], [0, 400], None) == "100 records a second"
    monkeypatch.setenv("PDPREP_CLOCK", "2026-01-01T00:00:00Z")
    assert put_at([0, 4], [0, 400]) == ""


def test_an_import_has_no_rate() -> None:
    meter = Meter(iter([0.0, 10.0]).__next__)
    assert [meter.read(replace(IMPORT, done=done)).pace for done in (0, 50)] == ["", ""]


def test_the_pace_is_in_every_form() -> None:
    shot = replace(PUT, pace="98 records a second, about 15 min 3 s left")
    assert all(shot.pace in text for text in (line(shot), job_html.moving(shot)))


def test_a_view_that_is_left_ends_and_the_job_goes_on(ledger: Ledger) -> None:
    paper, work = Paper(), job(ledger)
    watch = Watch(work.start(busy), paper)
    watch.leave()
    watch.join()
    assert not work.finished
    assert work.wait().status == "ACTIVE"


def test_a_failure_says_why_and_what_to_type(ledger: Ledger) -> None:
    def fail(_: Job) -> None:
        raise ImportFailed("the import failed", "rows in range", "group.bulk(inter)", reason="bad")

    work = job(ledger).start(fail)
    with pytest.raises(ImportFailed):
        work.wait()
    assert "the import failed" in surfaces.words(take(work))
    assert "Try: group.bulk(inter)" in job_html.static(take(work))


def test_a_failed_import_names_its_suspects(ledger: Ledger) -> None:
    def fail(job: Job) -> None:
        folders.private(ledger.folder / "quarantine" / job.id)
        pl.DataFrame({"ITEM_ID": ["secret"]}).write_parquet(
            ledger.folder / "quarantine" / job.id / suspects.FILE
        )
        raise ImportFailed("too long", reason="Length cannot be more than 1000 characters for BRAND")

    work = job(ledger).start(fail)
    with pytest.raises(ImportFailed):
        work.wait()
    for shown in (surfaces.words(take(work)), job_html.static(take(work))):
        assert "job.suspects has the 1 record that it may mean" in shown
        assert "secret" not in shown
    assert work.suspects is not None


def test_a_terminal_gets_one_line_that_is_written_over(
    ledger: Ledger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    surface = surfaces.TerminalSurface()
    for shot in (SHOT, IMPORT):
        surface.draw(shot)
    surface.end(ENDED)
    parts = capsys.readouterr().out.split("\r")
    assert parts[1].startswith("[#####---------------] interactions, bulk FULL: RUNNING, Checking: 50 of 200")
    assert parts[-1].rstrip() == "interactions, bulk FULL: ACTIVE, 100,836 records"


def test_nothing_of_a_moving_line_is_left_beside_how_it_ended(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    surface = surfaces.TerminalSurface()
    for _ in range(2):
        surface.draw(SHOT)
    surface.end(replace(ENDED, status="FAILED", rows=None, error="it broke", hint="again"))
    *moving, (first, *rest) = (part.split("\n") for part in capsys.readouterr().out.split("\r"))
    assert {len(part) for (part,) in moving[1:]} == {59}
    assert (len(first), first.rstrip()) == (59, "interactions, bulk FULL: FAILED")
    assert rest == ["it broke", "Try: again", ""]


def test_no_terminal_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    surface = surfaces.TerminalSurface()
    surface.draw(SHOT)
    surface.end(ENDED)
    assert capsys.readouterr().out == "interactions, bulk FULL: ACTIVE, 100,836 records\n"


def test_no_thread_is_left(ledger: Ledger) -> None:
    work = job(ledger).start(busy)
    watch = Watch(work, Paper())
    work.wait()
    watch.join()
    assert "pdprep-view" not in [thread.name for thread in threading.enumerate()]
