"""What is open about AWS: every row says who relies on it, and that module exists."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from pdprep.assumptions import ROWS, Assumption


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_names_its_source_and_who_relies_on_it(row: Assumption) -> None:
    assert row.source
    assert row.says
    assert find_spec(f"pdprep.{row.used_by}") is not None


def test_names_are_unique() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


def line(row: Assumption) -> str:
    return f"| {row.says} | `{row.value}` | {row.source} | `{row.used_by}` |"


def test_the_documentation_lists_every_row() -> None:
    page = (Path(__file__).parents[2] / "docs" / "assumptions.md").read_text(encoding="utf-8")
    assert [text for text in page.splitlines() if text.endswith("` |")] == [line(row) for row in ROWS]
