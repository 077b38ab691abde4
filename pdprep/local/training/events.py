"""The events that a training may read: of which route, type and value, each once, told apart by user."""

from __future__ import annotations

from typing import Any

import polars as pl

from pdprep.local.life.resources import Resource
from pdprep.local.memory.traits import SEGMENTS, Traits
from pdprep.local.rows.layers import ADDED_IMPORT, ALL, ROUTE, SEQ, SESSION, part, scan
from pdprep.local.state import ServerState


def read_events(
    state: ServerState, dataset: Resource, upto: int, traits: Traits, config: dict[str, Any],
    of: tuple[int, int] = (0, 1),
) -> pl.LazyFrame:  # fmt: skip
    """Return USER, ITEM, TYPE, TIMESTAMP of the events until a sequence number; ``of`` is a part of users.

    They are lazy: whoever collects them holds the files meanwhile (``Layers.kept``).
    Exact duplicates are one event (bulk-data-import-step); segments read no INCREMENTAL imports
    (getting-user-segments; of puts another page says the contrary); events without a user count for the user
    who has an event of the same session (recording-events).
    """
    schema = state.schema(dataset)
    subject = "ACTION_ID" if dataset.body["datasetType"] == "ACTION_INTERACTIONS" else "ITEM_ID"
    with state.layers.reading(dataset.arn, ALL) as snapshot:
        rows = scan(snapshot, schema).filter(pl.col(SEQ) <= upto)
    if traits.kind == SEGMENTS:
        rows = rows.filter(pl.col(ROUTE) != ADDED_IMPORT)
    rows = rows.filter(_wanted(schema.names, traits, config))
    typed = pl.col("EVENT_TYPE") if "EVENT_TYPE" in schema.names else pl.lit(None, pl.String)
    whose = part(_owned(rows).filter(pl.col("USER").is_not_null()), "USER", *of)
    chosen = whose.unique(subset=["USER", *schema.names])
    return chosen.select("USER", ITEM=subject, TYPE=typed, TIMESTAMP="TIMESTAMP").drop_nulls("ITEM")


def _wanted(names: tuple[str, ...], traits: Traits, config: dict[str, Any]) -> pl.Expr:
    """Return the events that count, by event type and value.

    Source: developer guide, optimizing-solution-events-config and the use cases.
    """
    asked = {config.get("eventType") or traits.event: config.get("eventValueThreshold")}
    for each in (config.get("eventsConfig") or {}).get("eventParametersList", []):
        # With types of their own, "every event" is asked for no more.
        asked = {k: v for k, v in asked.items() if k} | {each["eventType"]: each.get("eventValueThreshold")}
    wanted = pl.lit(False)
    for kind, least in asked.items():
        fits = pl.col("EVENT_TYPE") == kind if kind and "EVENT_TYPE" in names else pl.lit(True)
        if least is not None and "EVENT_VALUE" in names:
            fits &= pl.col("EVENT_VALUE") >= float(least)
        wanted |= fits
    return wanted


def _owned(rows: pl.LazyFrame) -> pl.LazyFrame:
    known = rows.filter(pl.col("USER_ID").is_not_null() & pl.col(SESSION).is_not_null())
    # The least id, so that a session of two users has the same owner at each training.
    owners = known.group_by(SESSION).agg(OWNER=pl.col("USER_ID").min())
    return rows.join(owners, on=SESSION, how="left").with_columns(USER=pl.coalesce("USER_ID", "OWNER"))
