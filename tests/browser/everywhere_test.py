"""A shop of UUID ids: answers stand inside the box at every width, and a saved notebook stays readable."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import launch_with
from tests.browser.conftest import ARTIFACTS, OTHERS, Complaint, accessible, complaints, shoot
from tests.browser.lab import Lab
from tests.conftest import DEEP

NAME = "everywhere.ipynb"
# What ipywidgets' part of JupyterLab says by itself: WidgetRenderer.renderModel writes to the console that it
# finds no model, and adds a view, once it is made, to a page that may have been left, so the view is gone.
WIDGETS = "/@jupyter-widgets/jupyterlab-manager/"
GONE, LEFT = "widget model not found", "reading 'processLuminoMessage'"
WIDTHS = (1280, 930, 480)  # CSS pixels
PATIENCE = 60_000
CELLS = {
    "shop": "import tempfile, uuid\nimport polars as pl, pdprep\n%load_ext pdprep\n"
    "files = pdprep.demo.write(tempfile.mkdtemp(), seed=7)\n"
    "def ids(kind): return lambda text: str(uuid.uuid5(uuid.NAMESPACE_URL, kind + text.strip()))\n"
    "def shop(path):\n"
    "    frame = pl.read_csv(path, infer_schema=False)\n"
    "    return frame.with_columns(pl.col(name).map_elements(ids(name), return_dtype=pl.String)\n"
    "                              for name in ('userId', 'movieId'))\n"
    "ratings, day = shop(files.ratings), shop(files.today)\nnumber = pl.int_range(pl.len())",
    "connect": "%personalize everywhere --domain VIDEO_ON_DEMAND -o group",
    "mapping": "pdprep.infer_contract(ratings, 'interactions')",
    "prepare": "columns = {'USER_ID': 'userId', 'ITEM_ID': 'movieId', 'TIMESTAMP': 'timestamp', "
    "'EVENT_TYPE': 'event'}\n"
    "inter = group.prepare(ratings, 'interactions', columns=columns, metadata={'DEVICE': 'device'})\n"
    "gaps = pl.when(number % 50 == 0).then(None).otherwise('timestamp')\n"
    "broken = group.prepare(ratings.with_columns(timestamp=gaps), like=inter)\n"
    "today, other = group.prepare(day, like=inter), group.prepare(ratings.head(3000), like=inter)",
    "report": "%personalize_check broken",
    "bulk": "%personalize_bulk inter --wait",
    "put": "%personalize_put today --wait",
    "plan": "%personalize_bulk other --dry-run",
    "records": "%personalize_records interactions",
    "slow": "many = ratings.head(600).with_columns(timestamp=1_760_000_000 + number)\n"
    "later = group.prepare(many, like=inter)\n"
    "slow = group.put(later, rate=1)\nslow",
    "jobs": "%personalize_jobs",
    "group": "%personalize",
    "check": "%personalize --check",
    "explanation": "inter.explain()",
    "refusal": "%personalize_bulk other",  # an error: Run All ends here
}
VIEWS = tuple(name for name in CELLS if name not in ("shop", "connect", "prepare", "put"))
# Of each view in a cell: what stands outside its output, and text that is cut off where nothing scrolls.
OUTSIDE = """
(cell) => {
  const box = cell.querySelector(".jp-OutputArea").getBoundingClientRect();
  const right = Math.min(box.right, innerWidth) + 1;
  const answers = ".pdprep-headline, .pdprep-bar, .pdprep-steps > li, .pdprep-legend :is(th, td)";
  const wanted = [...cell.querySelectorAll(answers)];
  for (const head of cell.querySelectorAll(".pdprep-records thead th")) {
    if (!["ORIGIN", "EFFECT"].includes(head.innerText.trim())) continue;
    wanted.push(head, head.closest("table").tBodies[0].rows[0].cells[head.cellIndex]);
  }
  const outside = wanted.map((node) => [node, node.getBoundingClientRect()])
    .filter(([node, at]) => at.width && (at.left < box.left - 1 || at.right > right))
    .map(([node, at]) => `${node.innerText.slice(0, 40)}: ${at.left} to ${at.right} of ${right}`);
  const clipped = [];
  for (const view of cell.querySelectorAll(".pdprep")) {
    const texts = document.createTreeWalker(view, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      const at = range.getBoundingClientRect();
      if (!at.width || texts.currentNode.parentElement.closest("style, .pdprep-id > i")) continue;
      for (let node = texts.currentNode.parentElement; node !== cell; node = node.parentElement) {
        const cuts = getComputedStyle(node).overflowX, edge = node.getBoundingClientRect();
        if (["auto", "scroll"].includes(cuts)) break;
        if (!["hidden", "clip"].includes(cuts) || at.right <= edge.right + 1) continue;
        clipped.push(texts.currentNode.data);
      }
    }
  }
  return { outside, clipped, answers: wanted.filter((node) => node.getBoundingClientRect().width).length };
}
"""


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab) -> Iterator[Page]:
    """Give the notebook of a shop whose cells have all run, in JupyterLab, light."""
    context = browser.new_context(viewport={"width": 1280, "height": 1200})
    page = context.new_page()
    said = complaints(page)
    page.set_default_timeout(PATIENCE)
    lab.choose("light")
    lab.write(NAME, list(CELLS.values()))
    lab.open(page, NAME)
    page.keyboard.press("Control+b")  # the files beside it
    lab.run_all(page)
    expect(cell(page, "refusal")).to_contain_text("ReplaceRefused", timeout=2 * PATIENCE)
    expect(cell(page, "slow").get_by_role("button", name="Stop", exact=True)).to_be_visible()
    page.keyboard.press("Control+s")
    yield page
    context.close()
    assert [each for each in said if not theirs(each)] == []


def theirs(said: Complaint) -> bool:
    """Say whether a complaint is one that the front ends make by themselves."""
    known = any(text in said.text for text in (GONE, LEFT))
    return said.text in OTHERS or (known and WIDGETS in said.where)


def cell(page: Page, name: str) -> Any:
    """Return a cell."""
    return page.locator(".jp-CodeCell").nth(list(CELLS).index(name))


def opened(page: Page, lab: Lab, front_end: str) -> None:
    """Open the notebook again, with room for the sign that its kernel is idle, and no files beside it."""
    page.set_viewport_size({"width": 1280, "height": 1200})
    lab.open(page, NAME, front_end)
    if front_end == "lab":
        page.keyboard.press("Control+b")


def resized(page: Page, width: int) -> Page:
    """Return the page in a window of another width."""
    page.set_viewport_size({"width": width, "height": 1200})
    page.wait_for_timeout(300)  # the table is laid out anew
    return page


def measured(page: Page) -> dict[str, Any]:
    """Return what is wrong with each view."""
    found = {}
    for name in VIEWS:
        cell(page, name).scroll_into_view_if_needed()
        seen = cell(page, name).evaluate(OUTSIDE)
        assert seen.pop("answers"), name
        found[name] = [*seen["outside"], *seen["clipped"]]
    return {name: wrong for name, wrong in found.items() if wrong}


def looked_at(page: Page, place: str) -> None:
    """Hold each view to axe-core's rules and keep a picture of it."""
    page.set_viewport_size({"width": 930, "height": 2400})  # so that each picture shows a whole view
    views = page.locator(".jp-OutputArea-output", has=page.locator(".pdprep")).filter(visible=True)
    for name in VIEWS:
        shown = cell(page, name)
        shown.scroll_into_view_if_needed()
        for output in shown.locator(views).all():
            accessible(output)
        shoot(shown, f"everywhere-{place}-{name}")


@pytest.mark.parametrize("width", WIDTHS)
def test_answers_and_origin_and_effect_are_in_the_box(page: Page, width: int) -> None:
    assert measured(resized(page, width)) == {}
    shoot(cell(page, "records"), f"everywhere-records-{width}")


@pytest.mark.parametrize("width", [1280, 930] if DEEP else [930])
def test_they_are_in_the_box_at_a_zoom_of_200_per_cent(
    page: Page, lab: Lab, browser: Browser, tmp_path: Path, width: int
) -> None:
    with zoomed(browser, tmp_path, width) as near:
        near.goto(lab.address(NAME))
        near.locator(".jp-Notebook").wait_for()  # there is no room for the sign that the kernel is idle
        near.keyboard.press("Control+b")
        assert near.evaluate("[devicePixelRatio, innerWidth]") == [2, width // 2]
        cell(near, "records").scroll_into_view_if_needed()
        expect(cell(near, "records").locator(".pdprep-records")).to_be_visible(timeout=PATIENCE)
        assert measured(near) == {}
        table = cell(near, "records").locator(".pdprep-records .pdprep-scroll")
        table.scroll_into_view_if_needed()
        expect(table).to_be_in_viewport()
        near.wait_for_timeout(1_000)  # JupyterLab draws cells anew where it scrolled past many
        # Playwright's own pictures know nothing of the zoom, and are of another part of the page.
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        picture = near.context.new_cdp_session(near).send("Page.captureScreenshot")["data"]
        (ARTIFACTS / f"everywhere-records-{width}-at-200.png").write_bytes(base64.b64decode(picture))


@contextmanager
def zoomed(browser: Browser, folder: Path, width: int) -> Iterator[Page]:
    """Open a window at 200 % as a person does who presses Ctrl and +: by the browser's own zoom.

    Lines of one pixel, letters and scroll bars are then as large as that person sees them; a narrower window
    has them at 100 %. Playwright has no key for the zoom, so the profile says it: each level is 1.2 times the
    one before.
    """
    level = {"partition": {"default_zoom_level": {"x": math.log(2, 1.2)}}}
    (folder / "Default").mkdir()
    (folder / "Default" / "Preferences").write_text(json.dumps(level))
    with launch_with(browser.browser_type, folder, f"--window-size={width},1200") as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield page


def test_an_id_is_copied_whole(page: Page) -> None:
    whole = cell(page, "records").locator(".pdprep-records .pdprep-id").first
    copied = whole.evaluate(
        "(node) => { getSelection().selectAllChildren(node); return getSelection().toString(); }"
    )
    assert copied == whole.get_attribute("title")
    assert len(copied) == 36


def test_the_story_of_a_record_is_told_below_the_table(page: Page) -> None:
    table = cell(resized(page, 930), "records").locator(".pdprep-records")
    table.get_by_role("button", name="Timeline of row 1", exact=True).click()
    expect(table.get_by_role("listitem")).to_have_count(1)
    assert measured(page) == {}
    shoot(table, "everywhere-story")
    page.keyboard.press("Escape")


def test_light_in_jupyterlab(page: Page) -> None:
    looked_at(page, "lab-light")


@pytest.mark.parametrize(("front_end", "theme"), [("notebook", "dark"), *([("lab", "dark")] if DEEP else [])])
def test_opened_again_beside_its_kernel_the_tables_live(
    page: Page, lab: Lab, front_end: str, theme: str
) -> None:
    lab.choose(theme)
    opened(page, lab, front_end)
    for name in ("mapping", "records"):
        cell(page, name).scroll_into_view_if_needed()
        expect(cell(page, name).locator(f".pdprep-{name}")).to_be_visible(timeout=PATIENCE)
    looked_at(page, f"{front_end}-{theme}")
    assert measured(resized(page, 465)) == {}  # 930 pixels at 200 %


@pytest.mark.parametrize("front_end", ["lab", "notebook"] if DEEP else ["lab"])
def test_opened_again_without_its_kernel_every_view_has_its_static_form(
    page: Page, lab: Lab, front_end: str
) -> None:
    lab.choose("light")
    lab.restart(NAME)
    opened(page, lab, front_end)
    for name in ("mapping", "records"):
        cell(page, name).scroll_into_view_if_needed()
        expect(cell(page, name).locator(".pdprep-behind")).to_be_visible(timeout=PATIENCE)
        expect(cell(page, name).locator(".pdprep-live")).to_have_count(0)
    expect(cell(page, "slow")).to_contain_text("%personalize_jobs shows the present state")
    expect(cell(page, "slow").get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    page.wait_for_timeout(1_000)  # the widgets are looked for
    assert page.get_by_text("model not found").filter(visible=True).count() == 0
    assert page.get_by_text("Loading widget").filter(visible=True).count() == 0
    shoot(cell(page, "records"), f"everywhere-{front_end}-saved-records")


def test_a_kernel_that_restarts_leaves_the_static_forms(page: Page, lab: Lab) -> None:
    opened(page, lab, "lab")
    lab.run_all(page)
    table = cell(page, "records").locator(".pdprep-records")
    expect(table).to_be_visible(timeout=2 * PATIENCE)
    cell(page, "connect").locator(".jp-InputPrompt").click()
    page.keyboard.press("0")
    page.keyboard.press("0")
    page.locator(".jp-Dialog").locator("button").last.click()
    expect(table).to_be_hidden(timeout=PATIENCE)
    expect(cell(page, "records").locator(".pdprep-behind")).to_be_visible()
