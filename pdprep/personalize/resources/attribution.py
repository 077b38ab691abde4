"""The metric attribution of a dataset group: created before the first import: it reports on nothing older.

Source: developer guide, metric-attribution-requirements and API_CreateMetricAttribution.
"""

from __future__ import annotations

from functools import partial

from pdprep.personalize.aws.client import Environment, call, pages
from pdprep.personalize.imports import uploads
from pdprep.personalize.resources import names
from pdprep.personalize.resources.ensuring import Group, create_once
from pdprep.personalize.resources.polling import active

KIND = "metric_attribution"


def ensure(environment: Environment, group: Group, dataset: str) -> None:
    """Create the metrics that the settings name, if interactions are about to be sent and there are none."""
    wanted = environment.options.metrics
    if not wanted or dataset != "interactions" or find(environment, group):
        return
    arn = create_once(partial(find, environment, group), partial(_create, environment, group), fresh=True)
    active(environment, KIND, arn)


def _create(environment: Environment, group: Group) -> str:
    prefix = uploads.group_prefix(environment.place[1], group.name)
    place = {"path": f"{uploads.location(environment, prefix)}/metrics/"}
    if environment.options.export_kms_key_arn:
        place["kmsKeyArn"] = environment.options.export_kms_key_arn
    metrics = [
        {"metricName": name, "eventType": event, "expression": expression}
        for name, (event, expression) in environment.options.metrics.items()
    ]
    answer = call(
        environment, "personalize", "create_metric_attribution", name=names.dataset(group.name, "metrics"),
        datasetGroupArn=group.arn, metrics=metrics,
        metricsOutputConfig={"roleArn": environment.role_arn, "s3DataDestination": place},
    )  # fmt: skip
    return str(answer["metricAttributionArn"])


def find(environment: Environment, group: Group) -> str:
    """Return the ARN of a group's metric attribution, of which there is one at most; empty without one."""
    rows = pages(environment, "list_metric_attributions", "metricAttributions", datasetGroupArn=group.arn)
    return next((str(row["metricAttributionArn"]) for row in rows), "")
