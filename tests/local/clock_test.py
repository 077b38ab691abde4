"""Statuses by the clock: three states, none of them early; fixed times and ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pdprep.local import running
from pdprep.local.pytest_plugin import LocalPersonalize

STATES = ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]


def status(lab: Any, group: str) -> str:
    return str(lab.personalize.describe_dataset_group(datasetGroupArn=group)["datasetGroup"]["status"])


def test_manual_time_moves_only_when_told(tmp_path: Path, make_lab: Any) -> None:
    with running(tmp_path, clock="manual") as server:
        lab = make_lab(server.url)
        group = lab.group()
        seen = [status(lab, group)]
        for seconds in (0.5, 1):
            server.advance(seconds)
            seen.append(status(lab, group))
        assert seen == STATES


def test_an_import_takes_effect_when_it_is_active(
    tmp_path: Path, make_lab: Any, make_interactions: Any
) -> None:
    with running(tmp_path, clock="manual") as server:
        lab = make_lab(server.url)
        group = lab.group()
        server.advance(5)
        dataset = lab.dataset("Interactions", group)
        with pytest.raises(ClientError, match="ResourceInUseException"):
            lab.start_import(dataset, "s3://b/k.csv")
        server.advance(5)
        job = lab.start_import(dataset, lab.upload(make_interactions()))
        seen = [lab.import_job(job)["status"]]
        for seconds in (0.5, 0.3, 0.7):
            server.advance(seconds)
            seen.append(lab.import_job(job)["status"])
        assert seen == [STATES[0], STATES[1], STATES[1], STATES[2]]
        times = lab.import_job(job)
        assert (times["lastUpdatedDateTime"] - times["creationDateTime"]).total_seconds() == pytest.approx(
            1.5
        )


def test_five_jobs_may_be_open_and_no_more(tmp_path: Path, make_lab: Any, make_interactions: Any) -> None:
    with running(tmp_path, clock="manual") as server:
        lab = make_lab(server.url)
        group = lab.group()
        server.advance(5)
        dataset = lab.dataset("Interactions", group)
        server.advance(5)
        location = lab.upload(make_interactions())
        jobs = [lab.start_import(dataset, location) for _ in range(5)]
        with pytest.raises(ClientError, match="More than 5 resources with PENDING or IN_PROGRESS status"):
            lab.start_import(dataset, location)
        with pytest.raises(ClientError, match="ResourceInUseException"):
            lab.personalize.delete_dataset(datasetArn=dataset)
        server.advance(5)
        assert [lab.import_job(job)["status"] for job in jobs] == ["ACTIVE"] * 5


def test_deletion_has_its_states_too(tmp_path: Path, make_lab: Any) -> None:
    with running(tmp_path, clock="manual") as server:
        lab = make_lab(server.url)
        group = lab.group()
        server.advance(5)
        lab.personalize.delete_dataset_group(datasetGroupArn=group)
        assert status(lab, group) == "DELETE PENDING"
        with pytest.raises(ClientError, match="ResourceInUseException"):
            lab.personalize.delete_dataset_group(datasetGroupArn=group)
        server.advance(0.5)
        assert status(lab, group) == "DELETE IN_PROGRESS"
        server.advance(1)
        assert lab.personalize.list_dataset_groups()["datasetGroups"] == []


def test_auto_shows_three_states(tmp_path: Path, make_lab: Any, eventually: Any) -> None:
    with running(tmp_path, clock="auto", speed=2.0) as server:
        lab, seen = make_lab(server.url), list[str]()
        group = lab.group()

        def active() -> bool:
            now = status(lab, group)
            seen.extend([now] * (now not in seen))
            return now == "ACTIVE"

        eventually(active, 3)
        assert seen == STATES


def test_a_fixed_clock_repeats_times_and_ids(
    tmp_path: Path, make_lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDPREP_CLOCK", "2026-01-01T00:00:00Z")
    seen = []
    for folder in ("one", "two"):
        with running(tmp_path / folder) as server:
            lab = make_lab(server.url)
            tracking = lab.tracker(group := lab.group())
            found = lab.personalize.describe_dataset_group(datasetGroupArn=group)
            del found["ResponseMetadata"]["HTTPHeaders"]["date"]
            seen.append((tracking, found))
    assert seen[0] == seen[1]
    assert seen[0][1]["datasetGroup"]["creationDateTime"].timestamp() == 1767225600
    assert seen[0][1]["datasetGroup"]["status"] == "ACTIVE"


def test_the_fixture_for_users(local_personalize: LocalPersonalize) -> None:
    assert local_personalize.client("personalize").list_dataset_groups()["datasetGroups"] == []
