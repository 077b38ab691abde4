"""CloudWatch on the same endpoint: what metric attributions counted, read as AWS's sample reads it.

moto answers the reading operations, if it is installed, of what stands in the state folder. The namespace,
the dimensions and the capitals of names are those of AWS's sample of measuring recommendations.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from pdprep.local.jobs import attributions
from pdprep.local.others import moto_calls
from pdprep.local.protocol.messages import HttpAnswer, HttpRequest
from pdprep.local.refusals import not_provided
from pdprep.local.settings import ACCOUNT
from pdprep.local.state import ServerState

SCOPE = "monitoring"  # CloudWatch, in signatures
NAMESPACE = "AWS/Personalize"
READS = ("ListMetrics", "GetMetricData", "GetMetricStatistics")
_ACTION = re.compile(rb"(?:^|&)Action=(\w+)")


def answer(state: ServerState, request: HttpRequest) -> HttpAnswer:
    """Answer a call that reads metrics; refuse others."""
    body, region = request.document(), request.scope[0]
    if _operation(request, body) not in READS:
        raise not_provided("This part of CloudWatch")
    url = f"https://{SCOPE}.{region}.amazonaws.com{request.path}"
    with moto_calls.ONE_AT_A_TIME:
        moto_calls.installed()
        from moto.backends import get_backend

        held = get_backend("cloudwatch")[ACCOUNT][region]
        held.metric_data.clear()
        held.put_metric_data(NAMESPACE, [_datum(row) for row in attributions.measured(state)])
        return moto_calls.send(moto_calls.prepared(url, request.headers, body, request.method)).answer


def _operation(request: HttpRequest, body: bytes) -> str:
    """Return the operation, in whichever of CloudWatch's protocols it came."""
    asked = _ACTION.search(body)
    named = request.headers.get("x-amz-target", request.path).replace(".", "/").rpartition("/")[2]
    return named or (asked[1].decode() if asked else "")


def _datum(row: dict[str, Any]) -> dict[str, Any]:
    source = str(row["EVENT_ATTRIBUTION_SOURCE"])
    named = {
        "EventAttributionSource": source if source.startswith("arn:") else source.upper(),
        "DatasetGroupArn": row["DATASET_GROUP_ARN"],
    }
    return {
        "MetricName": str(row["METRIC_NAME"]).upper(), "Value": row["VALUE"], "Unit": "None",
        "Timestamp": datetime.fromtimestamp(row["TIMESTAMP"], UTC).replace(tzinfo=None),  # as moto has it
        "Dimensions": [{"Name": name, "Value": value} for name, value in named.items()],
    }  # fmt: skip
