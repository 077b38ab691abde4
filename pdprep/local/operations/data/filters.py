"""Filters: kept and checked here, at work in ``recommend.filtering``."""

from __future__ import annotations

from typing import Any

from pdprep.local.life.resources import Resource
from pdprep.local.operations.call import OperationCall
from pdprep.local.operations.common import create
from pdprep.local.operations.registry import operation
from pdprep.local.recommend.filter_expressions import Condition, fields, parse
from pdprep.local.refusals import Refusal, invalid, limit
from pdprep.local.rows.avro import AvroColumn

# Source: developer guide, limits.
MOST = 30
MOST_FIELDS = 10
MOST_FIELDS_OF_GROUP = 20


@operation("CreateFilter")
def create_filter(call: OperationCall) -> dict[str, Any]:
    """Create a filter of a group."""
    given, state = call.given, call.state
    group = state.resources.active(given["datasetGroupArn"], "dataset-group")
    conditions = parse(given["filterExpression"], state.settings.strict)
    _check_types(call, group, conditions)
    _check_quotas(call, group, conditions)
    body = {"datasetGroupArn": group.arn, "filterExpression": given["filterExpression"]}
    return {"filterArn": create(call, "filter", f"filter/{given['name']}", parent=group.arn, **body).arn}


def _check_types(call: OperationCall, group: Resource, conditions: tuple[Condition, ...]) -> None:
    """Refuse boolean and textual fields (developer guide, filter-expression-guidelines-requirements)."""
    columns = _columns(call, group)
    for dataset, field in fields(conditions):
        column = columns.get((dataset, field))
        if column and (column.type == "boolean" or column.textual):
            kind = "textual" if column.textual else "boolean"
            raise invalid(f"Invalid Expression: the {kind} field {column.name} cannot be used in a filter")


def _columns(call: OperationCall, group: Resource) -> dict[tuple[str, str], AvroColumn]:
    datasets = call.state.resources.list("dataset", parent=group.arn)
    return {
        (str(each.body["datasetType"]), column.name.upper()): column
        for each in datasets
        for column in call.state.schema(each).columns
    }


def _check_quotas(call: OperationCall, group: Resource, conditions: tuple[Condition, ...]) -> None:
    known = call.state.resources.list("filter", parent=group.arn)
    if len(known) >= MOST:
        raise limit(f"More than {MOST} filters in the dataset group.")
    own = fields(conditions)
    if len(own) > MOST_FIELDS:
        raise limit(f"More than {MOST_FIELDS} fields in a filter.")
    # A field counts once, however many filters name it.
    others = (_fields(each.body["filterExpression"]) for each in known)
    if len(own.union(*others)) > MOST_FIELDS_OF_GROUP:
        raise limit(f"More than {MOST_FIELDS_OF_GROUP} fields in the filters of the dataset group.")


def _fields(expression: str) -> set[tuple[str, str]]:
    """Return the fields of a filter that is there; an older pdprep took some that are refused now."""
    try:
        return fields(parse(expression))
    except Refusal:
        return set()
