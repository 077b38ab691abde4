"""--engine ray on the magics: a check and a whole import by tasks of Ray."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from pdprep.personalize.aws import profiles
from tests.engine.nodes import nodes
from tests.notebook.cells import BULK, PREPARE, run


@pytest.fixture(scope="module", autouse=True)
def one_node() -> Iterator[Any]:
    with nodes(1) as ray:
        yield ray


def test_a_frame_is_checked_and_imported_by_ray(shell: InteractiveShell) -> None:
    run(shell, f"{PREPARE}\nimport pdprep\nhistory.write_parquet('events.parquet')")
    run(shell, "%personalize movies\ninter = pdprep.prepare('events.parquet', 'interactions')")
    report = run(shell, "report = %personalize_check inter --engine ray\nreport")
    assert (report.ok, report.kept) == (True, BULK)
    job = run(shell, "job = %personalize_bulk inter --engine ray --wait\njob")
    assert (job.status, job.rows) == ("ACTIVE", BULK)


def test_on_one_node_a_frame_of_the_notebook_goes_by_disk(shell: InteractiveShell) -> None:
    run(shell, f"{PREPARE}\nimport pdprep\ninter = pdprep.prepare(history, 'interactions')")
    assert run(shell, "report = %personalize_check inter --engine ray\nreport").kept == BULK


def test_a_profile_names_the_engine(tmp_path: Path) -> None:
    text = '[tool.pdprep.profiles.lake]\nregion = "eu-west-1"\nengine = "ray"\n'
    (tmp_path / "pyproject.toml").write_text(text)
    assert profiles.profile("lake", tmp_path).options.engine == "ray"
