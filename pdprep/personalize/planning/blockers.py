"""What blocks the sending of a frame, asked of the report, the ledger and the service."""

from __future__ import annotations

from collections.abc import Iterator

from pdprep.contract.contract import Contract
from pdprep.errors import MappingError
from pdprep.ledger.status import Status
from pdprep.personalize.aws.client import pages
from pdprep.personalize.aws.quotas import quota
from pdprep.personalize.imports import guards
from pdprep.personalize.imports.alignment import advice, aligned
from pdprep.personalize.imports.guards import Coming, DatasetState
from pdprep.personalize.resources.ensuring import Dataset, Group
from pdprep.personalize.resources.target import Target
from pdprep.preparation.prepare import Prepared
from pdprep.validation.report import Report


def of_rows(report: Report) -> Iterator[str]:
    """Yield the rules that rows break, each with the route that it stops; not of rows that are set aside."""
    for row in report.counts.filter(~report.set_aside(), level="error").iter_rows(named=True):
        yield f"{row['says']} ({row['rows']:,}; stops {row['stops']})"


def of_dataset(state: DatasetState, coming: Coming, dataset: str) -> Iterator[str]:
    """Yield what keeps an import from going, or needs to be asked for."""
    if state.bulk:
        yield "a FULL import needs replace=True"
        if state.imports and guards.shrinks(state, coming):
            yield (
                f"a FULL import leaves {coming.rows:,} of {state.rows:,} bulk records and "
                f"{coming.keys:,} of {state.keys:,} ids: it needs shrink=True too"
            )
    for mode, name in (("FULL", "full_bytes"), ("INCREMENTAL", "incremental_bytes")):
        if coming.bytes > quota(name):
            yield f"an import in mode {mode} takes at most {quota(name):,} bytes"
    least = quota("bulk_interactions")
    if state.bulk and coming.fresh is not None and coming.fresh < least:
        yield (
            f"an INCREMENTAL import needs {least:,} events that were not imported before, "
            f"and has {coming.fresh:,}"
        )
    way = "verify" if state.imports or state.put else "adopt"
    for name in state.unknown:
        counts = f'group.{way}("{dataset}") counts them by an export'
        yield f"the import {name} is not in this ledger: rows unknown; {counts}"


def of_schema(prepared: Prepared, deployed: Contract | None) -> tuple[Prepared, tuple[str, ...]]:
    """Return the frame as the schema of its dataset asks for it, and how both differ."""
    if deployed is None:
        return prepared, ()
    try:
        return aligned(prepared, deployed), tuple(_differences(prepared, deployed))
    except MappingError as error:
        return prepared, (f"the schema of {deployed.dataset}: {error}",)


def _differences(prepared: Prepared, deployed: Contract) -> Iterator[str]:
    absent = [field.name for field in deployed.stored if field.name not in prepared.contract.names]
    extra = advice(prepared, deployed)
    if extra:
        yield extra
    if absent:
        yield f"the frame has no {', '.join(absent)}: null"


def of_jobs(target: Target, group: Group | None, dataset: Dataset | None, kind: str) -> Iterator[str]:
    """Yield the jobs that another one would wait for."""
    unfinished = [
        row for row in target.ledger.journal.jobs() if row.dataset == kind and not row.status.terminal
    ]
    # A job that is not over and whose lock is free lost its process: nobody waits for it.
    own = [row for row in unfinished if target.ledger.lock(row.id).held()]
    yield from (f"{row.id} is {row.status}: a job waits for it" for row in own)
    if group is None or dataset is None:
        return
    names = {row.name for row in own}
    jobs = pages(target.environment, "list_dataset_import_jobs", "datasetImportJobs", datasetArn=dataset.arn)
    for job in jobs:
        if not Status(job["status"]).terminal and job["jobName"] not in names:
            yield f"the import {job['jobName']} is {job['status']}"
    arn = {"datasetGroupArn": group.arn}
    for job in pages(target.environment, "list_data_deletion_jobs", "dataDeletionJobs", **arn):
        if not Status(job["status"]).terminal:
            yield f"the deletion {job['jobName']} is {job['status']}: nothing may come in meanwhile"
