"""The documentation builds without a warning, has no dead link, and is read and searched without a server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.project.imports import PROJECT
from tests.project.links import dead

WORDS = {"quarantine": "Preparing and validating", "PDPREP_DATA": "MovieLens in Amazon Personalize"}
BROKEN = """<a href="other.html#there">a</a> <a href="other.html#gone">b</a> <a href="none.html">c</a>
<a href="#here">d</a> <p id="here"></p> <script src="https://cdn.example/x.js"></script>"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site once, strictly."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", folder],
        cwd=PROJECT, capture_output=True, text=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert (built.returncode, re.findall("WARNING.*", built.stderr)) == (0, []), built.stderr
    return folder


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page that fails the test if it asks anything of a network."""
    page, asked = browser.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    yield page
    page.close()
    assert [url for url in asked if not url.startswith(("file:", "about:", "data:", "blob:"))] == []


def test_no_link_of_the_site_is_dead_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    assert list(dead(site)) == []


def test_dead_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(BROKEN)
    (tmp_path / "other.html").write_text('<p id="there"></p>')
    assert list(dead(tmp_path)) == [
        "page.html loads https://cdn.example/x.js",
        "page.html links to other.html#gone, which has no such place",
        "page.html links to none.html, which is not there",
    ]


@pytest.mark.parametrize("notebook", sorted(path.stem for path in PROJECT.glob("notebooks/*.ipynb")))
def test_every_notebook_is_a_page_with_its_outputs(site: Path, notebook: str) -> None:
    assert '<div class="outputs">' in (site / f"notebooks/{notebook}.html").read_text(encoding="utf-8")


def test_the_site_is_searched_from_the_disk(site: Path, page: Page) -> None:
    page.goto((site / "index.html").as_uri())
    box = page.get_by_role("textbox", name="Search")
    for word, title in WORDS.items():
        box.press("Control+a")
        box.press_sequentially(word)  # it listens to keys
        expect(page.locator(".md-search-result")).to_contain_text(title)
