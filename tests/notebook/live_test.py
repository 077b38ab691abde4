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
from pdprep.notebook.views.watch import Surface
from pdprep.personalize.jobs.job import Job

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


@pytest.mark.parametrize(("mode", "forms"), [("html", {"text/plain", "text/html"}), ("text", {"text/plain"})])
def test_one_output_is_replaced_by_static_forms(
    shell: InteractiveShell, published: list[dict[str, Any]], job: Job, mode: str, forms: set[str]
) -> None:
    run_to_the_end(surfaces.choose(job, mode, live=True, shell=shell), job)
    assert all(set(each["data"]) == forms for each in published)
    assert len({each["transient"]["display_id"] for each in published}) == 1
    assert all("ACTIVE" in text and "<progress" not in text for text in published[-1]["data"].values())


def test_the_button_has_an_output_of_its_own_that_is_empty_at_the_end(
    shell: InteractiveShell, published: list[dict[str, Any]], job: Job
) -> None:
    run_to_the_end(surfaces.choose(job, "widget", live=True, shell=shell), job)
    by_id: dict[str, list[dict[str, Any]]] = {}
    for each in published:
        by_id.setdefault(each["transient"]["display_id"], []).append(each["data"])
    picture, button = by_id.values()
    assert all(set(data) == {"text/plain", "text/html"} for data in picture)
    assert "ACTIVE" in picture[-1]["text/html"]
    assert button[0] == {"text/plain": "", "text/html": ""}  # while the cell runs nothing hears a click
    assert WIDGET in button[1]
    assert button[-1] == {"text/plain": "", "text/html": ""}


def run_to_the_end(surface: Surface | None, job: Job) -> None:
    assert surface is not None
    surface.draw(take(job))
    surface.answer()
    surface.end(replace(take(job), status="ACTIVE", finished=True, rows=12))


def test_where_nobody_watches_nothing_moves(
    shell: InteractiveShell, published: list[dict[str, Any]], job: Job
) -> None:
    assert surfaces.choose(job, "html", live=False, shell=shell) is None
    assert published == []


def test_the_button_stops_the_job(shell: InteractiveShell, published: list[dict[str, Any]], job: Job) -> None:
    surface = surfaces.WidgetSurface(job, shell)
    surface.answer()
    assert surface._button is not None
    surface._button.click()
    assert job.stopping.is_set()
