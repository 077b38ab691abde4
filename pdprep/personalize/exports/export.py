"""Export a dataset: the one way to ask the service which records are bulk and which were put."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from pdprep import clock
from pdprep.contract.contract import Contract
from pdprep.errors import GroupError, InputError
from pdprep.ledger import folders, integrity
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.status import Status
from pdprep.personalize.aws.client import World, call, download, pages
from pdprep.personalize.exports import escaped
from pdprep.personalize.imports import uploads
from pdprep.personalize.jobs import queue
from pdprep.personalize.jobs.job import Job, JobKind
from pdprep.personalize.resources import names
from pdprep.personalize.resources.ensuring import Dataset, create_once, ensure_bucket, find_dataset, tags
from pdprep.personalize.resources.polling import failure, settled
from pdprep.personalize.resources.target import Target

MODES: Final = ("BULK", "PUT", "ALL")
RESOURCE: Final = "dataset_export_job"


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
    job, _ = queue.begin(KIND, Export(target, found, contract, mode), queue=False)
    job.wait()
    return job, integrity.scan(_file(target.ledger, job))


@dataclass(frozen=True)
class Export:
    """The records of a dataset that somebody asked for. ``mode``: BULK, PUT or ALL."""

    target: Target
    dataset: Dataset
    contract: Contract
    mode: str

    @property
    def ledger(self) -> Ledger:
        """The ledger that keeps the facts."""
        return self.target.ledger


def run(asked: Export, job: Job) -> None:
    """Let the service export, and file what it has written."""
    target, dataset, mode = asked.target, asked.dataset, asked.mode
    job.update(status=Status.RUNNING, phase="export")
    ensure_bucket(target.world)
    name = _name(target, dataset, mode, job)
    prefix = uploads.fresh_prefix(target.world, target.name, f"{dataset.kind}-export", name)
    arn = create_once(
        partial(_find, target.world, dataset, name), partial(_create, asked, name, prefix), fresh=True
    )
    job.update(arn=arn, name=name)

    def look(found: dict[str, Any]) -> None:
        job.update(status=found["status"])

    found = settled(target.world, RESOURCE, arn, look=look, stop=job.stopping)
    if found["status"] != Status.ACTIVE:
        hint = "group.check() tells whether the role may write to the bucket"
        raise failure(f"the export {name}", found, "ACTIVE", hint)
    keys = uploads.keys_below(target.world, prefix)
    folder = target.ledger.scratch(job.id)
    try:
        rows = _read(target.world, keys, asked.contract, folder, _file(target.ledger, job))
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


def _file(ledger: Ledger, job: Job) -> Path:
    return ledger.folder / "exports" / f"{job.id}.parquet"


def _create(asked: Export, name: str, prefix: str) -> str:
    world = asked.target.world
    place = {"path": uploads.location(world, prefix) + "/"}
    if world.options.export_kms_key_arn:
        place["kmsKeyArn"] = world.options.export_kms_key_arn
    answer = call(
        world, "personalize", "create_dataset_export_job", jobName=name, datasetArn=asked.dataset.arn,
        ingestionMode=asked.mode, roleArn=world.role_arn, tags=tags(asked.target.name),
        jobOutput={"s3DataDestination": place},
    )  # fmt: skip
    return str(answer["datasetExportJobArn"])


def _find(world: World, dataset: Dataset, name: str) -> str:
    jobs = pages(world, "list_dataset_export_jobs", "datasetExportJobs", datasetArn=dataset.arn)
    return next((str(job["datasetExportJobArn"]) for job in jobs if job["jobName"] == name), "")


def _read(world: World, keys: list[str], contract: Contract, folder: Path, file: Path) -> int:
    """Download CSV files and file them as one of Parquet, which is there when it is whole."""
    wanted = [key for key in keys if key.endswith(".csv")]
    places = [folder / f"{number:05d}.csv" for number in range(len(wanted))]
    for key, place in zip(wanted, places, strict=True):
        download(world, key, place)
    fresh = folder / file.name
    rows = int(escaped.to_parquet(places, contract, fresh).select(pl.len()).collect().item())
    folders.private(file.parent)
    fresh.replace(file)
    return rows


# Nothing is left to go on with: it is quicker to export again.
KIND: Final = JobKind[Export](
    lambda asked: asked.ledger.journal.new_job(asked.dataset.kind, "export", asked.mode),
    lambda asked, job, before: run(asked, job),
    lambda target, row: None,
    again=lambda job: f'group.export("{job.dataset}", "{job.mode}")',
)
