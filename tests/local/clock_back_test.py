"""A clock that goes back: what was reached stays reached, no wait is for a time that has been."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from pdprep.local import running
from pdprep.local.life.store import LostState

FUTURE = "2030-01-01T00:00:00Z"


def status(lab: Any, kind: str, arn: str) -> str:
    return str(lab.status(kind, arn))


def test_attack_8_what_was_reached_stays_reached(
    tmp_path: Path, make_lab: Any, make_interactions: Any, eventually: Any
) -> None:
    with running(tmp_path, clock="instant", fixed=FUTURE) as server:
        lab = make_lab(server.url)
        group = lab.group()
        dataset, tracker = lab.dataset("Interactions", group), lab.tracker(group)
    with running(tmp_path, clock="auto", speed=10) as server:
        lab = make_lab(server.url, count=50)
        assert status(lab, "dataset_group", group) == status(lab, "dataset", dataset) == "ACTIVE"
        lab.events.put_events(
            trackingId=tracker,
            userId="u",
            sessionId="s",
            eventList=[{"eventType": "e", "itemId": "i", "sentAt": 1}],
        )
        job = lab.start_import(dataset, lab.upload(make_interactions()))
        eventually(lambda: lab.import_job(job)["status"] == "ACTIVE")


def test_attack_8_an_active_group_stays_active_by_a_second(tmp_path: Path, make_lab: Any) -> None:
    with running(tmp_path, clock="manual") as server:
        lab = make_lab(server.url)
        group = lab.group()
        server.advance(5)
        assert status(lab, "dataset_group", group) == "ACTIVE"
        server.state.clock._fixed = server.state.clock.now() - 4.9
        assert status(lab, "dataset_group", group) == "ACTIVE"


def test_attack_8_a_job_of_the_future_ends_and_a_deletion_too(
    tmp_path: Path, make_lab: Any, make_interactions: Any, eventually: Any
) -> None:
    with running(tmp_path, clock="manual", fixed=FUTURE) as server:
        lab = make_lab(server.url)
        group, other = lab.group(), lab.group("other")
        server.advance(5)
        dataset = lab.dataset("Interactions", group)
        server.advance(5)
        job = lab.start_import(dataset, lab.upload(make_interactions()))
        lab.personalize.delete_dataset_group(datasetGroupArn=other)
    with running(tmp_path, clock="auto") as server:
        lab = make_lab(server.url, count=50)
        eventually(lambda: lab.import_job(job)["status"] == "ACTIVE")
        assert [g["datasetGroupArn"] for g in lab.personalize.list_dataset_groups()["datasetGroups"]] == [
            group
        ]


@pytest.mark.parametrize(
    "harm", [Path.unlink, lambda file: file.write_bytes(b""), lambda file: file.write_bytes(b"x" * 9000)]
)
def test_attack_9_no_state_begins_empty_beside_rows(
    tmp_path: Path, make_lab: Any, make_interactions: Any, harm: Any
) -> None:
    with running(tmp_path, clock="instant") as server:
        lab = make_lab(server.url)
        lab.load(lab.dataset("Interactions", lab.group()), make_interactions())
    kept = sorted(path for name in ("rows", "objects") for path in (tmp_path / name).iterdir())
    assert kept
    for left in tmp_path.glob("state.sqlite-*"):
        left.unlink()
    harm(tmp_path / "state.sqlite")
    with pytest.raises(LostState, match=r"state\.sqlite is (missing|empty|damaged)"), running(tmp_path):
        pass
    assert sorted(path for name in ("rows", "objects") for path in (tmp_path / name).iterdir()) == kept


def test_attack_6_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    folder.chmod(0o755)
    with running(folder, clock="instant"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755
        assert stat.S_IMODE((folder / "state.sqlite").stat().st_mode) == 0o600
