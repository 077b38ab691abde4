"""Metric attributions: what is to be counted of events."""

from __future__ import annotations

import json
import re
from typing import Any

from pdprep.local.avro import spellings
from pdprep.local.operations.call import Call
from pdprep.local.operations.common import create
from pdprep.local.operations.registry import operation
from pdprep.local.recommend import answers
from pdprep.local.refusals import exists, invalid
from pdprep.local.resources import Resource
from pdprep.local.state import State

MOST = 10
# Source: developer guide, measuring-recommendation-impact.
SUM = re.compile(r"SUM\(\s*(Items|Interactions)\.(\w+)\s*\)", re.IGNORECASE)
COUNT = re.compile(r"SAMPLECOUNT\(\s*\)", re.IGNORECASE)


@operation("CreateMetricAttribution")
def create_attribution(call: Call) -> dict[str, Any]:
    """Create the metric attribution of a group; there is one at most."""
    given, state = call.given, call.state
    group = state.resources.active(given["datasetGroupArn"], "dataset-group")
    for other in state.resources.list("metric-attribution", parent=group.arn):
        raise exists(other.arn)
    _check(given["metrics"])
    made = create(
        call, "metric-attribution", f"metric-attribution/{given['name']}", parent=group.arn,
        datasetGroupArn=group.arn, metrics=given["metrics"], metricsOutputConfig=given["metricsOutputConfig"],
    )  # fmt: skip
    return {"metricAttributionArn": made.arn}


@operation("UpdateMetricAttribution")
def update_attribution(call: Call) -> dict[str, Any]:
    """Add and remove metrics."""
    given, resources = call.given, call.state.resources
    found = resources.active(given.get("metricAttributionArn", ""), "metric-attribution")
    gone = given.get("removeMetrics", [])
    left = [metric for metric in found.body["metrics"] if metric["metricName"] not in gone]
    metrics = left + given.get("addMetrics", [])
    _check(metrics)
    config = given.get("metricsOutputConfig", found.body["metricsOutputConfig"])
    resources.change(found.arn, metrics=metrics, metricsOutputConfig=config)
    return {"metricAttributionArn": found.arn}


@operation("ListMetricAttributionMetrics")
def list_metrics(call: Call) -> dict[str, Any]:
    """List the metrics of an attribution; they fit on one page."""
    arn = call.given.get("metricAttributionArn", "")
    return {"metrics": call.state.resources.get(arn, "metric-attribution").body["metrics"]}


def count(state: State, dataset: Resource, events: list[dict[str, Any]], now: float) -> None:
    """Count what put events attribute, by source, metric and hour (event-metrics).

    A source is told by the event, or by the recommendation that it names; an expression counts events or adds
    up a column of theirs or of their items.
    """
    for found in state.resources.list("metric-attribution", parent=dataset.parent):
        for event in events:
            for metric in found.body["metrics"]:
                if metric["eventType"].lower() == str(event["eventType"]).lower():
                    value = _value(state, dataset, metric["expression"], event)
                    state.store.run(
                        _ADD,
                        found.arn,
                        _source(state, dataset, event),
                        metric["metricName"],
                        int(now // 3600),
                        value,
                    )


def measured(state: State) -> list[dict[str, Any]]:
    """Return what was counted, as the service reports it."""
    rows = state.store.rows("SELECT * FROM measured ORDER BY attribution, hour, metric, source")
    return [
        {
            "METRIC_ATTRIBUTION_ARN": row["attribution"], "EVENT_ATTRIBUTION_SOURCE": row["source"],
            "METRIC_NAME": row["metric"], "TIMESTAMP": row["hour"] * 3600, "VALUE": row["value"],
        }
        for row in rows
    ]  # fmt: skip


_ADD = """
INSERT INTO measured VALUES (?, ?, ?, ?, ?)
ON CONFLICT (attribution, source, metric, hour) DO UPDATE SET value = value + excluded.value
"""


def _source(state: State, dataset: Resource, event: dict[str, Any]) -> str:
    told = event.get("metricAttribution", {}).get("eventAttributionSource")
    if told:
        return str(told)
    prefix = str(event.get("recommendationId", ""))[4:12]
    for kind in ("campaign", "recommender"):
        for each in state.resources.list(kind, family=dataset.parent):
            if prefix == answers.source(each.arn):
                return each.name
    return "SOURCE_NAME_UNDEFINED"


def _value(state: State, dataset: Resource, expression: str, event: dict[str, Any]) -> float:
    match = SUM.fullmatch(expression.strip())
    if match is None:
        return 1.0
    kind, column = match[1].upper(), match[2].upper()
    if kind == "INTERACTIONS":
        properties = json.loads(event.get("properties") or "{}")
        given = {column: properties.get(spellings(column)[0]), "EVENT_VALUE": event.get("eventValue")}
        return float(given.get(column) or 0.0)
    items = state.datasets(dataset.parent).get("ITEMS")
    record = (
        state.memory.catalogue(state, items).record(event.get("itemId"), state.clock.now()) if items else None
    )
    return float(next((v for k, v in (record or {}).items() if k.upper() == column), 0.0) or 0.0)


def _check(metrics: list[dict[str, Any]]) -> None:
    names = [metric["metricName"] for metric in metrics]
    for metric in metrics:
        if not (SUM.fullmatch(metric["expression"].strip()) or COUNT.fullmatch(metric["expression"].strip())):
            raise invalid(
                f"The expression {metric['expression']} must be SUM(Dataset.COLUMN) or SAMPLECOUNT()."
            )
    if len(set(names)) < len(names):
        raise invalid("The names of the metrics must be unique.")
    if len(names) > MOST:
        raise invalid(f"A metric attribution has at most {MOST} metrics.")
