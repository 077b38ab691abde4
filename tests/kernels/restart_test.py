"""A kernel that is restarted under a job: reopening shows it as it stands, and it ends well."""

from __future__ import annotations

import pdprep
from pdprep.local.server import Running
from tests.kernels.kernel import Kernel
from tests.personalize.frames import counts, exported

ROWS = 1200
OPEN = f"""
%load_ext pdprep
import pdprep
from tests.personalize.frames import events, prepared
group = pdprep.connect("movies")
%personalize --use group
history = prepared(group, events({ROWS}))
"""
STATUS = "print(*(f'{job.status}:{job.phase}' for job in group.jobs()))"


def ends_well() -> None:
    group = pdprep.connect("movies")
    imports = group.client().list_dataset_import_jobs()["datasetImportJobs"]
    assert [each["status"] for each in imports] == ["ACTIVE"]
    assert counts(group)["bulk"] == exported(group, "BULK").height == ROWS
    assert group.verify("interactions").ok


def test_an_import_is_followed_after_a_restart(kernel: Kernel, server: Running) -> None:
    # The service has the import, and answers late how it stands.
    server.state.faults.ask(operation="DescribeDatasetImportJob", delay=5, calls=3)
    kernel.run(f"{OPEN}\n%personalize_bulk history --no-wait -o job")
    kernel.until("print(job.arn)", lambda said: said.startswith("arn:"))
    assert kernel.run("print(job.phase, job.finished)") == "import False"
    kernel.kill()
    server.state.faults.clear()
    kernel.run(OPEN)
    assert kernel.run("job = group.jobs()[0]\nprint(job.wait().status)") == "ACTIVE"
    ends_well()


def test_an_upload_is_begun_again_after_a_restart(kernel: Kernel, server: Running) -> None:
    server.state.faults.ask(operation="PutObject", delay=8, calls=1)
    kernel.run(f"{OPEN}\n%personalize_bulk history --no-wait")
    kernel.until(STATUS, lambda said: "upload" in said)
    kernel.kill()
    server.state.faults.clear()
    kernel.run(OPEN)
    assert kernel.run(STATUS) == "INTERRUPTED:upload"
    kernel.run("job = %personalize_bulk history --wait")
    assert kernel.run("print(job.status)") == "ACTIVE"
    ends_well()
