"""Every hint is followed as it is printed: it runs and mends; no message shows what is in the data."""

from __future__ import annotations

from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from pdprep.group import DatasetGroup
from tests.wild.following import LONGEST, PLACES, SECRET, Notebook, Scenario, follow
from tests.wild.mistakes import elsewhere, preparing, sending

ALONE = (*preparing.SCENARIOS, *sending.CONTRACTS)
ALL = (*ALONE, *sending.GROUPS, *sending.MAGICS)


def place(scenario: Scenario) -> str:
    return scenario.place


def followed(scenario: Scenario, notebook: Notebook) -> None:
    places = follow(scenario, notebook)
    assert scenario.place in places
    for text in notebook.said:
        assert len(text) <= LONGEST or text.lstrip().startswith("<"), text[:200]
        assert SECRET not in text


@pytest.mark.parametrize("scenario", ALONE, ids=place)
def test_field_c_the_hint_runs_and_mends(scenario: Scenario, home: Path) -> None:
    followed(scenario, Notebook())


@pytest.mark.parametrize("scenario", sending.GROUPS, ids=place)
def test_field_j_the_hint_of_a_group_runs_and_mends(scenario: Scenario, group: DatasetGroup) -> None:
    followed(scenario, Notebook({"group": group}))


@pytest.mark.parametrize("scenario", sending.MAGICS, ids=place)
def test_field_9_the_hint_of_a_magic_runs_and_mends(scenario: Scenario, shell: InteractiveShell) -> None:
    followed(scenario, Notebook(shell.user_ns, shell))


def test_every_place_that_gives_a_hint_is_provoked_here_or_elsewhere() -> None:
    provoked = {scenario.place for scenario in ALL}
    assert provoked | elsewhere.PLACES.keys() == PLACES.keys()
    assert not provoked & elsewhere.PLACES.keys()


@pytest.mark.parametrize("told", elsewhere.PLACES.values())
def test_a_test_elsewhere_exists(told: str) -> None:
    file, _, name = told.partition("::")
    if file.startswith("tests"):
        assert f"def {name}(" in Path(__file__).parents[2].joinpath(file).read_text()
