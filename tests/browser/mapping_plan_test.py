"""From an unknown frame to a refused import, by clicks and keys: mapping, report, plan, refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Locator, Page, expect

from pdprep import infer_contract
from pdprep.notebook.views.mapping import Mapper
from pdprep.notebook.views.mapping_table import STATIC, MappingTable
from tests.browser.conftest import accessible, shoot
from tests.browser.lab import Lab, output

ALONE = (Path(__file__).parent / "alone.html").read_text()
DARK = ":root { --jp-layout-color0: #111; --jp-content-font-color0: #fff }"
STATE = ("behind", "caption", "columns", "kinds", "required", "choice", "view")
ACTIVE = "interactions, bulk FULL: ACTIVE"
RATINGS = pl.DataFrame({"n": range(50)}).select(
    userId=pl.col("n") % 5,
    movieId=pl.col("n") % 7,
    timestamp=1_700_000_000 + pl.col("n"),
    device=pl.lit("<b>tv</b>"),
)
STORY = (
    "import polars as pl, pdprep\nfrom IPython.display import HTML\n%load_ext pdprep\n"
    "HTML('$x^2$ of a formula')",
    "number = pl.int_range(1_300)\n"
    "def frame(users, start):\n"
    "    time = start + number * 3_600\n"
    "    item = (number ** 0.5).cast(pl.Int64)\n"
    "    return pl.select(uid=number % users, movieId=item, ts=time, device=pl.lit('tv at $5 or $7'))\n"
    "ratings, other = frame(60, 1_700_000_000), frame(70, 1_690_000_000)",
    "%personalize story -o group",
    "pdprep.infer_contract(ratings, 'interactions')",
    "columns = {'USER_ID': 'uid', 'ITEM_ID': 'movieId', 'TIMESTAMP': 'ts', 'EVENT_TYPE': 'device'}\n"
    "ready = group.prepare(ratings, 'interactions', columns=columns)\n"
    "later = group.prepare(other, like=ready)",
    "%personalize_check ready",
    "%personalize_bulk ready --wait",
    "%personalize_bulk later --dry-run",
    "%personalize_bulk later",
    "ran = 'to the end'\nran",
)


@pytest.fixture
def table(page: Page) -> Locator:
    return show(page)


def show(page: Page, style: str = "") -> Locator:
    widget = MappingTable(Mapper.of(infer_contract(RATINGS, "interactions"), "ratings"))
    css, code = MappingTable._css, (STATIC / "mapping.js").read_text()
    page.expose_function("ask", lambda sent: answer(widget, sent))
    page.set_content(ALONE)
    state = {name: getattr(widget, name) for name in STATE}
    page.evaluate("(given) => window.show(...given)", [code, css + style, state])
    return page.locator(".pdprep-mapping")


def answer(widget: MappingTable, sent: dict[str, Any]) -> dict[str, Any]:
    """Answer as the kernel does, with what has changed."""
    widget.choice = sent["choice"]
    return {"view": widget.view}


def test_guesses_are_preset_and_cells_are_text(table: Locator) -> None:
    expect(table.get_by_label("Field of userId")).to_have_value("USER_ID")
    expect(table.get_by_label("Kind of device")).to_have_value("categories")
    expect(table.get_by_label("Kind of userId")).to_be_hidden()
    expect(table.get_by_text("<b>tv</b>")).to_be_visible()
    said = "All 50 rows break no rule; have a look at device."
    expect(table.get_by_role("status").first).to_have_text(said)


def test_a_choice_changes_the_call_and_checks_the_rows(table: Locator) -> None:
    table.get_by_label("Field of device").select_option("TIMESTAMP")
    expect(table.get_by_label("Field of timestamp")).to_have_value("")
    expect(table.get_by_role("status").first).to_have_text("All 50 rows: 50 break a rule.")
    expect(table.locator("pre")).to_contain_text('"TIMESTAMP": "device"')


def test_it_works_by_keyboard_and_keeps_the_focus(page: Page, table: Locator) -> None:
    page.evaluate("document.addEventListener('keydown', () => { window.leaked = true; })")
    table.get_by_label("Field of device").focus()
    page.keyboard.press("Home")
    expect(table.locator("pre")).not_to_contain_text("device")
    expect(table.get_by_label("Field of device")).to_be_focused()
    assert page.evaluate("window.leaked") is None


def test_its_cleanup_leaves_nothing(page: Page, table: Locator) -> None:
    page.evaluate("window.cleanup()")
    assert page.evaluate("window.listening()") == 0
    expect(table).to_have_count(0)


@pytest.mark.parametrize(("theme", "style"), [("light", ""), ("dark", DARK)], ids=["light", "dark"])
def test_it_follows_the_theme(page: Page, theme: str, style: str) -> None:
    accessible(show(page, style))
    assert shoot(page, f"mapping-alone-{theme}").stat().st_size


def test_from_an_unknown_frame_to_a_refusal(page: Page, lab: Lab) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.write("story.ipynb", STORY)
    lab.open(page, "story.ipynb")
    lab.run_all(page)
    # While a cell runs the kernel answers no choice.
    expect(output(page, "ready --wait")).to_contain_text(ACTIVE, timeout=60_000)
    map_the_frame(page, output(page, "pdprep.infer_contract").locator(".pdprep-mapping"))
    read_the_report(page, output(page, "%personalize_check"))
    copy_by_key(page, output(page, "--dry-run"), "%personalize_bulk later --replace")
    refused = page.locator(".jp-CodeCell").nth(8)
    expect(refused).to_contain_text("ReplaceRefused")
    shoot(refused, "refusal")
    copy_by_key(page, refused, "%personalize_bulk later --replace")
    expect(page.locator(".jp-CodeCell").nth(9)).to_contain_text("[ ]:")
    # Prices are no formulas, though JupyterLab sets what stands between two dollar signs.
    expect(page.get_by_text("of a formula").locator("mjx-container")).to_have_count(1)
    assert page.locator(".pdprep", has_text="$5 or $7").count(), "no view shows the prices"
    expect(page.locator(".pdprep mjx-container")).to_have_count(0)


def map_the_frame(page: Page, view: Locator) -> None:
    expect(view).to_be_visible(timeout=40_000)
    view.scroll_into_view_if_needed()
    view.get_by_label("Field of device").select_option("EVENT_TYPE")
    expect(view.locator("pre")).to_contain_text('"EVENT_TYPE": "device"')
    view.get_by_role("button", name="Copy").click()
    expect(view.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("pdprep.prepare(")
    accessible(view)
    shoot(view, "mapping")


def read_the_report(page: Page, view: Locator) -> None:
    expect(view.get_by_role("img", name="interactions: long tail")).to_be_visible(timeout=40_000)
    view.scroll_into_view_if_needed()
    view.get_by_text("Ready for", exact=True).press("Enter")
    expect(view.get_by_role("columnheader", name="use_case")).to_be_visible()
    accessible(view)
    shoot(view, "report")


def copy_by_key(page: Page, view: Locator, line: str) -> None:
    view.scroll_into_view_if_needed()
    accessible(view.locator(".jp-OutputArea-output").first)
    button = view.get_by_role("button", name="Copy")
    button.press("Enter")
    expect(view.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == line
