"""``make aws`` asks before it creates anything, finds what the service does, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import pdprep
from pdprep import assumptions
from pdprep.contract import facts
from pdprep.errors import ServiceError
from pdprep.group import DatasetGroup
from pdprep.local.server import Running, running
from tests.aws import journey, lab, probes
from tests.aws.__main__ import HELP, main, run, statement
from tests.aws.lab import Lab, Meter, TooMuch

# What the local Personalize takes on purpose, since AWS's own pages contradict each other.
LENIENT = {"incremental_needs_new_rows", "ecommerce_creation_timestamp"}


@pytest.fixture
def server(home: Path) -> Iterator[Running]:
    with running(home / "local", clock="instant") as server:
        yield server


@pytest.fixture
def groups(server: Running) -> tuple[DatasetGroup, DatasetGroup]:
    return pdprep.connect("trial-way"), pdprep.connect("trial-lab", new=True)


def test_every_assumption_has_a_probe_or_a_reason(groups: tuple[DatasetGroup, DatasetGroup]) -> None:
    found = probes.findings(Lab(groups[1]))
    assert {finding.name for finding in found if finding.agrees is False} == LENIENT
    assert {finding.name for finding in found if finding.seen == probes.NO_PROBE} == set()
    told = {finding.name for finding in found if finding.agrees is None} - {"empty_text_is_null"}
    assert told == set(probes.NOT_ASKED) <= {row.name for row in (*assumptions.ROWS, *facts.ROWS)}


def test_it_goes_all_the_way_and_leaves_nothing(
    groups: tuple[DatasetGroup, DatasetGroup], server: Running
) -> None:
    said: list[str] = []
    assert run(*groups, ask=lambda question: groups[0].environment.account, say=said.append) == 1
    assert said[-1].endswith(f"{len(LENIENT)} differ; what differs is mended in pdprep/assumptions.py")
    assert "verify: the ledger and the exports agree" in said
    assert "the same file again: nothing was sent" in said
    client = groups[0].client()
    assert [client.list_dataset_groups()["datasetGroups"], client.list_schemas()["schemas"]] == [[], []]
    assert not server.state.store.rows("SELECT key FROM objects")


@pytest.mark.parametrize("answer", ["", "yes", "111111111111"])
def test_without_the_account_number_nothing_is_touched(
    groups: tuple[DatasetGroup, DatasetGroup], server: Running, answer: str
) -> None:
    said: list[str] = []
    assert run(*groups, ask=lambda question: answer, say=said.append) == 1
    assert said[-1] == "Nothing was touched."
    assert groups[0].client().list_dataset_groups()["datasetGroups"] == []


def test_after_an_error_everything_is_deleted(
    groups: tuple[DatasetGroup, DatasetGroup], server: Running
) -> None:
    server.state.faults.ask(operation="PutEvents", code="AccessDeniedException", calls=100)
    with pytest.raises(ServiceError, match="AccessDenied"):
        run(*groups, ask=lambda question: groups[0].environment.account, say=lambda line: None)
    assert groups[0].client().list_dataset_groups()["datasetGroups"] == []


def test_it_says_first_what_it_creates_and_at_most_uses_up(groups: tuple[DatasetGroup, DatasetGroup]) -> None:
    text = statement(*groups)
    for part in ("trial-way", "trial-lab", f"{lab.IMPORTS + 1} import jobs", "2 MB", "Nothing is trained"):
        assert part in text


def test_a_run_has_a_brake() -> None:
    meter = Meter()
    meter.add(imports=lab.IMPORTS, bytes=lab.BYTES)
    with pytest.raises(TooMuch):
        meter.add(bytes=1)


def test_without_a_profile_it_says_what_is_needed(home: Path) -> None:
    said: list[str] = []
    assert main([], say=said.append) == 1
    assert said == [HELP]


def test_the_journey_is_large_enough_to_import() -> None:
    assert journey.ROWS >= 1000
