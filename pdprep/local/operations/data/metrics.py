"""Metric attributions: what is to be counted of events."""

from __future__ import annotations

from typing import Any

from pdprep.local.jobs.attributions import COUNT, SUM
from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.common import create
from pdprep.local.operations.registry import operation
from pdprep.local.refusals import exists, invalid

MOST = 10


@operation("CreateMetricAttribution")
def create_attribution(call: OperationCall) -> dict[str, Any]:
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
def update_attribution(call: OperationCall) -> dict[str, Any]:
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
def list_metrics(call: OperationCall) -> dict[str, Any]:
    """List the metrics of an attribution; they fit on one page."""
    arn = call.given.get("metricAttributionArn", "")
    return {"metrics": call.state.resources.get(arn, "metric-attribution").body["metrics"]}


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
