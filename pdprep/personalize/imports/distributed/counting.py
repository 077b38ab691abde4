"""The parts of a distributed import are counted before any is sent, and its records are brought home."""

from __future__ import annotations

from pathlib import Path

from pdprep.engine.executors.ray_engine import consume
from pdprep.engine.executors.ray_pass import RayPass
from pdprep.engine.executors.reduce_phase import ReducedPartitions
from pdprep.engine.stage import Staged, write_schema
from pdprep.ledger import forms
from pdprep.personalize.aws.client import download
from pdprep.personalize.imports import staging, uploads
from pdprep.personalize.imports.distributed.remote import RecordsInS3, S3Sink
from pdprep.personalize.imports.guards import Coming
from pdprep.personalize.imports.request import ImportRequest
from pdprep.personalize.jobs.job import Job


def count(
    asked: ImportRequest, ours: RayPass, sink: S3Sink, folder: Path, job: Job
) -> tuple[Staged, Coming, ReducedPartitions]:
    """Say what the parts will be, and bring the records home; the partitions then write the parts.

    Args:
        asked: The import.
        ours: The pass over its frame.
        sink: Where the parts will go, and where the tasks leave the records.
        folder: An empty place of this machine; the records are below ``staging.RECORDS`` then.
        job: Keeps the report.
    """
    contract = ours.prepared.contract
    quarantine = asked.ledger.folder / "quarantine" / job.id
    done, reduced = consume(ours, quarantine, RecordsInS3(sink, contract))
    parts = reduced.write(None, lambda part: None)
    schema = write_schema(folder, contract)
    staged = Staged(parts, done.rows, done.report, contract, schema, done.quarantine)
    job.report = staged.report
    forms.check(asked.ledger, ours.prepared)
    job.update(rows=staged.rows)
    world, records = asked.target.world, folder / staging.RECORDS
    records.mkdir()
    keys = uploads.keys_below(world, f"{sink.location}/{staging.RECORDS}")
    for key in keys:
        download(world, key, records / Path(key).name)
    uploads.remove(world, keys)
    sizes = (staged.rows, staged.ids, staged.bytes, staging.fingerprint(staged))
    return staged, Coming(asked.mode, *sizes), reduced
