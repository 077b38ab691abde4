"""The work of an export job: the rows of one layer or both as CSV, in partitions that fit in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from pdprep.local.jobs.sources import NO_ACCESS
from pdprep.local.life.ids import Ids
from pdprep.local.life.resources import Resource
from pdprep.local.life.workers import Commit, JobFailed
from pdprep.local.rows import csvtext
from pdprep.local.rows.avro import AvroSchema
from pdprep.local.rows.layers import ALL, SEQ, part, partitions, scan
from pdprep.local.rows.typed import ROW
from pdprep.local.state import ServerState


def run(state: ServerState, job: Resource) -> Commit:
    """Write the CSV files of an export job; the commit it returns makes them objects."""
    dataset = state.resources.get(job.body["datasetArn"])
    path = str(job.body["jobOutput"]["s3DataDestination"]["path"])
    bucket, _, prefix = path.removeprefix("s3://").partition("/")
    folder = prefix if not prefix or prefix.endswith("/") else prefix + "/"
    if not state.objects.has_bucket(bucket):
        raise JobFailed(f"Failed to create a data export job. {NO_ACCESS.format(bucket=bucket)}")
    schema, mode = state.schema(dataset), str(job.body["ingestionMode"])
    with state.layers.reading(dataset.arn, mode) as snapshot:
        rows = scan(snapshot, schema)
        count = partitions(snapshot.rows, state.settings.part_rows)
        files = [_write(state, _part(rows, schema, mode, number, count), schema) for number in range(count)]

    def publish() -> None:
        for number, file in enumerate(files):
            state.objects.adopt(bucket, f"{folder}{job.name}-part-{number:05}.csv", file)

    return publish


def _part(rows: pl.LazyFrame, schema: AvroSchema, mode: str, number: int, count: int) -> pl.LazyFrame:
    """Exact duplicates collapse; ALL keeps the newest of an id (developer guide, export-data)."""
    # By the key, or the user of an event: rows that may collapse are in one partition.
    rows = part(rows, schema.key or "USER_ID", number, count)
    if schema.key and mode == ALL:
        rows = rows.sort(SEQ, ROW, maintain_order=True)
        return rows.unique(subset=[schema.key], keep="last", maintain_order=True)
    return rows.unique(subset=list(schema.names), keep="first", maintain_order=True)


def _write(state: ServerState, rows: pl.LazyFrame, schema: AvroSchema) -> Path:
    path = state.objects.blobs.path(Ids.fresh())
    # Texts are quoted already, and null is nothing between two commas.
    rows.select(_text(column.name, column.type) for column in schema.columns).sink_csv(
        path, quote_style="never", include_header=True
    )
    return path


def _text(name: str, kind: str) -> Any:
    if kind == "string":
        return csvtext.escaped(name)
    return pl.col(name).cast(pl.String) if kind == "boolean" else pl.col(name)
