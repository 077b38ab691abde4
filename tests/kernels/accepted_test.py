"""A magic returns when nothing that pdprep knows can refuse its job: the rest goes on behind."""

from __future__ import annotations

import time
from typing import Any

import pytest

import pdprep
from pdprep.local.server import Running
from tests.kernels.kernel import PATIENCE, Kernel
from tests.kernels.restart_test import OPEN
from tests.personalize.frames import counts

BROKEN = 'broken = group.prepare(events(1300).with_columns(USER_ID=pl.lit("")), "interactions")'
FRAMES = f"""
import time
import polars as pl
{BROKEN}
few = prepared(group, events(30, first=9000))
def slowly(frame):
    time.sleep(3)
    return frame
slow = group.prepare(events(1200).lazy().map_batches(slowly), "interactions")
"""


@pytest.fixture
def notebook(kernel: Kernel) -> Kernel:
    kernel.run(OPEN + FRAMES)
    return kernel


def reply(kernel: Kernel, message: str) -> dict[str, Any]:
    """Return how a cell ended that was sent with others."""
    while (found := kernel.client.get_shell_msg(timeout=PATIENCE))["parent_header"].get("msg_id") != message:
        pass
    content: dict[str, Any] = found["content"]
    return content


def interrupted(kernel: Kernel, cell: str, begun: str) -> dict[str, Any]:
    """Run a cell, interrupt it once the ledger has a job in that phase, and return how it ended."""
    message = kernel.client.execute(cell)
    end = time.monotonic() + PATIENCE
    while not any(job.phase == begun for job in pdprep.connect("movies").jobs()):
        assert time.monotonic() < end
        time.sleep(0.1)
    time.sleep(1)  # so that the cell waits already
    kernel.manager.interrupt_kernel()
    return reply(kernel, message)


@pytest.mark.parametrize(
    "magic",
    ["%personalize_bulk broken", "%personalize_put broken", "%personalize_bulk --mode INCREMENTAL history"],
)
def test_run_all_stops_at_a_broken_rule_and_at_a_refusal(notebook: Kernel, magic: str) -> None:
    # JupyterLab and Notebook 7 send the cells of Run All as here: all at once, each with stop_on_error.
    sent = [notebook.client.execute(cell, stop_on_error=True) for cell in (magic, "%personalize_put few")]
    first, second = (reply(notebook, each) for each in sent)
    assert first["ename"] in ("ValidationError", "RefusedError")
    assert len(first["traceback"]) == 2
    assert second["status"] == "aborted"
    assert [job.status for job in pdprep.connect("movies").jobs()] == ["FAILED"]


def test_a_magic_returns_while_the_service_imports(notebook: Kernel, server: Running) -> None:
    server.state.faults.ask(operation="DescribeDatasetImportJob", delay=1, calls=4)
    notebook.run("%personalize_bulk history -o job")
    assert notebook.run("print(job.accepted, job.finished)") == "True False"
    assert notebook.run("print(job.wait().status)") == "ACTIVE"


def test_a_queued_put_is_judged_without_waiting_for_the_import(notebook: Kernel, server: Running) -> None:
    server.state.faults.ask(operation="DescribeDatasetImportJob", delay=3, calls=4)
    notebook.run("%personalize_bulk history -o first")
    bad, good = (
        notebook.client.execute(f"%personalize_put {name} -o {name}_job", stop_on_error=False)
        for name in ("broken", "few")
    )
    assert reply(notebook, bad)["ename"] == "ValidationError"
    assert reply(notebook, good)["status"] == "ok"
    assert notebook.run("print(first.finished, few_job.accepted, few_job.status)") == "False True QUEUED"
    notebook.run("few_job.wait()")
    assert counts(pdprep.connect("movies")) == {"bulk": 1200, "incremental": 30, "both": 0}


def test_a_queued_import_is_refused_by_the_one_before_it(notebook: Kernel, server: Running) -> None:
    server.state.faults.ask(operation="DescribeDatasetImportJob", delay=3, calls=4)
    notebook.run("%personalize_bulk history -o first\nother = prepared(group, events(1300, first=5000))")
    refused = reply(notebook, notebook.client.execute("%personalize_bulk other"))
    assert (refused["ename"], "1,300 records would replace 1,200" in refused["evalue"]) == (
        "ReplaceRefused",
        True,
    )
    assert notebook.run("print(first.finished)") == "False"
    notebook.run("added = %personalize_bulk other --mode INCREMENTAL --wait")
    assert counts(pdprep.connect("movies"))["bulk"] == 2500


def test_what_fails_later_is_told_at_the_next_magic_once(notebook: Kernel, server: Running) -> None:
    server.state.faults.ask(operation="CreateDatasetImportJob", code="AccessDeniedException", status=403)
    notebook.run("%personalize_bulk history -o job")
    notebook.until("print(job.finished)", lambda said: said == "True")
    said = notebook.run("listed = %personalize_jobs")
    assert said.startswith("bulk-0001 (interactions) failed after its cell:")
    assert "AccessDenied" in notebook.run("print(listed)")
    assert notebook.run("again = %personalize_jobs") == ""


def test_an_interrupt_while_a_cell_judges_stops_the_job(notebook: Kernel) -> None:
    ended = interrupted(notebook, "%personalize_bulk slow -o job", "prepare")
    assert ended["traceback"] == [
        "bulk-0001 was stopped before anything was sent. The same call begins it again."
    ]
    assert notebook.run("print(group.jobs()[0].status)") == "STOPPED"


def test_interrupting_the_wait_says_one_line_and_the_job_goes_on(notebook: Kernel, server: Running) -> None:
    server.state.faults.ask(operation="DescribeDatasetImportJob", delay=2, calls=3)
    notebook.run("%personalize_bulk history -o job")
    ended = interrupted(notebook, "job.wait()", "import")
    assert ended["traceback"] == ["No longer waiting for bulk-0001; it goes on. job.stop() ends it."]
    assert notebook.run("print(job.wait().status)") == "ACTIVE"
