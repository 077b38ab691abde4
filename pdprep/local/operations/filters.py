"""Filters: kept and checked; nothing is recommended here, so nothing is filtered."""

from __future__ import annotations

import re
from typing import Any

from pdprep.local.operations.call import Call
from pdprep.local.operations.common import create
from pdprep.local.operations.registry import operation
from pdprep.local.refusals import invalid, limit

MOST = 30
# Source: developer guide, filter-expressions.
_START = re.compile(r"\s*(INCLUDE|EXCLUDE)\s+(ItemID|ActionID)\s+WHERE\s+\S", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"(\S+)\s*\(?\s*(?:[\"'\w]+\s*,\s*)*\$\w+")


@operation("CreateFilter")
def create_filter(call: Call) -> dict[str, Any]:
    """Create a filter of a group."""
    given, state = call.given, call.state
    group = state.resources.active(given["datasetGroupArn"], "dataset-group")
    _check(given["filterExpression"])
    if len(state.resources.list("filter", parent=group.arn)) >= MOST:
        raise limit(f"More than {MOST} filters in the dataset group.")
    body = {"datasetGroupArn": group.arn, "filterExpression": given["filterExpression"]}
    return {"filterArn": create(call, "filter", f"filter/{given['name']}", parent=group.arn, **body).arn}


def _check(expression: str) -> None:
    if not _START.match(expression):
        raise invalid("Invalid Expression")
    for match in _PLACEHOLDER.finditer(expression):
        if match[1].rstrip("(").upper() not in ("IN", "="):
            raise invalid("Placeholders can only be used with IN or EQ operator")
