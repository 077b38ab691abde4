"""Every hint is followed as it is printed: it runs and mends; no message shows what is in the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wild.following import LONGEST, SECRET, Notebook, Scenario, follow
from tests.wild.mistakes import preparing


def held(notebook: Notebook) -> None:
    for text in notebook.said:
        assert len(text) <= LONGEST or text.startswith("<"), text[:200]
        assert SECRET not in text


@pytest.mark.parametrize("scenario", preparing.SCENARIOS, ids=lambda each: each.place)
def test_field_c_the_hint_runs_and_mends(scenario: Scenario, home: Path) -> None:
    notebook = Notebook()
    assert scenario.place in follow(scenario, notebook)
    held(notebook)
