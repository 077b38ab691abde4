"""Views speak the English of the field: words that people stumbled over stay out of them."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

import pdprep
from pdprep import DatasetGroup, infer_contract, validate
from pdprep.contract.rules import registry
from pdprep.notebook.views import mapping, names, plan, report, sheet
from pdprep.notebook.views import records as records_view
from pdprep.notebook.views.mapping import Mapper
from pdprep.validation import insights

VIEWS = Path(names.__file__).parent
OLD = re.compile(r"\bmend(s|ed|ing)?\b|in the way|\bis well\b|NoneType|worth a look", re.IGNORECASE)
N = pl.int_range(1_200)


def spoken(text: str) -> list[str]:
    """Return the old words of what a view prints; its style has none."""
    return [found.group() for found in OLD.finditer(re.sub(r"<style>.*?</style>", "", text))]


@pytest.fixture
def group(home: Path) -> DatasetGroup:
    return pdprep.connect("words")


def test_the_views_of_a_shop_have_no_old_words(group: DatasetGroup) -> None:
    times = pl.when(N % 50 == 0).then(None).otherwise(1_700_000_000 + N)
    raw = pl.select(USER_ID=N % 40, ITEM_ID=N % 90, TIMESTAMP=times, DEVICE=pl.lit("<p>tv</p>"))
    broken = group.prepare(raw, "interactions", metadata={"DEVICE": "DEVICE"})
    found = validate(broken)
    mapped = mapping.sheet(Mapper.of(infer_contract(raw, "interactions")))
    sheets = (plan.sheet(group.plan(broken)), records_view.sheet(group.records("interactions")), mapped)
    shown = [report.to_text(found), report.to_html(found), found._repr_html_(), str(group.plan(broken))]
    shown += [form(each) for each in sheets for form in (sheet.to_text, sheet.to_html)]
    assert [word for text in shown for word in spoken(text)] == []


def test_what_live_tables_say_has_no_old_words() -> None:
    for path in VIEWS.glob("static/*.js"):
        assert spoken(path.read_text(encoding="utf-8")) == []


def test_findings_and_rules_have_no_old_words() -> None:
    said = [text for rule in registry.RULES for text in (rule.text, rule.mend)]
    said += [words for words, _ in insights._INSIGHTS.values()]
    assert [word for text in said for word in spoken(text)] == []
