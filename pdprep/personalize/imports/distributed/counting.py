"""The parts of a distributed import are counted before any is sent; records that are few are brought home."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pdprep.engine.executors.ray_engine import consume
from pdprep.engine.executors.ray_pass import RayPass
from pdprep.engine.executors.reduce_phase import ReducedPartitions
from pdprep.engine.stage import Staged, write_schema
from pdprep.ledger import forms
from pdprep.personalize.aws.client import Environment, download
from pdprep.personalize.aws.s3.environment_bucket import EnvironmentBucket
from pdprep.personalize.imports import staging, uploads
from pdprep.personalize.imports.distributed.remote import RecordsInS3, S3Sink
from pdprep.personalize.imports.guards import Coming
from pdprep.personalize.imports.request import ImportRequest
from pdprep.personalize.jobs.job import Job

# Records of more bytes stay in the bucket. A gigabyte is some hundred million events: what is less comes in a
# minute, takes little of a disk, and is then read faster than a request is answered, without a network.
MOST_BYTES_AT_HOME: Final = 1 << 30


def count(
    asked: ImportRequest, ray_pass: RayPass, sink: S3Sink, folder: Path, job: Job
) -> tuple[Staged, Coming, ReducedPartitions, Path | str]:
    """Say what the parts will be, and where the records are; the partitions then write the parts.

    Args:
        asked: The import.
        ray_pass: The pass over its frame.
        sink: Where the parts will go, and where the tasks leave the records.
        folder: An empty place of this machine.
        job: Keeps the report.

    Returns:
        What is staged, what would come of it, the partitions, and the folder of the records or their address.
    """
    environment, prefix = asked.target.environment, f"{sink.location}/{staging.RECORDS}"
    uploads.remove(environment, uploads.keys_below(environment, prefix))  # of an attempt that was cut off
    contract = ray_pass.prepared.contract
    quarantine = asked.ledger.folder / "quarantine" / job.id
    done, reduced = consume(ray_pass, quarantine, RecordsInS3(sink, contract))
    parts = reduced.write(None, lambda part: None)
    schema = write_schema(folder, contract)
    staged = Staged(parts, done.rows, done.report, contract, schema, done.quarantine)
    job.report = staged.report
    forms.check(asked.ledger, ray_pass.prepared)
    job.update(rows=staged.rows)
    sizes = (staged.rows, staged.ids, staged.bytes, staging.fingerprint(staged))
    return staged, Coming(asked.mode, *sizes), reduced, _home(environment, prefix, folder / staging.RECORDS)


def _home(environment: Environment, prefix: str, records: Path) -> Path | str:
    """Bring records home where they are few, and return where they are."""
    address = uploads.location(environment, prefix)
    if sum(each.size for each in EnvironmentBucket(environment).below(address)) > MOST_BYTES_AT_HOME:
        return address
    records.mkdir()
    keys = uploads.keys_below(environment, prefix)
    for key in keys:
        download(environment, key, records / Path(key).name)
    uploads.remove(environment, keys)
    return records
