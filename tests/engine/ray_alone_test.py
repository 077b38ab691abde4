"""On one node of Ray, a frame that is in this process alone goes to its tasks by the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdprep import stage, validate
from tests.engine.shop import events


@pytest.mark.usefixtures("one_node")
def test_a_frame_of_this_process_goes_by_disk(tmp_path: Path) -> None:
    here, there = stage(events(), tmp_path / "here"), stage(events(), tmp_path / "there", engine="ray")
    assert [part.sha256 for part in there.parts] == [part.sha256 for part in here.parts]
    assert str(validate(events(), engine="ray")) == str(validate(events()))
