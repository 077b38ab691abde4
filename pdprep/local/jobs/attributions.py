"""What metric attributions count: of put events and INCREMENTAL imports, by source, metric and quarter hour.

Sources: developer guide, event-metrics, measuring-recommendation-impact, metric-attribution-results-s3.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import polars as pl

from pdprep.local.life.ids import Ids
from pdprep.local.life.resources import Resource
from pdprep.local.recommend import answers
from pdprep.local.rows.avro import AvroSchema, spellings
from pdprep.local.state import ServerState

SUM = re.compile(r"SUM\(\s*(Items|Interactions)\.(\w+)\s*\)", re.IGNORECASE)
COUNT = re.compile(r"SAMPLECOUNT\(\s*\)", re.IGNORECASE)
QUARTER = 900  # s, the interval of a report
UNKNOWN = "SOURCE_NAME_UNDEFINED"
_ID = slice(4, 12)  # of a recommendation id: what tells its source
_ADD = """
INSERT INTO attributed VALUES (?, ?, ?, ?, ?)
ON CONFLICT (attribution, source, metric, quarter) DO UPDATE SET value = value + excluded.value
"""


def of(state: ServerState, dataset: Resource) -> Resource | None:
    """Return the metric attribution that reads the events of a dataset; a group has one at most."""
    if dataset.body["datasetType"] != "INTERACTIONS":
        return None
    return next(iter(state.resources.list("metric-attribution", parent=dataset.parent)), None)


def count(state: ServerState, dataset: Resource, events: list[dict[str, Any]]) -> None:
    """Count put events.

    A source is told by the event, or by the recommendation that it names; an expression counts events or adds
    up a column of theirs or of their items.
    """
    found = of(state, dataset)
    if found is None:
        return
    for event in events:
        for metric in found.body["metrics"]:
            if metric["eventType"].lower() == str(event["eventType"]).lower():
                source, quarter = _source(state, dataset, event), int(event["sentAt"] // QUARTER)
                value = _value(state, dataset, metric["expression"], event)
                state.store.run(_ADD, found.arn, source, metric["metricName"], quarter, value)


def imported(state: ServerState, dataset: Resource, files: list[Path]) -> pl.DataFrame | None:
    """Return what the events of an import come to, as the service reports it; None without metrics."""
    found = of(state, dataset)
    if found is None:
        return None
    schema = state.schema(dataset)
    rows = pl.scan_parquet(files, glob=False).with_columns(SOURCE=_told(state, dataset, schema))
    if "ITEMS" in (others := state.datasets(dataset.parent)):
        # Under names of their own: an item and its event may have a column of one name.
        items = state.memory.catalogue(state, others["ITEMS"]).at(state.clock.now())
        rows = rows.join(items.lazy().select(pl.all().name.map(_of_item)), on="ITEM_ID", how="left")
    return pl.concat([_summed(rows, schema, metric) for metric in found.body["metrics"]])


def keep(state: ServerState, dataset: Resource, counted: pl.DataFrame) -> None:
    """Count what an INCREMENTAL import came to."""
    found = of(state, dataset)
    if found is not None:
        names = {metric["metricName"].upper(): metric["metricName"] for metric in found.body["metrics"]}
        state.store.many(
            _ADD,
            [
                (found.arn, row["EVENT_ATTRIBUTION_SOURCE"], names[row["METRIC_NAME"]],
                 row["TIMESTAMP"] // QUARTER, row["VALUE"])
                for row in counted.iter_rows(named=True)
            ],
        )  # fmt: skip


def publish(state: ServerState, dataset: Resource, counted: pl.DataFrame, mode: str) -> None:
    """Write the report of one import beside those of others; its name tells the mode and the time."""
    found = of(state, dataset)
    place = ((found.body["metricsOutputConfig"] if found else {}).get("s3DataDestination") or {}).get("path")
    if not place:
        return
    bucket, _, prefix = str(place).removeprefix("s3://").partition("/")
    start = prefix if not prefix or prefix.endswith("/") else prefix + "/"
    path, stamp = state.objects.blobs.path(Ids.fresh()), int(state.clock.now())
    counted.write_csv(path)
    # Two imports of one second have reports of their own.
    while state.objects.find(bucket, key := f"{start}AggregatedAttributionMetrics-{mode}-{stamp}.csv"):
        stamp += 1
    state.objects.adopt(bucket, key, path)


def measured(state: ServerState) -> list[dict[str, Any]]:
    """Return what was counted of events."""
    rows = state.store.rows("SELECT * FROM attributed ORDER BY attribution, quarter, metric, source")
    groups = {each.arn: each.parent for each in state.resources.list("metric-attribution")}
    return [
        {
            "METRIC_ATTRIBUTION_ARN": row["attribution"], "EVENT_ATTRIBUTION_SOURCE": row["source"],
            "DATASET_GROUP_ARN": groups.get(row["attribution"], ""), "METRIC_NAME": row["metric"],
            "TIMESTAMP": row["quarter"] * QUARTER, "VALUE": row["value"],
        }
        for row in rows
    ]  # fmt: skip


def _summed(rows: pl.LazyFrame, schema: AvroSchema, metric: dict[str, Any]) -> pl.DataFrame:
    added = SUM.fullmatch(metric["expression"].strip())
    value: pl.Expr = pl.lit(1.0)
    if added is not None:
        # An expression may write columns in any case.
        known = {name.upper(): name for name in rows.collect_schema().names()}
        column = added[2].upper() if added[1].upper() == "INTERACTIONS" else _of_item(added[2].upper())
        value = pl.col(known[column]).cast(pl.Float64, strict=False) if column in known else pl.lit(0.0)
    kind = pl.col("EVENT_TYPE") if "EVENT_TYPE" in schema.names else pl.lit("")
    fits = rows.filter(kind.str.to_lowercase() == metric["eventType"].lower())
    each = fits.select("SOURCE", QUARTER=pl.col("TIMESTAMP") // QUARTER, VALUE=value.fill_null(0.0))
    totals = each.group_by("SOURCE", "QUARTER").agg(pl.col("VALUE").sum())
    named = totals.select(
        METRIC_NAME=pl.lit(metric["metricName"].upper()), EVENT_TYPE=pl.lit(metric["eventType"].upper()),
        VALUE="VALUE", MATH_FUNCTION=pl.lit("sum" if added else "samplecount"),
        EVENT_ATTRIBUTION_SOURCE="SOURCE", TIMESTAMP=pl.col("QUARTER") * QUARTER,
    )  # fmt: skip
    return named.sort("TIMESTAMP", "EVENT_ATTRIBUTION_SOURCE", descending=[True, False]).collect()


def _of_item(name: str) -> str:
    return name if name == "ITEM_ID" else f"ITEMS.{name}"


def _told(state: ServerState, dataset: Resource, schema: AvroSchema) -> pl.Expr:
    """Return who showed the items of events: what an event says, else whose recommendation it was."""
    told = list[pl.Expr]()
    if "EVENT_ATTRIBUTION_SOURCE" in schema.names:
        told.append(pl.col("EVENT_ATTRIBUTION_SOURCE"))
    if "RECOMMENDATION_ID" in schema.names and (sources := _sources(state, dataset)):
        start = pl.col("RECOMMENDATION_ID").str.slice(_ID.start, _ID.stop - _ID.start)
        told.append(start.replace_strict(sources, default=None, return_dtype=pl.String()))
    return pl.coalesce([*told, pl.lit(UNKNOWN)])


def _sources(state: ServerState, dataset: Resource) -> dict[str, str]:
    kinds = ("campaign", "recommender")
    found = (each for kind in kinds for each in state.resources.list(kind, family=dataset.parent))
    return {answers.source(each.arn): each.arn for each in found}


def _source(state: ServerState, dataset: Resource, event: dict[str, Any]) -> str:
    told = event.get("metricAttribution", {}).get("eventAttributionSource")
    asked = str(event.get("recommendationId", ""))[_ID]
    return str(told) if told else _sources(state, dataset).get(asked, UNKNOWN)


def _value(state: ServerState, dataset: Resource, expression: str, event: dict[str, Any]) -> float:
    match = SUM.fullmatch(expression.strip())
    if match is None:
        return 1.0
    kind, column = match[1].upper(), match[2].upper()
    if kind == "INTERACTIONS":
        properties = json.loads(event.get("properties") or "{}")
        given = {column: properties.get(spellings(column)[0]), "EVENT_VALUE": event.get("eventValue")}
        return _number(given.get(column))
    items = state.datasets(dataset.parent).get("ITEMS")
    if items is None:
        return 0.0
    record = state.memory.catalogue(state, items).record(event.get("itemId"), state.clock.now()) or {}
    return _number(next((value for name, value in record.items() if name.upper() == column), None))


def _number(value: Any) -> float:
    """Return a value to be added up; what is no number adds nothing, and stops no event."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return number if math.isfinite(number) else 0.0
