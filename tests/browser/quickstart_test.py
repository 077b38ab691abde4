"""The quickstart in a real JupyterLab: a job from pending to ACTIVE, and a table with both origins."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import shoot
from tests.browser.lab import Lab, output
from tests.conftest import PROJECT

QUICKSTART = PROJECT / "notebooks" / "00-quickstart.ipynb"
JOB = "interactions, bulk FULL: "
PENDING, ACTIVE = f"{JOB}CREATE PENDING", f"{JOB}ACTIVE"
CELL = "xpath=ancestor::div[contains(@class, 'jp-CodeCell')]"
STOP = (
    "import polars as pl\n%load_ext pdprep",
    "number = pl.int_range(1200)\n"
    "events = pl.select(USER_ID=number % 50, ITEM_ID=number, TIMESTAMP=1_700_000_000)",
    "%personalize halted -o group",
    "%personalize_bulk events",
)
# What the views said, in order: a state may pass faster than a test looks.
REMEMBER = """
() => {
  window.said = [];
  new MutationObserver(() => {
    for (const node of document.querySelectorAll(".pdprep-job > .pdprep-headline strong")) {
      if (!window.said.includes(node.textContent)) window.said.push(node.textContent);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}
"""


@pytest.fixture
def notebook(page: Page, lab: Lab) -> Page:
    lab.open(page, lab.copy(QUICKSTART))
    page.evaluate(REMEMBER)
    return page


def test_the_quickstart(notebook: Page, lab: Lab) -> None:
    lab.run_all(notebook)
    watch_the_import(notebook, output(notebook, "%personalize_bulk interactions"))
    read_the_records(notebook, output(notebook, "%personalize_records interactions"))
    last = output(notebook, 'for dataset in ("interactions", "items", "users")')
    expect(last).to_contain_text("<Records interactions: ", timeout=30_000)


def test_stop_waiting_leaves_the_import_alone(page: Page, lab: Lab) -> None:
    lab.write("stop.ipynb", STOP)
    lab.open(page, "stop.ipynb")
    lab.run_all(page)
    view = output(page, "%personalize_bulk")
    view.get_by_role("button", name="Stop waiting").click()
    expect(view).to_contain_text("interactions, bulk FULL: STOPPED")
    expect(view).to_contain_text("the import itself goes on")
    expect(view.get_by_role("button", name="Stop waiting")).to_have_count(0)
    expect(view.get_by_role("button", name="Copy")).to_have_count(1)  # of the line that goes on with it


def watch_the_import(page: Page, view: Locator) -> None:
    view.get_by_role("progressbar").wait_for(timeout=40_000)
    view.scroll_into_view_if_needed()
    view.get_by_text(PENDING).wait_for(timeout=40_000)
    shoot(view.locator(CELL), "job-pending")
    expect(view.get_by_role("progressbar", name="import of interactions")).to_be_visible()
    expect(view.get_by_role("button", name="Stop waiting")).to_be_visible()
    expect(view).to_contain_text(ACTIVE, timeout=40_000)
    expect(view.get_by_role("button")).to_have_count(0)
    shoot(view.locator(CELL), "job-active")
    said = page.evaluate("window.said")
    assert PENDING in said
    assert said.index(PENDING) < said.index(ACTIVE)


def read_the_records(page: Page, view: Locator) -> None:
    table, status = view.locator(".pdprep-records"), view.locator(".pdprep-status")
    expect(table).to_be_visible(timeout=40_000)
    view.scroll_into_view_if_needed()
    table.get_by_role("button", name="Next").click()
    expect(status).to_contain_text("Page 2 of")
    table.get_by_label("Origin", exact=True).select_option("incremental")
    expect(status).to_contain_text("origin incremental. Page 1 of")
    user = table.locator(".pdprep-scroll tbody td").nth(3).inner_text()
    table.get_by_label("Origin", exact=True).select_option("")
    table.get_by_label("Find ids that begin with").fill(user)
    expect(status).to_contain_text(f"ids from “{user}”")
    table.get_by_role("columnheader", name="TIMESTAMP").get_by_role("button").click()
    table.get_by_role("columnheader", name="TIMESTAMP").get_by_role("button").click()
    expect(status).to_contain_text("by TIMESTAMP downwards")
    expect(table.locator(".pdprep-origin.pdprep-incremental").first).to_be_visible()
    expect(table.locator(".pdprep-origin.pdprep-bulk").first).to_be_visible()
    page.set_viewport_size({"width": 1480, "height": 1000})
    shoot(view.locator(CELL), "records")
