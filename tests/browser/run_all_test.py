"""Run All stops at the cell whose rows break a rule; a job that fails at once leaves the console clean."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import FRONT_ENDS, Lab, fault
from tests.conftest import DEEP

PATIENCE = 60_000  # ms: two cores are shared with the kernel, the server and the browser
CELLS = (
    "import polars as pl, pdprep\n%load_ext pdprep\n%personalize all-{place} -o group\n"
    "number = pl.int_range(1_300)\n"
    "good = pl.select(USER_ID=number % 60, ITEM_ID=number % 40, TIMESTAMP=1_700_000_000 + number)\n"
    'broken = good.with_columns(USER_ID=pl.lit(""))',
    "%personalize_bulk broken",
    "%personalize_put good",
)
REFUSAL = fault(operation="CreateDatasetImportJob", code="InvalidInputException", status=400)
FAILING = (f"{CELLS[0]}\n{REFUSAL}", "%personalize_bulk good", "%personalize_jobs")


@pytest.mark.parametrize("front_end", FRONT_ENDS if DEEP else ["notebook"])
def test_run_all_stops_at_a_broken_rule(page: Page, lab: Lab, front_end: str) -> None:
    name = f"run-all-{front_end}.ipynb"
    lab.write(name, [source.format(place=front_end) for source in CELLS])
    lab.open(page, name, front_end)
    lab.run_all(page)
    cells = page.locator(".jp-CodeCell")
    expect(cells.nth(1).locator(".jp-InputPrompt").first).to_have_text("[2]:", timeout=PATIENCE)
    cells.nth(1).locator(".jp-OutputArea-child").last.scroll_into_view_if_needed()  # drawn when it is seen
    expect(cells.nth(1)).to_contain_text("ValidationError")
    expect(cells.nth(1).get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    expect(cells.nth(2).locator(".jp-InputPrompt").first).to_have_text("[ ]:")
    page.wait_for_timeout(1_000)  # whatever the front end still asks of a widget that has gone


@pytest.mark.parametrize("front_end", FRONT_ENDS if DEEP else ["lab"])
def test_a_job_that_the_service_refuses_at_once_says_so_in_its_place(
    page: Page, lab: Lab, front_end: str
) -> None:
    name = f"failing-{front_end}.ipynb"
    lab.write(name, [source.replace("all-{place}", f"failing-{front_end}") for source in FAILING])
    lab.open(page, name, front_end)
    lab.run_all(page)
    job = page.locator(".jp-CodeCell").nth(1)
    expect(job).to_contain_text("interactions, bulk FULL: FAILED", timeout=PATIENCE)
    expect(job).to_contain_text("This fault was asked for.")
    expect(job.get_by_role("button", name="Stop")).to_have_count(0)
    expect(page.locator(".jp-CodeCell").nth(2)).to_contain_text("1 job, newest first", timeout=PATIENCE)
    page.wait_for_timeout(1_000)  # whatever the front end still asks of a widget that has gone
