"""The whole story by clicks and keys: map, check, plan, bulk, watch, put, stop, resume, search."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import accessible, shoot
from tests.browser.lab import Lab
from tests.conftest import DEEP

PATIENCE = 60_000  # ms: two cores are shared with the kernel, the server and the browser
# JupyterLab in light colours is told by the other tests of this folder.
EVERYWHERE = [("lab", "light"), ("lab", "dark"), ("notebook", "light"), ("notebook", "dark")]
PLACES = EVERYWHERE if DEEP else EVERYWHERE[-1:]
CELLS = {
    "load": "import polars as pl, pdprep\n%load_ext pdprep",
    "frames": "number = pl.int_range(1_300)\n"
    "time = 1_700_000_000 + number * 3_600\n"
    "raw = pl.select(uid=number % 60, movieId=(number ** 0.5).cast(pl.Int64), ts=time, device=pl.lit('tv'))\n"
    "spoilt = raw.with_columns(ts=pl.when(pl.col('ts') % 7 == 0).then(None).otherwise('ts'))\n"
    "today = raw.head(30).with_columns(pl.col('ts') + 9_000_000)\n"
    "slow = raw.head(60).with_columns(pl.col('ts') + 19_000_000)",
    "connect": "%personalize story -o group",
    "map": "pdprep.infer_contract(raw, 'interactions')",
    "prepare": "columns = {'USER_ID': 'uid', 'ITEM_ID': 'movieId', 'TIMESTAMP': 'ts'}\n"
    "events = group.prepare(raw, 'interactions', columns=columns)\n"
    "broken = group.prepare(spoilt, like=events)",
    "check": "%personalize_check broken",
    "plan": "group.plan(events)",
    "bulk": "%personalize_bulk events -o job",
    "wait": "job.wait()",
    "put": "today_job = group.put(group.prepare(today, like=events))\ntoday_job",
    "slow": "slow_job = group.put(group.prepare(slow, like=events), rate=10)\nslow_job",
    "resume": "slow_job = slow_job.resume()\nslow_job",
    "records": "%personalize_records interactions",
    "jobs": "%personalize_jobs",
}


@dataclass(frozen=True)
class Story:
    """One notebook on one front end in one theme."""

    page: Page
    place: str

    def run(self, name: str) -> Locator:
        """Run a cell by key, and return it."""
        cell = self.page.locator(".jp-CodeCell").nth(list(CELLS).index(name))
        cell.locator(".jp-InputPrompt").first.click()
        self.page.keyboard.press("Control+Enter")
        return cell

    def look(self, view: Locator, name: str) -> None:
        """Hold a view to axe-core's rules and keep a picture of it."""
        view.scroll_into_view_if_needed()
        accessible(view)
        shoot(view, f"{self.place}-{name}")


@pytest.mark.parametrize(("front_end", "theme"), PLACES)
def test_the_whole_story(page: Page, lab: Lab, front_end: str, theme: str) -> None:
    name = f"story-{front_end}-{theme}.ipynb"
    lab.write(name, [source.replace("story", f"{front_end}-{theme}") for source in CELLS.values()])
    page.set_viewport_size({"width": 1400, "height": 1400})  # so that each picture shows a whole view
    lab.choose(theme)
    lab.open(page, name, front_end)
    story = Story(page, f"{front_end}-{theme}")
    for setup in ("load", "frames", "connect"):
        expect(story.run(setup).locator(".jp-InputPrompt").first).to_have_text("[*]:")
    for act in (map_it, check_it, plan_it, send_it, put_it, stop_and_resume, look_it_up, list_jobs):
        act(story)


def map_it(story: Story) -> None:
    view = story.run("map").locator(".pdprep-mapping")
    expect(view).to_be_visible(timeout=PATIENCE)
    view.get_by_label("Field of device").select_option("EVENT_TYPE")
    expect(view.locator("pre")).to_contain_text('"EVENT_TYPE": "device"')
    story.look(view, "mapping")


def check_it(story: Story) -> None:
    story.run("prepare")
    view = story.run("check").locator(".jp-OutputArea").first
    expect(view.get_by_text("TIMESTAMP").first).to_be_visible(timeout=PATIENCE)
    story.look(view, "report")


def plan_it(story: Story) -> None:
    view = story.run("plan").locator(".jp-OutputArea").first
    expect(view).to_contain_text("1,300", timeout=PATIENCE)
    story.look(view, "plan")


def send_it(story: Story) -> None:
    view = story.run("bulk").locator(".jp-OutputArea").first
    expect(view).to_contain_text("Stop waiting", timeout=PATIENCE)
    story.look(view, "job")
    expect(view).to_contain_text("interactions, bulk FULL: ACTIVE", timeout=PATIENCE)
    story.look(view, "job-active")


def put_it(story: Story) -> None:
    view = story.run("put").locator(".jp-OutputArea").first
    expect(view).to_contain_text("interactions, put: DONE", timeout=PATIENCE)


def stop_and_resume(story: Story) -> None:
    view = story.run("slow").locator(".jp-OutputArea").first
    stop = view.get_by_role("button", name="Stop", exact=True)
    expect(view).to_contain_text("of 60 records", timeout=PATIENCE)
    story.look(view, "put")
    stop.press("Enter")
    expect(view).to_contain_text("interactions, put: STOPPED", timeout=PATIENCE)
    resumed = story.run("resume").locator(".jp-OutputArea").first
    expect(resumed).to_contain_text("interactions, put: DONE", timeout=PATIENCE)


def look_it_up(story: Story) -> None:
    table = story.run("records").locator(".pdprep-records")
    expect(table).to_be_visible(timeout=PATIENCE)
    status = table.locator(".pdprep-status")
    table.get_by_label("Origin", exact=True).select_option("incremental")
    expect(status).to_contain_text("of 90, origin incremental")
    table.get_by_label("Find ids that begin with").press_sequentially("7")
    expect(status).to_contain_text("ids from “7”")
    table.get_by_role("button", name="Timeline of row 1", exact=True).press("Enter")
    expect(table.get_by_role("listitem")).to_have_count(1)
    table.get_by_text("Show me the code").press("Enter")
    story.look(table, "records")


def list_jobs(story: Story) -> None:
    view = story.run("jobs").locator(".jp-OutputArea").first
    expect(view).to_contain_text("3 jobs, newest first", timeout=PATIENCE)
    story.look(view, "jobs")
