"""A check that takes its time shows how far it is; a quick one shows nothing but its report."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import polars as pl
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from pdprep.engine.validate import validate
from pdprep.notebook.checking import DELAY, Checking
from pdprep.notebook.views.watch import GAP
from pdprep.preparation.prepare import Prepared, prepare
from pdprep.progress import Progress

SLOW = [Progress("prepare", 0, 200), Progress("prepare", 200, 200), Progress("validate", 50, 200)]
PEOPLE = [Progress("prepare", 0, 7), Progress("validate", 7, 7)]


class Clock:
    """A clock that goes on by one blink at each look."""

    def __init__(self, step: float = DELAY) -> None:
        self.time, self.step = 0.0, step

    def __call__(self) -> float:
        self.time += self.step
        return self.time


@pytest.fixture
def prepared(home: Any) -> list[Prepared]:
    events = pl.DataFrame({"USER_ID": ["a"], "ITEM_ID": ["b"], "TIMESTAMP": [1_700_000_000]})
    return [prepare(events, "interactions"), prepare(events.select("USER_ID", AGE=1), "users", metadata=OWN)]


OWN = {"AGE": "AGE"}


@pytest.fixture
def published(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    publisher = CapturingDisplayPublisher()
    monkeypatch.setattr(shell, "display_pub", publisher)
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/a.ipynb")
    outputs: list[dict[str, Any]] = publisher.outputs
    return outputs


def texts(published: list[dict[str, Any]]) -> list[str]:
    return [each["data"]["text/plain"] for each in published]


def test_a_slow_check_is_one_output_that_ends_in_words(
    shell: InteractiveShell, published: list[dict[str, Any]], prepared: list[Prepared]
) -> None:
    with Checking(prepared, shell, "html", Clock()) as listener:
        for progress in [*SLOW, *PEOPLE]:
            listener(progress)
    assert len({each["transient"]["display_id"] for each in published}) == 1
    assert any(
        "interactions (1 of 2), check: RUNNING, Checking: 50 of 200 rows" in text for text in texts(published)
    )
    assert any("users (2 of 2), check: RUNNING" in text for text in texts(published))
    assert texts(published)[-1].startswith("interactions, users, check: CHECKED, 57 records")
    assert "<progress" not in published[-1]["data"]["text/html"]


def test_a_quick_check_shows_nothing(
    shell: InteractiveShell, published: list[dict[str, Any]], prepared: list[Prepared]
) -> None:
    with Checking(prepared, shell, "html", Clock(0.001)) as listener:
        validate(*prepared, listener=listener)
    assert published == []


def test_it_is_drawn_at_most_five_times_a_second(
    shell: InteractiveShell, published: list[dict[str, Any]], prepared: list[Prepared]
) -> None:
    clock = Clock(GAP / 10)
    with Checking(prepared, shell, "html", clock) as listener:
        for done in range(1_000):
            listener(Progress("prepare", done, 1_000))
    assert 10 < len(published) <= clock.time / GAP + 2


def test_where_nobody_watches_nothing_moves(
    shell: InteractiveShell,
    published: list[dict[str, Any]],
    prepared: list[Prepared],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME")
    with Checking(prepared, shell, "html", Clock()) as listener:
        listener(SLOW[0])
    assert published == []


def test_a_check_that_fails_says_so(
    shell: InteractiveShell, published: list[dict[str, Any]], prepared: list[Prepared]
) -> None:
    with suppress(KeyboardInterrupt), Checking(prepared, shell, "html", Clock()) as listener:
        listener(SLOW[0])
        raise KeyboardInterrupt
    assert "FAILED" in texts(published)[-1]


def test_a_terminal_gets_a_line_that_is_written_over(
    shell: InteractiveShell,
    prepared: list[Prepared],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with Checking(prepared[:1], shell, "text", Clock()) as listener:
        for progress in SLOW:
            listener(progress)
    lines = capsys.readouterr().out.split("\r")
    assert lines[1].startswith(
        "[--------------------] interactions, check: RUNNING, Preparing: 0 of 200 rows"
    )
    assert lines[-1].startswith("interactions, check: CHECKED, 50 records")
