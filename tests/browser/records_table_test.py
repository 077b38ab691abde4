"""The records table alone, without Jupyter: its module from a Blob, a model that asks the real pages."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Locator, Page, expect

from pdprep.ledger.records import Records
from pdprep.notebook.views.table import STATIC, RecordsTable
from tests.browser.conftest import accessible, shoot

ALONE = (Path(__file__).parent / "alone.html").read_text()
DARK = ":root { --jp-layout-color0: #111; --jp-content-font-color0: #fff }"
KEPT: dict[str, Any] = {}
STATE = ("behind", "caption", "options", "query", "view", "asked", "told")


@pytest.fixture
def table(page: Page, records: Records) -> Locator:
    return show(page, records)


def show(page: Page, records: Records, style: str = "") -> Locator:
    widget = RecordsTable(records, KEPT)
    css, code = RecordsTable._css, (STATIC / "records.js").read_text()
    page.expose_function("ask", lambda sent: answer(widget, sent))
    page.set_content(ALONE)
    state = {name: getattr(widget, name) for name in STATE}
    page.evaluate("(given) => window.show(...given)", [code, css + style, state])
    return page.locator(".pdprep-records")


def answer(widget: RecordsTable, sent: dict[str, Any]) -> dict[str, Any]:
    """Answer as the kernel does, with what has changed."""
    before = {name: getattr(widget, name) for name in ("view", "told")}
    for name, value in sent.items():
        setattr(widget, name, value)
    return {name: getattr(widget, name) for name in before if getattr(widget, name) is not before[name]}


def says(table: Locator, text: str) -> None:
    expect(table.locator(".pdprep-status")).to_have_text(text)


def test_it_shows_the_first_page_and_a_caption(table: Locator) -> None:
    says(table, "Rows 1 to 10 of 65. Page 1 of 7.")
    expect(table.get_by_role("table", name="interactions: 60 bulk, 4 incremental, 1 both")).to_be_visible()
    expect(table.locator(".pdprep-scroll tbody tr")).to_have_count(10)


def test_the_buttons_turn_pages_and_stop_at_both_ends(table: Locator) -> None:
    for name, page in (("Next", 2), ("Last", 7), ("Next", 7), ("Previous", 6), ("First", 1), ("Previous", 1)):
        table.get_by_role("button", name=name).dispatch_event("click")
        expect(table.locator(".pdprep-status")).to_contain_text(f"Page {page} of 7.")


def test_a_page_is_reached_by_its_number(table: Locator) -> None:
    table.get_by_label("Page", exact=True).fill("5")
    table.get_by_label("Page", exact=True).press("Enter")
    says(table, "Rows 41 to 50 of 65. Page 5 of 7.")


def test_an_origin_filters_and_is_said_in_words(table: Locator) -> None:
    table.get_by_label("Origin", exact=True).select_option("incremental")
    says(table, "Rows 1 to 4 of 4, origin incremental. Page 1 of 1.")
    expect(table.locator(".pdprep-scroll .pdprep-origin")).to_have_text(["incremental"] * 4)


def test_typing_finds_ids_by_their_beginning(table: Locator) -> None:
    table.get_by_label("Find ids that begin with").press_sequentially("v")
    says(table, "Rows 1 to 4 of 4, ids from “v”. Page 1 of 1.")


def test_an_id_is_looked_for_in_the_column_that_is_named(table: Locator) -> None:
    table.get_by_label("in", exact=True).select_option("ITEM_ID")
    table.get_by_label("Find ids that begin with").fill("i6")
    says(table, "Rows 1 to 8 of 8, ITEM_ID from “i6”. Page 1 of 1.")


@pytest.mark.parametrize(
    ("label", "value", "rows"),
    [("Status", "ACTIVE", 65), ("Effect", "not trained yet", 65), ("Import", "import-1", 60)],
)
def test_status_effect_and_import_filter(table: Locator, label: str, value: str, rows: int) -> None:
    table.get_by_label(label, exact=True).select_option(value)
    expect(table.locator(".pdprep-status")).to_contain_text(f"of {rows}, {label.lower()} {value}. Page 1 of")


def test_a_column_can_be_left_out_and_says_what_it_is(table: Locator) -> None:
    table.get_by_text("Columns, and what they say").click()
    expect(table.get_by_role("listitem").first).to_contain_text("bulk (an import job), incremental (a put)")
    table.get_by_label("TIMESTAMP", exact=True).uncheck()
    expect(table.get_by_role("columnheader", name="TIMESTAMP")).to_be_hidden()
    expect(table.get_by_role("columnheader", name="EFFECT", exact=True)).to_be_visible()


EDGES = """
(scroll) => {
  scroll.scrollLeft = 1e6;
  const box = scroll.getBoundingClientRect().left + scroll.clientLeft;
  return [...scroll.querySelectorAll("tr")].map((row) =>
    [...row.querySelectorAll(".pdprep-fixed:not([hidden])")].flatMap((cell) => {
      const { left, right } = cell.getBoundingClientRect();
      return [left - box, right - box].map(Math.round);
    }));
}
"""


@pytest.mark.parametrize("left_out", [[], ["ORIGIN"], ["EFFECT"]], ids=" ".join)
@pytest.mark.parametrize("style", ["", ".pdprep { font: 20px serif }"], ids=["", "large"])
def test_the_fixed_columns_stay_side_by_side_while_the_others_scroll(
    page: Page, records: Records, left_out: list[str], style: str
) -> None:
    page.set_viewport_size({"width": 480, "height": 800})
    table = show(page, records, style)
    table.get_by_text("Columns, and what they say").click()
    for name in left_out:
        table.get_by_label(name, exact=True).uncheck()
    table.get_by_label("Origin", exact=True).select_option("incremental")
    says(table, "Rows 1 to 4 of 4, origin incremental. Page 1 of 1.")
    scroll = table.locator(".pdprep-scroll")
    assert scroll.evaluate("box => box.scrollWidth > box.clientWidth"), "nothing scrolls"
    for edges in scroll.evaluate(EDGES):
        assert len(edges) == 6 - 2 * len(left_out)
        # Each begins where the one before it ends, the first at the edge of the box.
        assert [0, *edges[1:-1:2]] == edges[::2]


def test_the_timeline_of_a_row_opens_and_closes_by_keyboard(page: Page, table: Locator) -> None:
    table.get_by_label("Origin", exact=True).select_option("both")
    says(table, "Rows 1 to 1 of 1, origin both. Page 1 of 1.")
    opens = table.get_by_role("button", name="Timeline of row 1", exact=True)
    opens.press("Enter")
    story = table.get_by_role("region", name="USER_ID u1, ITEM_ID i1")
    expect(story.get_by_role("listitem")).to_have_count(2)
    expect(story).to_contain_text("in bulk, import-1 (ACTIVE); replaced by put-2.")
    page.keyboard.press("Escape")
    expect(story).to_be_hidden()
    expect(opens).to_be_focused()


def test_the_code_of_what_one_sees_gives_the_same_rows(table: Locator, records: Records) -> None:
    table.get_by_label("Origin", exact=True).select_option("bulk")
    table.get_by_label("Find ids that begin with").fill("u1")
    table.get_by_role("columnheader", name="TIMESTAMP").get_by_role("button").click()
    expect(table.locator(".pdprep-status")).to_contain_text("by TIMESTAMP. Page 1 of")
    table.get_by_text("Show me the code").click()
    table.get_by_role("button", name="Keep", exact=True).press("Enter")
    expect(table).to_contain_text("shown is a LazyFrame of these 10 records.")
    code = table.locator("pre").inner_text()
    asked = eval(code, {"pl": pl, "group": SimpleNamespace(records=lambda _: records)})
    assert asked.collect().equals(KEPT["shown"].collect())


def test_a_name_that_cannot_be_one_is_said(table: Locator) -> None:
    table.get_by_text("Show me the code").click()
    table.get_by_label("Keep these rows as").fill("2x")
    table.get_by_label("Keep these rows as").press("Enter")
    expect(table).to_contain_text("'2x' cannot name a variable")


def test_a_header_sorts_up_down_and_not_at_all(table: Locator) -> None:
    header = table.get_by_role("columnheader", name="TIMESTAMP")
    for order in ("ascending", "descending", None):
        header.get_by_role("button").click()
        if order:
            expect(header).to_have_attribute("aria-sort", order)
        else:
            expect(header).not_to_have_attribute("aria-sort", "descending")


def test_it_works_by_keyboard_and_keeps_the_focus(page: Page, table: Locator) -> None:
    header = table.get_by_role("columnheader", name="TIMESTAMP").get_by_role("button")
    header.focus()
    page.keyboard.press("Enter")
    expect(table.locator(".pdprep-status")).to_contain_text("by TIMESTAMP")
    expect(header).to_be_focused()


@pytest.mark.parametrize("key", ["a", "x", "Enter"])
def test_keys_typed_into_it_do_not_reach_the_notebook(page: Page, table: Locator, key: str) -> None:
    page.evaluate("document.addEventListener('keydown', () => { window.leaked = true; })")
    table.get_by_label("Find ids that begin with").press(key)
    assert page.evaluate("window.leaked") is None


def test_its_cleanup_leaves_nothing(page: Page, table: Locator) -> None:
    page.evaluate("window.cleanup()")
    assert page.evaluate("window.listening()") == 0
    expect(table).to_have_count(0)


@pytest.mark.parametrize(("theme", "style"), [("light", ""), ("dark", DARK)], ids=["light", "dark"])
def test_it_follows_the_theme(page: Page, records: Records, theme: str, style: str) -> None:
    accessible(show(page, records, style))
    assert shoot(page, f"records-alone-{theme}").stat().st_size


def test_it_is_small(records: Records) -> None:
    code = sum((STATIC / name).stat().st_size for name in ("records.js", "records.css"))
    assert code < 16_000
    assert len(str(RecordsTable(records).view)) < 5_000
