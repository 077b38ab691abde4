"""One real browser and one real JupyterLab for all the tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.browser.lab import OLDER, Lab
from tests.conftest import PROJECT
from tests.notebook.conftest import records as records

ARTIFACTS = Path(os.environ.get("PDPREP_ARTIFACTS", PROJECT / ".artifacts"))
AXE = (Path(str(files("axe_playwright_python"))) / "axe.min.js").read_text()
# Notebook 7.6 says so of any notebook, an empty one too, now and then; JupyterLab 4.4 the last of them.
OTHERS = (
    "Cannot read properties of undefined (reading 'schema')",
    "Command 'filebrowser:open-path' not registered.",
    *(["Cannot read properties of undefined (reading 'type')"] if OLDER else []),
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page that fails the test if its console saw an error."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    said = complaints(page)
    page.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    yield page
    context.close()
    assert [each for each in said if each.text not in OTHERS] == []


class Complaint(NamedTuple):
    """What a page's console says is wrong, and the lines of scripts on the way there."""

    text: str
    where: str


def complaints(page: Page) -> list[Complaint]:
    """Return a list that fills with what the console of a page says is wrong."""
    found: list[Complaint] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            found.append(Complaint(message.text, message.location["url"]))

    page.on("console", hear)
    page.on("pageerror", lambda error: found.append(Complaint(error.message, error.stack or "")))
    return found


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a running JupyterLab with folders of its own."""
    with Lab.start(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


def shoot(part: Page | Locator, name: str) -> Path:
    """Keep a picture of a page, or of a part of one, as an artifact."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    path = ARTIFACTS / f"{name}.png"
    part.screenshot(path=path)
    return path


def accessible(part: Locator) -> None:
    """Demand that axe-core finds nothing to mend in a part of a page."""
    part.page.evaluate(AXE)
    found = part.evaluate("(node) => axe.run(node, { resultTypes: ['violations'] })")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
