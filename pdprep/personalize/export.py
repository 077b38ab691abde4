"""Export a dataset: the one way to ask the service which records are bulk and which were put."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

import polars as pl

from pdprep import clock
from pdprep.contract.contract import Contract
from pdprep.errors import GroupError, InputError, ServiceError
from pdprep.ledger import folders, integrity
from pdprep.personalize import escaped, names, uploads
from pdprep.personalize.clients import World, call, download, pages
from pdprep.personalize.jobs import Job
from pdprep.personalize.polling import failure, settled
from pdprep.personalize.resources import EXISTS, Dataset, ensure_bucket, find_dataset, tags
from pdprep.personalize.target import Target

MODES: Final = ("BULK", "PUT", "ALL")
KIND: Final = "dataset_export_job"


def export(target: Target, dataset: str, mode: str) -> tuple[Job, pl.LazyFrame]:
    """Export a dataset and return the job and the records.

    Args:
        target: The dataset group.
        dataset: The dataset type.
        mode: BULK, PUT or ALL.

    Raises:
        GroupError: There is no such dataset.
        ServiceError: The export failed.
    """
    if mode not in MODES:
        raise InputError(f"mode={mode!r}", f"one of {', '.join(MODES)}", 'mode="ALL"')
    contract, found = _dataset(target, dataset)
    ledger = target.ledger
    job = Job(ledger.journal.new_job(dataset, "export", mode), ledger)
    file = ledger.folder / "exports" / f"{job.id}.parquet"
    job.start(lambda job: _run(target, found, contract, mode, file, job)).wait()
    return job, integrity.scan(file)


def _run(target: Target, dataset: Dataset, contract: Contract, mode: str, file: Path, job: Job) -> None:
    job.update(status="RUNNING", phase="export")
    ensure_bucket(target.world)
    name = _name(target, dataset, mode, job)
    prefix = uploads.fresh_prefix(target.world, target.name, f"{dataset.kind}-export", name)
    arn = _create(target, dataset, mode, name, prefix)
    job.update(arn=arn, name=name)

    def look(found: dict[str, Any]) -> None:
        job.update(status=found["status"])

    found = settled(target.world, KIND, arn, look=look, stop=job.stopping)
    if found["status"] != "ACTIVE":
        hint = "group.check() tells whether the role may write to the bucket"
        raise failure(f"the export {name}", found, "ACTIVE", hint)
    keys = uploads.keys_below(target.world, prefix)
    folder = target.ledger.scratch(job.id)
    try:
        rows = _read(target.world, keys, contract, folder, file)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    uploads.remove(target.world, keys)
    job.update(phase="done", rows=rows, done=rows, total=rows)


def _dataset(target: Target, dataset: str) -> tuple[Contract, Dataset]:
    group = target.group()
    found = find_dataset(target.world, group.arn, dataset) if group else None
    contract = target.deployed(dataset)
    if found is None or contract is None:
        raise GroupError(
            f"the dataset group {target.name} has no dataset {dataset}",
            "a dataset that something was imported into",
            f'group.bulk(group.prepare(frame, "{dataset}"))',
        )
    return contract, found


def _name(target: Target, dataset: Dataset, mode: str, job: Job) -> str:
    """Return a name that nobody else uses, neither another ledger nor an earlier export of this one."""
    number = int(job.id.rpartition("-")[2])
    return names.job(target.name, dataset.kind, f"export-{mode}", clock.new_id()[-8:], number)


def _create(target: Target, dataset: Dataset, mode: str, name: str, prefix: str) -> str:
    place = {"path": uploads.location(target.world, prefix) + "/"}
    if target.world.options.export_kms_key_arn:
        place["kmsKeyArn"] = target.world.options.export_kms_key_arn
    try:
        answer = call(
            target.world, "personalize", "create_dataset_export_job", jobName=name, datasetArn=dataset.arn,
            ingestionMode=mode, roleArn=target.world.role_arn, tags=tags(target.name),
            jobOutput={"s3DataDestination": place},
        )  # fmt: skip
    except ServiceError as error:
        # Where our reply was lost the job stands, under a name that nobody else uses.
        arn = _find(target.world, dataset, name) if error.code == EXISTS else None
        if arn is None:
            raise
        return arn
    return str(answer["datasetExportJobArn"])


def _find(world: World, dataset: Dataset, name: str) -> str | None:
    jobs = pages(world, "list_dataset_export_jobs", "datasetExportJobs", datasetArn=dataset.arn)
    return next((str(job["datasetExportJobArn"]) for job in jobs if job["jobName"] == name), None)


def _read(world: World, keys: list[str], contract: Contract, folder: Path, file: Path) -> int:
    """Download CSV files and file them as one of Parquet, which is there when it is whole."""
    wanted = [key for key in keys if key.endswith(".csv")]
    places = [folder / f"{number:05d}.csv" for number in range(len(wanted))]
    for key, place in zip(wanted, places, strict=True):
        download(world, key, place)
    fresh = folder / file.name
    rows = int(escaped.to_parquet(places, contract, fresh).select(pl.len()).collect().item())
    folders.private(file.parent)
    fresh.rename(file)
    return rows
