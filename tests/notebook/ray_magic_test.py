"""--engine ray on the magics: a check and a whole import by tasks of Ray."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.notebook.cells import BULK, PREPARE, run


@pytest.mark.usefixtures("two_nodes")
def test_a_frame_is_checked_and_imported_by_ray(shell: InteractiveShell) -> None:
    run(shell, f"{PREPARE}\nimport pdprep\nhistory.write_parquet('events.parquet')")
    run(shell, "%personalize movies\ninter = pdprep.prepare('events.parquet', 'interactions')")
    report = run(shell, "report = %personalize_check inter --engine ray\nreport")
    assert (report.ok, report.kept) == (True, BULK)
    job = run(shell, "job = %personalize_bulk inter --engine ray --wait\njob")
    assert (job.status, job.rows) == ("ACTIVE", BULK)
