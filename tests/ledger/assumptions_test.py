"""What is open about AWS: every row says who relies on it, and that module exists."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from pdprep.assumptions import ROWS, Assumption


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_names_its_source_and_who_relies_on_it(row: Assumption) -> None:
    assert row.source
    assert row.says
    assert find_spec(f"pdprep.{row.used_by}") is not None


def test_names_are_unique() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
