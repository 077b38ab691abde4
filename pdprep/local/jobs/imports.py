"""The work of an import job: CSV to typed Parquet in bounded memory, then one swap."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import polars as pl

from pdprep import platforms
from pdprep.local.jobs import attributions, novelty, sources
from pdprep.local.jobs.sources import SourceFile
from pdprep.local.life.resources import Resource
from pdprep.local.life.workers import Commit, JobFailed
from pdprep.local.rows import csvtext, typed
from pdprep.local.rows.avro import AvroSchema
from pdprep.local.rows.layers import Bulk, RowsSnapshot
from pdprep.local.state import ServerState

log = logging.getLogger("pdprep.local")

# Source: developer guide, limits.
MINIMUM = {"INTERACTIONS": 1000}
MINIMUM_INCREMENTAL = {"INTERACTIONS": 1000, "ACTION_INTERACTIONS": 1000}
MOST_BYTES = {"FULL": 100 * 10**9, "INCREMENTAL": 10**9}

Written = list[tuple[Path, int]]


def run(state: ServerState, job: Resource) -> Commit:
    """Read and check the files of an import job; the commit it returns puts them in place."""
    dataset = state.resources.get(job.body["datasetArn"])
    kind = str(dataset.body["datasetType"])
    written: Written = []
    try:
        _read(state, job, state.schema(dataset), written)
        _check_count(kind, job.body["importMode"], sum(rows for _, rows in written))
        _check_new(state, job, dataset, written)
    except (JobFailed, csvtext.Malformed) as problem:
        _discard(written)
        raise JobFailed(
            f"Failed to create a data import job for {kind.title()} dataset. {problem}"
        ) from problem
    except BaseException:
        _discard(written)
        raise
    mode = str(job.body["importMode"])
    # Not in the commit: while it reads the rows, no call could change anything.
    read = mode == "INCREMENTAL" or job.body["publishAttributionMetricsToS3"]
    counted = attributions.imported(state, dataset, [path for path, _ in written]) if read else None

    def commit() -> None:
        state.layers.commit_bulk(dataset.arn, written, mode == "FULL", state.clock.now())
        if counted is not None and mode == "INCREMENTAL":
            attributions.keep(state, dataset, counted)
        if counted is not None and job.body["publishAttributionMetricsToS3"]:
            attributions.publish(state, dataset, counted, mode)

    return commit


def _read(state: ServerState, job: Resource, schema: AvroSchema, written: Written) -> None:
    with ExitStack() as stack:
        found = sources.find(state.objects, job.body["dataSource"]["dataLocation"], levels=1)
        _check_size(job.body["importMode"], found)
        row = 0
        for frame in _frames(state, job, schema, found, stack):
            state.faults.reach("write rows")
            path = state.layers.fresh()
            written.append((path, frame.height))  # before it is there: a write that fails is discarded too
            frame.with_row_index(typed.ROW, row).with_columns(pl.col(typed.ROW).cast(pl.Int64)).write_parquet(
                path
            )
            row += frame.height


def _frames(
    state: ServerState, job: Resource, schema: AvroSchema, found: list[SourceFile], stack: ExitStack
) -> Iterator[pl.DataFrame]:
    # Every header first: a file that does not fit ends the job before rows are read.
    handles = [stack.enter_context(source.path.open("rb")) for source in found]
    headers = [csvtext.header(handle) for handle in handles]
    if any(set(header) != set(headers[0]) for header in headers):
        raise JobFailed("Every file of an import must have the same headers.")
    for handle, columns in zip(handles, headers, strict=True):
        _check_header(state, job, columns, schema)
        for line, text in csvtext.frames(handle, columns, state.settings.chunk_bytes, state.settings.strict):
            frame = typed.convert(text, schema)
            if problem := typed.problem(text, frame, schema, line):
                raise JobFailed(problem)
            yield frame


def _check_header(state: ServerState, job: Resource, columns: list[str], schema: AvroSchema) -> None:
    missing = [name for name in schema.names if name not in columns]
    if missing:
        raise JobFailed(f"Input CSV is missing the following columns:[{', '.join(missing)}].")
    if len(set(columns)) < len(columns):
        raise JobFailed("The column names of the header must be unique.")
    if columns == list(schema.names):
        return
    text = f"The header {columns} does not match the order of the schema {list(schema.names)}."
    if state.settings.strict:
        raise JobFailed(text)
    log.warning("%s: %s AWS's guide asks for it, its samples do not keep to it.", job.name, text)


def _check_size(mode: str, found: list[SourceFile]) -> None:
    size = sum(source.size for source in found)
    if size > MOST_BYTES[mode]:
        raise JobFailed(
            f"The data of {size} bytes is larger than the {MOST_BYTES[mode]} of an import of mode {mode}."
        )


def _check_new(state: ServerState, job: Resource, dataset: Resource, written: Written) -> None:
    """Hold the minimum of an INCREMENTAL import against its new rows (developer guide, bulk-data-import)."""
    least = MINIMUM_INCREMENTAL.get(str(dataset.body["datasetType"]), 0)
    if job.body["importMode"] == "FULL" or not least:
        return
    fresh = RowsSnapshot(
        tuple(Bulk(0, path) for path, _ in written), (), (), sum(rows for _, rows in written)
    )
    schema = state.schema(dataset)
    new = novelty.count(state.layers, dataset.arn, schema, fresh, least, state.settings.part_rows)
    if new >= least:
        return
    text = f"The data has {new} new records, an INCREMENTAL import needs at least {least}."
    if state.settings.strict:
        raise JobFailed(text)
    log.warning("%s: %s The limits page speaks of records, new or not.", job.name, text)


def _check_count(kind: str, mode: str, rows: int) -> None:
    least = (MINIMUM_INCREMENTAL if mode == "INCREMENTAL" else MINIMUM).get(kind, 1)
    if rows < least:
        raise JobFailed(f"The data has {rows} records, an import needs at least {least}.")


def _discard(written: Written) -> None:
    for path, _ in written:
        platforms.remove(path)
