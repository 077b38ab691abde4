"""The work of a training: the data must suffice, as the service asks; then a preview model is made of it."""

from __future__ import annotations

import time

import polars as pl

from pdprep.local.life.resources import Resource
from pdprep.local.life.workers import Commit, JobFailed
from pdprep.local.memory import traits
from pdprep.local.rows.layers import ALL, part, partitions, scan
from pdprep.local.rows.reserved import ROWS
from pdprep.local.state import ServerState
from pdprep.local.training import learning, versions

# Source: developer guide, limits; the texts: error-messages.
LEAST_ROWS, LEAST_USERS, LEAST_SHARE = 1000, 25, 0.01
# Distinct event types and optional fields together. Source: interactions-dataset-requirements.
MOST_KINDS = 10
# Recipes that learn from items alone. Source: native-recipe-semantic-similarity.
ITEMS_ALONE = ("aws-semantic-similarity",)
NEEDED = {traits.ACTIONS: ("ACTIONS", "INTERACTIONS")}


def run(state: ServerState, resource: Resource) -> Commit:
    """Train a solution version or recommender; the model counts once its files are whole."""
    began, datasets = time.monotonic(), state.datasets(resource.family)
    recipe = traits.of(str(resource.body.get("recipeArn")))
    for needed in ("ITEMS",) if recipe.name in ITEMS_ALONE else NEEDED.get(recipe.kind, ("INTERACTIONS",)):
        if needed not in datasets:
            raise JobFailed(f"The dataset group has no {needed.title()} dataset.")
    if recipe.name not in ITEMS_ALONE:
        _check(state, resource, datasets, recipe.event)
    # Records that came after the call do not count, however late the turn of the job comes.
    upto = int(resource.body.get("upto") or state.layers.latest())
    if resource.body.get("trainingMode") == "UPDATE":
        # An update trains nothing: the last full model stays, and newer items are explored.
        base = next(each for each in versions.full(state.resources, resource.parent) if "model" in each.body)
        kept = {name: base.body[name] for name in ("model", "upto")}
        return lambda: {**kept, "itemsUpTo": upto, "trainingHours": _hours(began)}
    config = {**(resource.body.get("solutionConfig") or {}), "eventType": resource.body.get("eventType")}
    with state.layers.kept():  # a FULL import may end meanwhile, and take the files that are being read
        model = learning.train(state, datasets, recipe, config, upto)
    state.faults.reach("write model")  # its files are there, and nothing names them yet
    state.memory.prepare(state, datasets)
    hours = _hours(began)
    return lambda: {"model": model, "upto": upto, "trainingHours": hours}


def _hours(began: float) -> float:
    """Return the hours since a moment; never none, since AWS's samples divide by them."""
    return max(0.001, round((time.monotonic() - began) / 3600, 3))


def _check(state: ServerState, resource: Resource, datasets: dict[str, Resource], event: str) -> None:
    found, asked = datasets["INTERACTIONS"], resource.body.get("eventType") or event
    _check_kinds(state, found)
    rows, users, all_users = _count(state, found, asked)
    if rows < LEAST_ROWS:
        kind = f" by event type: {asked}" if asked else ""
        raise JobFailed(f"Dataset has fewer than {LEAST_ROWS} interactions after filtering{kind}.")
    if users < LEAST_USERS:
        raise JobFailed(
            f"Create failed. Dataset has fewer than {LEAST_USERS} users with at least 2 interactions each."
        )
    if "USERS" in datasets:
        all_users = max(all_users, _size(state, datasets["USERS"]))
    if users < LEAST_SHARE * all_users:
        raise JobFailed(
            f"Create failed. Of {all_users} users {users} have at least 2 interactions each, "
            f"fewer than {LEAST_SHARE:.0%}."
        )


def _check_kinds(state: ServerState, dataset: Resource) -> None:
    """Hold the event types and the optional fields together against the ten there may be."""
    schema = state.schema(dataset)
    known = {row.name for row in ROWS if row.dataset == "INTERACTIONS"} - {"EVENT_TYPE", "EVENT_VALUE"}
    fields = [name for name in schema.names if name not in known]
    if "EVENT_TYPE" not in fields:
        return
    with state.layers.reading(dataset.arn, ALL) as snapshot:
        types = scan(snapshot, schema).select(pl.col("EVENT_TYPE").n_unique()).collect().item()
    if types + len(fields) > MOST_KINDS:
        raise JobFailed(
            f"Create failed. The Interactions dataset has {types} distinct event types and {len(fields)} "
            f"metadata fields, together at most {MOST_KINDS} are allowed."
        )


def _size(state: ServerState, dataset: Resource) -> int:
    schema = state.schema(dataset)
    with state.layers.reading(dataset.arn, ALL) as snapshot:
        return int(scan(snapshot, schema).select(pl.col(schema.key).n_unique()).collect().item())


def _count(state: ServerState, dataset: Resource, event_type: str | None) -> tuple[int, int, int]:
    """Count distinct interactions, users with two of them, and users."""
    schema = state.schema(dataset)
    with state.layers.reading(dataset.arn, ALL) as snapshot:
        rows = scan(snapshot, schema).select(schema.names)
        if event_type and "EVENT_TYPE" in schema.names:
            rows = rows.filter(pl.col("EVENT_TYPE") == event_type)
        count = partitions(snapshot.rows, state.settings.part_rows)
        parts = (part(rows, "USER_ID", number, count) for number in range(count))
        users = pl.concat([each.unique().group_by("USER_ID").len().collect() for each in parts])
    # Events of sessions count as interactions, and are no user's.
    named = users.filter(pl.col("USER_ID").is_not_null())
    return int(users["len"].sum()), named.filter(pl.col("len") >= 2).height, named.height
