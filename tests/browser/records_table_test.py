"""The records table alone, without Jupyter: its module from a Blob, a model that asks the real pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pdprep.ledger.records import Records
from pdprep.notebook.views import pages
from pdprep.notebook.views.table import STATIC, RecordsTable
from tests.browser.conftest import shoot

ALONE = (Path(__file__).parent / "alone.html").read_text()
DARK = ":root { --jp-layout-color0: #111; --jp-layout-color1: #212121; --jp-ui-font-color0: #fff }"
STATE = ("caption", "sizes", "origins", "query", "view")


@pytest.fixture
def table(page: Page, records: Records) -> Locator:
    return show(page, records)


def show(page: Page, records: Records, style: str = "") -> Locator:
    widget = RecordsTable(records)
    css, code = ((STATIC / f"records.{end}").read_text() for end in ("css", "js"))
    page.expose_function("ask", lambda query: pages.view(records, pages.Query.parse(query)))
    page.set_content(ALONE)
    state = {name: getattr(widget, name) for name in STATE}
    page.evaluate("(given) => window.show(...given)", [code, css + style, state])
    return page.locator(".pdprep-records")


def says(table: Locator, text: str) -> None:
    expect(table.get_by_role("status")).to_have_text(text)


def test_it_shows_the_first_page_and_a_caption(table: Locator) -> None:
    says(table, "Rows 1 to 10 of 65. Page 1 of 7.")
    expect(table.get_by_role("table", name="interactions: 60 bulk, 4 incremental, 1 both")).to_be_visible()
    expect(table.locator("tbody tr")).to_have_count(10)


def test_the_buttons_turn_pages_and_stop_at_both_ends(table: Locator) -> None:
    for name, page in (("Next", 2), ("Last", 7), ("Next", 7), ("Previous", 6), ("First", 1), ("Previous", 1)):
        table.get_by_role("button", name=name).dispatch_event("click")
        expect(table.get_by_role("status")).to_contain_text(f"Page {page} of 7.")


def test_a_page_is_reached_by_its_number(table: Locator) -> None:
    table.get_by_label("Page", exact=True).fill("5")
    table.get_by_label("Page", exact=True).press("Enter")
    says(table, "Rows 41 to 50 of 65. Page 5 of 7.")


def test_an_origin_filters_and_is_said_in_words(table: Locator) -> None:
    table.get_by_label("Origin").select_option("incremental")
    says(table, "Rows 1 to 4 of 4, origin incremental. Page 1 of 1.")
    expect(table.locator(".pdprep-origin")).to_have_text(["incremental"] * 4)


def test_typing_finds_ids_by_their_beginning(table: Locator) -> None:
    table.get_by_label("Find id").press_sequentially("v")
    says(table, "Rows 1 to 4 of 4, ids from “v”. Page 1 of 1.")


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
    expect(table.get_by_role("status")).to_contain_text("by TIMESTAMP")
    expect(header).to_be_focused()


@pytest.mark.parametrize("key", ["a", "x", "Enter"])
def test_keys_typed_into_it_do_not_reach_the_notebook(page: Page, table: Locator, key: str) -> None:
    page.evaluate("document.addEventListener('keydown', () => { window.leaked = true; })")
    table.get_by_label("Find id").press(key)
    assert page.evaluate("window.leaked") is None


def test_its_cleanup_leaves_nothing(page: Page, table: Locator) -> None:
    page.evaluate("window.cleanup()")
    assert page.evaluate("window.listening()") == 0
    expect(table).to_have_count(0)


@pytest.mark.parametrize(("theme", "style"), [("light", ""), ("dark", DARK)])
def test_it_follows_the_theme(page: Page, records: Records, theme: str, style: str) -> None:
    show(page, records, style)
    assert shoot(page, f"records-alone-{theme}").stat().st_size


def test_it_is_small(records: Records) -> None:
    code = sum((STATIC / name).stat().st_size for name in ("records.js", "records.css"))
    assert code < 12_000
    assert len(str(RecordsTable(records).view)) < 5_000
