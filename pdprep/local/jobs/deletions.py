"""The work of a data deletion job: users leave every dataset of the group, both layers."""

from __future__ import annotations

import polars as pl

from pdprep.local.jobs import sources
from pdprep.local.life.resources import Resource
from pdprep.local.life.workers import Commit, JobFailed
from pdprep.local.rows import csvtext
from pdprep.local.rows.layers import ALL
from pdprep.local.state import ServerState

MOST_BYTES = 100 * 10**6


def run(state: ServerState, job: Resource) -> Commit:
    """Read the ids; the commit rewrites what holds them. Source: developer guide, delete-records, limits."""
    try:
        users = _users(state, str(job.body["dataSource"]["dataLocation"]))
    except csvtext.Malformed as problem:
        raise JobFailed(str(problem)) from problem
    return lambda: {"numDeleted": _delete(state, str(job.body["datasetGroupArn"]), users)}


def _users(state: ServerState, location: str) -> pl.Series:
    found = sources.find(state.objects, location)
    if sum(source.size for source in found) > MOST_BYTES:
        raise JobFailed(f"The files are larger than {MOST_BYTES} bytes.")
    ids = [pl.Series("USER_ID", [], pl.String)]
    for source in found:
        with source.path.open("rb") as handle:
            if csvtext.header(handle) != ["USER_ID"]:
                raise JobFailed("The file must have the single column USER_ID.")
            ids += [
                text["USER_ID"] for _, text in csvtext.frames(handle, ["USER_ID"], state.settings.chunk_bytes)
            ]
    return pl.concat(ids).drop_nulls().unique()


def _delete(state: ServerState, group: str, users: pl.Series) -> int:
    gone = pl.Series("USER_ID", [], pl.String)
    for dataset in state.resources.list("dataset", parent=group):
        if "USER_ID" in state.schema(dataset).names:
            gone = pl.concat([gone, _rewrite(state, dataset, users)]).unique()
    return len(gone)


def _rewrite(state: ServerState, dataset: Resource, users: pl.Series) -> pl.Series:
    # Puts that are still in the log become a file too, so that files are all there is to rewrite.
    state.layers.compact(dataset.arn, state.schema(dataset))
    gone = [pl.Series("USER_ID", [], pl.String)]
    with state.layers.reading(dataset.arn, ALL) as snapshot:
        for path in (*(each.path for each in snapshot.bulk), *snapshot.put):
            frame = pl.read_parquet(path, glob=False)
            hit = frame["USER_ID"].is_in(users.implode()).fill_null(False)
            if hit.any():
                gone.append(frame.filter(hit)["USER_ID"].unique())
                kept, fresh = frame.filter(~hit), state.layers.fresh()
                kept.write_parquet(fresh)
                state.layers.replace_file(path, fresh, kept.height)
    return pl.concat(gone)
