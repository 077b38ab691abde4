"""A report shows what is wrong with code that mends it, and what the data is like, in words and in charts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pdprep import Field, Report, prepare, validate
from pdprep.notebook.views import charts, report

DAYS = 86_400
SECRET = "a user nobody may read of"


@pytest.fixture(scope="module")
def found() -> Report:
    rows = pl.DataFrame({"n": range(400)}).select(
        USER_ID=(pl.col("n") % 20).cast(pl.String),
        ITEM_ID=pl.col("n").sqrt().cast(pl.Int64),
        TIMESTAMP=1_600_000_000 + pl.col("n") * DAYS,
        EVENT_TYPE=pl.when(pl.col("n") % 3 == 0).then(pl.lit("<b>")).otherwise(pl.lit("View")),
    )
    bad = rows.with_columns(
        USER_ID=pl.when(pl.col("ITEM_ID") == 3).then(pl.lit(SECRET * 20)).otherwise("USER_ID")
    )
    items = pl.DataFrame({"ITEM_ID": range(20), "MOOD": ["dark", *[None] * 19]})
    mood = {"MOOD": Field("MOOD", nullable=True, categorical=True)}
    return validate(prepare(bad, "interactions"), prepare(items, "items", metadata=mood))


@pytest.mark.parametrize(
    "says",
    [
        "items: how complete",
        "not full: MOOD 5.0 %",
        "2020-09-13 to 2021-10-17; 393 days with events",
        "View 262, ",
        "a tenth of the items has",
        "ready for",
    ],
)
def test_text_and_html_say_the_same(found: Report, says: str) -> None:
    assert says in report.to_text(found)
    assert says in report.to_html(found)


@pytest.mark.parametrize("means", ["hollow and orange: below 70 %", "orange and dashed: users"])
def test_a_chart_says_what_its_marks_mean_and_text_needs_no_such_words(found: Report, means: str) -> None:
    assert means in report.to_html(found)
    assert means not in report.to_text(found)


def test_failing_rows_stand_by_their_rule_with_code(found: Report) -> None:
    shown = report.problems(found)
    first = shown[shown.index("<details") : shown.index("</details>")]
    assert "✖ error</span> an id has more than 256 characters (interactions.USER_ID, 7 rows)" in first
    assert "Failing rows: 9, 10" in first
    assert first.count("<pre") == first.count(">Copy</button>") == 1  # the fix is to set such rows aside


def test_no_form_shows_the_values_of_failing_rows_unasked(found: Report) -> None:
    assert SECRET not in report.to_text(found) + report.to_html(found)
    assert SECRET in report.to_html(found.with_values())


def test_what_comes_from_the_data_is_text_not_html(found: Report) -> None:
    assert "<b>" not in report.to_html(found)


def test_each_chart_is_one_drawing_that_is_named_and_follows_the_theme(found: Report) -> None:
    drawings = re.findall(r"<svg.*?</svg>", report.to_html(found), re.DOTALL)
    assert len(drawings) == 4
    for drawing in drawings:
        root = ET.fromstring(drawing)
        assert (root.get("role"), bool(root.get("aria-label"))) == ("img", True)
        colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawing)) - {"none", "transparent"}
        assert {colour.partition(",")[0] for colour in colours} <= {
            "currentColor",
            "var(--pdprep-bulk",
            "var(--pdprep-put",
        }


def test_the_same_report_gives_the_same_picture(found: Report) -> None:
    charts._svg.cache_clear()
    assert report.to_html(found) == report.to_html(found)


def test_without_the_library_the_words_and_tables_remain(
    found: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "available", lambda: False)
    shown = report.to_html(found)
    assert "<svg" not in shown
    assert "a tenth of the items has" in shown
    assert "<summary>Times</summary>" in shown


def test_a_report_of_nothing_is_no_error(home: Path) -> None:
    none: Any = pl.DataFrame(schema={"USER_ID": pl.String, "ITEM_ID": pl.String, "TIMESTAMP": pl.Int64})
    assert "not ready" in report.to_html(validate(prepare(none, "interactions")))
