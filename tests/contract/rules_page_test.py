"""The page of rules says what the rows say."""

from __future__ import annotations

from pdprep.contract.rules import registry
from pdprep.contract.rules_page import page
from tests.project.imports import PROJECT


def test_the_page_is_the_one_that_the_rows_make() -> None:
    assert (PROJECT / "docs" / "rules.md").read_text(encoding="utf-8") == page()


def test_names_are_unique() -> None:
    assert len({rule.name for rule in registry.RULES}) == len(registry.RULES)
