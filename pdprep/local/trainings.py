"""The work of a training: nothing is learnt, but the data must suffice, as the service asks."""

from __future__ import annotations

import polars as pl

from pdprep.local.layers import ALL, scan
from pdprep.local.resources import Resource
from pdprep.local.state import State
from pdprep.local.workers import Commit, JobFailed

# Source: developer guide, limits; the texts: error-messages.
LEAST_ROWS, LEAST_USERS = 1000, 25


def run(state: State, resource: Resource) -> Commit:
    """Count what a solution version or recommender would be trained on."""
    family = resource.family
    datasets = state.resources.list("dataset", parent=family)
    found = [dataset for dataset in datasets if dataset.body["datasetType"] == "INTERACTIONS"]
    if not found:
        raise JobFailed("The dataset group has no Interactions dataset.")
    rows, users = _count(state, found[0], resource.body.get("eventType"))
    if rows < LEAST_ROWS:
        kind = f" by event type: {resource.body['eventType']}" if resource.body.get("eventType") else ""
        raise JobFailed(f"Dataset has fewer than {LEAST_ROWS} interactions after filtering{kind}.")
    if users < LEAST_USERS:
        raise JobFailed(
            f"Create failed. Dataset has fewer than {LEAST_USERS} users with at least 2 interactions each."
        )
    return lambda: {"trainingHours": 0.0}


def _count(state: State, dataset: Resource, event_type: str | None) -> tuple[int, int]:
    """Count distinct interactions and users with two of them."""
    schema = state.schema(dataset)
    with state.layers.reading(dataset.arn, ALL) as snapshot:
        rows = scan(snapshot, schema).select(schema.names)
        if event_type and "EVENT_TYPE" in schema.names:
            rows = rows.filter(pl.col("EVENT_TYPE") == event_type)
        users = rows.unique().group_by("USER_ID").len().collect()
    known = users.filter(pl.col("USER_ID").is_not_null() & (pl.col("len") >= 2))
    return int(users["len"].sum()), known.height
