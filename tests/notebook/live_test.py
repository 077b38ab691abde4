"""A live view stands in one output, which its end replaces by static HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from pdprep.ledger.ledger import Ledger, open_ledger
from pdprep.notebook.views import surfaces
from pdprep.notebook.views.snapshot import take
from pdprep.personalize.jobs import Job

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def published(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    publisher = CapturingDisplayPublisher()
    monkeypatch.setattr(shell, "display_pub", publisher)
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    outputs: list[dict[str, Any]] = publisher.outputs
    return outputs


@pytest.fixture
def job(shell: InteractiveShell, home: Any) -> Iterator[Job]:
    ledger: Ledger = open_ledger(home / "group", None)[0]
    yield Job(ledger.journal.new_job("interactions", "bulk", "FULL"), ledger)
    ledger.journal.close()


@pytest.mark.parametrize(
    ("mode", "first"),
    [
        ("widget", {"text/plain", "text/html", WIDGET}),
        ("html", {"text/plain", "text/html"}),
        ("text", {"text/plain"}),
    ],
)
def test_one_output_is_replaced_by_static_forms(
    shell: InteractiveShell, published: list[dict[str, Any]], job: Job, mode: str, first: set[str]
) -> None:
    surface = surfaces.choose(job, mode, live=True, shell=shell)
    assert surface is not None
    surface.draw(take(job))
    surface.end(replace(take(job), status="ACTIVE", finished=True, rows=12))
    assert set(published[0]["data"]) == first
    assert len({each["transient"]["display_id"] for each in published}) == 1
    assert set(published[-1]["data"]) == first - {WIDGET}
    assert all("ACTIVE" in text and "<progress" not in text for text in published[-1]["data"].values())


def test_where_nobody_watches_nothing_moves(
    shell: InteractiveShell, published: list[dict[str, Any]], job: Job
) -> None:
    assert surfaces.choose(job, "html", live=False, shell=shell) is None
    assert published == []


def test_the_button_stops_the_job(shell: InteractiveShell, published: list[dict[str, Any]], job: Job) -> None:
    surface = surfaces.WidgetSurface(job, shell)
    surface._button.click()
    assert job.stopping.is_set()
