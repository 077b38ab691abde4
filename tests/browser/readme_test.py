"""The picture of the README: a check, an import on its way, bulk beside incremental, in one notebook."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ARTIFACTS
from tests.browser.everywhere_test import CELLS
from tests.browser.lab import Lab, fault
from tests.conftest import DEEP

PATIENCE = 60_000  # ms: two cores are shared with the kernel, the server and the browser
NAME = "readme.ipynb"
ROWS = 5  # of the records, at the end of the picture
SEEN = {
    "check": "%personalize_check week",
    "bulk": "%personalize_bulk week --mode INCREMENTAL",
    "records": "%personalize_records interactions",
}
CELLS_BEFORE = (
    CELLS["shop"],
    "%personalize readme --domain VIDEO_ON_DEMAND -o group",
    CELLS["prepare"],
    "history = group.prepare(ratings.head(3_000), like=inter)\n"
    "late = ratings.tail(2_000).with_columns(timestamp=gaps)\n"
    "week = group.prepare(late, like=inter, on_invalid='quarantine')\n"
    "group.bulk(history).wait()\n"
    "group.put(today).wait()",
    # Two answers are late by so much, so the import is on its way as long as the picture takes.
    fault(operation="DescribeDatasetImportJob", delay=10, when="after", calls=2),
)


@pytest.mark.skipif(not DEEP, reason="the README's picture: other tests look at each of its parts")
def test_the_story_in_one_picture(page: Page, lab: Lab) -> None:
    page.set_viewport_size({"width": 930, "height": 2400})  # so that all of it is drawn
    lab.choose("light")
    lab.write(NAME, [*CELLS_BEFORE, *SEEN.values()], scrolled=[SEEN["check"]])
    lab.open(page, NAME)
    page.keyboard.press("Control+b")  # the files beside it
    lab.run_all(page)
    check, bulk, records = (page.locator(".jp-CodeCell").nth(len(CELLS_BEFORE) + at) for at in range(3))
    expect(records.locator(".pdprep-records")).to_be_visible(timeout=2 * PATIENCE)
    expect(bulk.get_by_role("button", name="Stop waiting")).to_be_visible()
    page.locator(".jp-InputPrompt").first.click()  # the chosen cell has a frame
    expect(check.locator(".pdprep-finding").first).to_contain_text("a timestamp is missing")
    expect(bulk).to_contain_text("interactions, bulk INCREMENTAL: CREATE", timeout=PATIENCE)
    expect(records).to_contain_text("2,942 bulk, 60 incremental, 0 both")
    top = check.bounding_box()
    bottom = records.locator(".pdprep-records tbody tr").nth(ROWS - 1).bounding_box()
    assert top
    assert bottom
    height = bottom["y"] + bottom["height"] - top["y"]
    clip: Any = {"x": top["x"], "y": top["y"], "width": top["width"], "height": height}
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / "story.png", clip=clip)
