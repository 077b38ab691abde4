"""Making a model of a group's records: in parts of users, so that memory stays bounded."""

from __future__ import annotations

from typing import Any

import polars as pl

from pdprep.local.life.resources import Resource
from pdprep.local.memory.models import MEASURED
from pdprep.local.memory.traits import ACTIONS, RELATED, SEGMENTS, TRENDING, Traits
from pdprep.local.rows.layers import partitions
from pdprep.local.state import ServerState
from pdprep.local.training import subjects, words
from pdprep.local.training.cooccurrence import neighbours
from pdprep.local.training.events import read_events

KEPT = 50  # latest events of a user that a model keeps
# Events TAKEN, and as many that are not, before an action has a score. native-recipe-next-best-action
SCORED = 50
SCORED_WITHIN = 42 * 86_400  # s before the latest of them
_USERS = {"ID": pl.String(), "HISTORY": pl.List(pl.UInt32())}


def train(
    state: ServerState, datasets: dict[str, Resource], traits: Traits, config: dict[str, Any], upto: int
) -> str:
    """Write a model of the records until a sequence number; return its name."""
    if traits.kind == ACTIONS:
        return _actions(state, datasets, traits, upto)
    if traits.name == "aws-semantic-similarity":
        alike = words.alike(state, datasets["ITEMS"], subjects.trained(upto))
        return state.models.write(*alike, pl.DataFrame(schema=_USERS))
    # Half of what other jobs hold at once: events are told apart and sorted by user in one go.
    found, size = datasets["INTERACTIONS"], max(1, state.settings.part_rows // 2)
    held = state.layers.count(found.arn, "BULK") + state.layers.count(found.arn, "PUT")
    count = partitions(held, size)
    # Parts by user: histories and pairs of a user are complete in one of them.
    parts = [read_events(state, found, upto, traits, config, (each, count)) for each in range(count)]
    ids = list[pl.LazyFrame]()
    if traits.items and "ITEMS" in datasets:
        ids.append(subjects.ids(state, datasets["ITEMS"], subjects.trained(upto), traits.kind == SEGMENTS))
    each = [
        rows.group_by(ID="ITEM").agg(COUNT=pl.len().cast(pl.Int64)).collect(engine="streaming")
        for rows in parts
    ]
    counted = pl.concat(each).group_by("ID").agg(pl.col("COUNT").sum()).lazy()
    every = pl.concat([counted.select("ID"), *ids]).unique().join(counted, on="ID", how="left").sort("ID")
    items = every.with_columns(pl.col("COUNT").fill_null(0)).collect(engine="streaming")
    if traits.name == "aws-item-attribute-affinity" and "ITEMS" in datasets:
        # An attribute must have been there at the training (item-attribute-affinity-recipe).
        records = subjects.newest(state, datasets["ITEMS"], subjects.trained(upto), full=True)
        named = records.select(ID="ITEM_ID", RECORD=pl.struct(pl.all())).collect()
        items = items.join(named, on="ID", how="left", maintain_order="left")
    # From here on an item is its place in this list, four bytes, whatever its id is like.
    users, flat = _users(parts, items)
    if traits.kind == TRENDING:
        return state.models.write(items, _none(items.height), _some(users))
    beside = neighbours(flat, items["COUNT"])
    del flat
    kept = _some(users) if traits.kind == RELATED else users
    return state.models.write(items, beside, kept)


def _some(users: pl.DataFrame) -> pl.DataFrame:
    """Return the few users that metrics need, for a model that answers without a user's history."""
    return users.gather_every(max(1, users.height // MEASURED)).head(MEASURED)


def _users(parts: list[pl.LazyFrame], items: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the users with their latest items, and their events as numbers, sorted by user and time."""
    places = items.lazy().select(ITEM="ID").with_row_index("PLACE")
    users, flat, first = list[pl.DataFrame](), list[pl.DataFrame](), 0
    for rows in parts:
        ordered = (
            rows.join(places, on="ITEM")
            .select("USER", "PLACE", "TIMESTAMP")
            .sort("USER", "TIMESTAMP", "PLACE")  # the place decides between events of one second
            .collect(engine="streaming")
        )
        # Numbers go on from one part to the next, so that no two users have the same.
        ends = ordered.select(pl.col("USER").rle_id().cast(pl.UInt32) + first, ITEM="PLACE")
        first += ordered["USER"].n_unique()
        flat.append(ends)
        grouped = ordered.lazy().group_by(ID="USER", maintain_order=True)
        users.append(grouped.agg(HISTORY=pl.col("PLACE").tail(KEPT)).collect())
    return pl.concat([pl.DataFrame(schema=_USERS), *users]).sort("ID"), pl.concat(flat)


def _none(count: int) -> pl.DataFrame:
    schema = {"OTHERS": pl.List(pl.UInt32()), "WEIGHTS": pl.List(pl.Float64())}
    return pl.DataFrame({"OTHERS": [[]] * count, "WEIGHTS": [[]] * count}, schema=schema)


def _actions(state: ServerState, datasets: dict[str, Resource], traits: Traits, upto: int) -> str:
    """Actions with their worth and the share of their events that are TAKEN, where there are enough of both.

    Source: developer guide, native-recipe-next-best-action; until then the score is 0.
    """
    records = subjects.newest(state, datasets["ACTIONS"], subjects.trained(upto))
    ids = [records.select(ID="ACTION_ID")]
    taken = pl.LazyFrame(schema={"ID": pl.String, "TOOK": pl.Int64, "LEFT": pl.Int64})
    if "ACTION_INTERACTIONS" in datasets:
        rows = read_events(state, datasets["ACTION_INTERACTIONS"], upto, traits, {})
        ids.append(rows.select(ID="ITEM"))
        recent = rows.filter(pl.col("TIMESTAMP") > pl.col("TIMESTAMP").max() - SCORED_WITHIN)
        took = pl.col("TYPE").str.to_lowercase() == "taken"
        taken = recent.group_by(ID="ITEM").agg(
            TOOK=took.sum().cast(pl.Int64), LEFT=(~took).sum().cast(pl.Int64)
        )
    worth = records.select(ID="ACTION_ID", WORTH=subjects.worth(state.schema(datasets["ACTIONS"]).names))
    joined = pl.concat(ids).unique().join(taken, on="ID", how="left").join(worth, on="ID", how="left")
    enough = (pl.col("TOOK") >= SCORED) & (pl.col("LEFT") >= SCORED)
    share = pl.col("TOOK") / (pl.col("TOOK") + pl.col("LEFT"))
    scored = joined.sort("ID").select(
        "ID",
        pl.col("WORTH").fill_null(0),
        COUNT=(pl.col("TOOK") + pl.col("LEFT")).fill_null(0),
        SCORE=pl.when(enough).then(share).otherwise(0.0).fill_null(0.0),
    )
    items = scored.collect()
    return state.models.write(items, _none(items.height), pl.DataFrame(schema=_USERS))
