"""Filters at work: which of some items, actions or users an expression lets through.

Sources: developer guide, creating-filter-expressions, multiple-expression-example, filter-real-time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pdprep.local.recommend.filter_expressions import CURRENT_ITEM, Condition, Expression, expressions
from pdprep.local.refusals import invalid

_VALUE = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)')
Values = tuple[str, ...]


@dataclass(frozen=True)
class FilterContext:
    """What an expression may name beside the ids: the user's record, the item's, what the user did.

    ``done`` returns the ids of the subjects with an event of these types (lower case, or all of them).
    """

    user: Mapping[str, Any] | None
    item: Mapping[str, Any] | None
    done: Callable[[frozenset[str] | None], list[str]]
    related: bool = False


def allowed(
    text: str, values: Mapping[str, str], context: FilterContext, key: str, columns: set[str]
) -> pl.Expr:
    """Return an expression that is true for the ids that a filter lets through.

    Args:
        text: The filter expression.
        values: What the request gives for placeholders.
        context: The user, the item and the events that conditions name.
        key: The column of the ids.
        columns: The columns that the records have.
    """
    subject = {"ITEM_ID": "ITEMID", "ACTION_ID": "ACTIONID", "USER_ID": "USERID"}[key]
    include, exclude = list[pl.Expr](), list[pl.Expr]()
    for expression in expressions(text):
        if expression.subject != subject:
            raise invalid(f"The filter is for {expression.subject}, the request for {subject}.")
        if (found := _expression(expression, values, context, key, columns)) is not None:
            (include if expression.action == "INCLUDE" else exclude).append(found)
    let = pl.any_horizontal(include) if include else pl.lit(True)
    return let & ~pl.any_horizontal(exclude) if exclude else let


def parameter(text: str) -> Values:
    """Return the values of a parameter: in quotes or bare, apart by commas.

    >>> parameter('"a, b","c"'), parameter("5"), parameter("x,y")
    (('a, b', 'c'), ('5',), ('x', 'y'))
    """
    found, at = list[str](), 0
    while at < len(text):
        match = _VALUE.match(text, at)
        if match is None or match.end() == at:  # nothing more can be read
            break
        found.append(re.sub(r"\\(.)", r"\1", match[1]) if match[1] is not None else match[2].strip())
        at = match.end()
    return tuple(found)


def _expression(
    expression: Expression, values: Mapping[str, str], context: FilterContext, key: str, columns: set[str]
) -> pl.Expr | None:
    """Return what an expression selects; None where it is not applied."""
    for condition in expression.only_if:
        chosen = _resolve(condition, values, context, expression)
        # IF conditions of a user of whom nothing is known do not hold.
        if chosen is None or context.user is None or not _holds(condition, chosen, context.user):
            return None
    groups = list[pl.Expr]()
    for group in expression.where:
        parts = list[pl.Expr]()
        for condition in group:
            chosen = _resolve(condition, values, context, expression)
            if chosen is not None:
                parts.append(condition_of(condition, chosen, context, key, columns))
        if parts:
            groups.append(pl.all_horizontal(parts))
    return pl.any_horizontal(groups) if groups else None


def _resolve(
    condition: Condition, values: Mapping[str, str], context: FilterContext, expression: Expression
) -> Values | None:
    """Return the values of a condition; None where a parameter of an EXCLUDE was left out."""
    found = list[str]()
    for value in condition.values:
        if value.startswith("$"):
            if value[1:] not in values:
                if expression.action == "EXCLUDE":
                    return None
                raise invalid(f"The filter needs a value for the parameter {value[1:]}.")
            found += parameter(values[value[1:]])
        elif value.upper().startswith(f"{CURRENT_ITEM}."):
            if not context.related:
                raise invalid("A filter with CurrentItem is for related items alone.")
            cell = _member(context.item, value.partition(".")[2])
            found += [] if cell is None else str(cell).split("|")
        else:
            found += plain((value,))
    return tuple(found)


def plain(values: Values) -> Values:
    """Return values without their quotes and escapes."""
    return tuple(re.sub(r"\\(.)", r"\1", v[1:-1]) if v.startswith('"') else v for v in values)


def condition_of(
    condition: Condition, values: Values, context: FilterContext, key: str, columns: set[str]
) -> pl.Expr:
    """Return which records fulfil one condition with these values."""
    negated = condition.operator in ("NOT IN", "!=")
    if condition.dataset.endswith("INTERACTIONS"):
        # Case is ignored in event types alone (filter-expression-guidelines-requirements).
        types = None if "*" in values else frozenset(value.lower() for value in values)
        found = pl.col(key).is_in(context.done(types))
        return ~found if negated else found
    name = next((column for column in columns if column.upper() == condition.field.upper()), None)
    if name is None:
        return pl.lit(negated)  # no record has such a field, so none has the value
    if condition.operator in ("IN", "NOT IN", "=", "!=") and not _numbers(values, condition.operator):
        # A cell may hold several categories; one that fits is enough.
        each = pl.col(name).cast(pl.String).str.split("|")
        found = each.list.set_intersection(list(values)).list.len().fill_null(0) > 0
        return ~found if negated else found
    number = pl.col(name).cast(pl.Float64, strict=False)
    tests = [_compare(number, condition.operator, value) for value in values]
    return pl.any_horizontal(tests).fill_null(False) if tests else pl.lit(False)


def _numbers(values: Values, operator: str) -> bool:
    return operator in ("=", "!=") and all(re.fullmatch(r"-?\d+(\.\d+)?", value) for value in values)


def _compare(number: pl.Expr, operator: str, value: str) -> pl.Expr:
    try:
        bound = float(value)
    except ValueError as error:
        raise invalid(f"The filter compares with '{value}', which is no number.") from error
    return {
        "=": number == bound, "!=": number != bound, "<": number < bound, "<=": number <= bound,
        ">": number > bound, ">=": number >= bound,
    }[operator]  # fmt: skip


def _holds(condition: Condition, values: Values, record: Mapping[str, Any]) -> bool:
    """Say whether one record fulfils a condition."""
    cell = _member(record, condition.field)
    # A frame of one cell, so that there is one meaning of each comparison.
    frame = pl.DataFrame({"CELL": [cell]}, strict=False)
    one = Condition("USERS", "CELL", condition.operator, condition.values)
    nobody = FilterContext(None, None, lambda _: [])
    return bool(frame.select(condition_of(one, values, nobody, "CELL", {"CELL"})).item())


def _member(record: Mapping[str, Any] | None, field: str) -> Any:
    return next((v for k, v in (record or {}).items() if k.upper() == field.upper()), None)
