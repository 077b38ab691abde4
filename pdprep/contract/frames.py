"""The contract as a Pandera schema: the one definition of what a row must be.

Every check bears a rule's name, so that a failing row names its rule. Pandera judges materialised
frames only: on a LazyFrame it checks no values at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

import pandera.polars as pa
import polars as pl

from pdprep.contract import rules
from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field

DTYPES: Final = {
    "string": pl.String,
    "int": pl.Int32,
    "long": pl.Int64,
    "float": pl.Float64,
    "double": pl.Float64,
    "boolean": pl.Boolean,
}
# A float of Amazon Personalize is written as text, so the frame keeps the source's full precision.

Holds = Callable[[pl.Expr, Any], pl.Expr]


def no_bar(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the text has none of the given characters."""
    return ~column.str.contains(statistics["forbidden"], literal=True)


def no_match(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the pattern is not found in the text."""
    return ~column.str.contains(statistics["pattern"])


def finite(column: pl.Expr, statistics: Any) -> pl.Expr:
    """Hold where the number is neither NaN nor infinite."""
    return column.is_finite()


# Checks of our own, by rule: what must hold, as an expression. The compiled plan reads the same table.
HOLDS: Final[dict[str, Holds]] = {
    "id_bar": no_bar,
    "id_characters": no_match,
    "number_not_finite": finite,
}

# Checks over several columns of one row.
ROW_HOLDS: Final[dict[str, pl.Expr]] = {
    "id_missing": pl.col("USER_ID").is_not_null() | pl.col("SESSION_ID").is_not_null(),
    "user_missing_in_bulk": pl.col("USER_ID").is_not_null() | pl.col("SESSION_ID").is_null(),
}


def schema(contract: Contract, now: datetime) -> pa.DataFrameSchema:
    """Return the Pandera schema of a contract.

    Args:
        contract: What the frame must fulfil.
        now: The time in UTC; timestamps more than a day later are errors.

    >>> from datetime import UTC
    >>> list(schema(Contract.of("users"), datetime(2026, 1, 1, tzinfo=UTC)).columns)
    ['USER_ID']
    """
    columns = {field.name: _column(contract, field, now) for field in contract.fields}
    anonymous = any(may_be_anonymous(contract, field) for field in contract.fields)
    checks = [_whole_row(name) for name in ROW_HOLDS] if anonymous else []
    return pa.DataFrameSchema(columns, checks=checks, name=contract.dataset, strict="filter")


def may_be_anonymous(contract: Contract, field: Field) -> bool:
    """Say whether a null is allowed because a session stands in for the user."""
    return field.name == "USER_ID" and "SESSION_ID" in contract.names


def missing_rule(contract: Contract, field: Field) -> str:
    """Return the rule that a null in this field breaks."""
    if field.name in contract.ids:
        return "id_missing"
    return {"TIMESTAMP": "timestamp_missing", "EVENT_TYPE": "event_type_missing"}.get(
        field.name, "value_missing"
    )


def is_timestamp(field: Field) -> bool:
    """Say whether the field holds seconds since 1970."""
    return field.name.endswith("TIMESTAMP") and field.numeric


def _column(contract: Contract, field: Field, now: datetime) -> pa.Column:
    checks = list(_checks(contract, field, now))
    nullable = field.nullable or may_be_anonymous(contract, field)
    return pa.Column(DTYPES[field.type], checks=checks, nullable=nullable, name=field.name)


def _checks(contract: Contract, field: Field, now: datetime) -> Iterator[pa.Check]:
    if field.name in contract.ids:
        yield from _id_checks()
    elif is_timestamp(field):
        yield pa.Check.ge(rules.EARLIEST, name="timestamp_past")
        yield pa.Check.le(int(now.timestamp()) + rules.AHEAD, name="timestamp_future")
    elif field.type in ("float", "double"):
        yield _own("number_not_finite")
    elif field.type == "string":
        yield from _string_checks(contract, field)


def _id_checks() -> Iterator[pa.Check]:
    yield _longest("id_length", rules.ID_LENGTH)
    yield _own("id_bar", forbidden="|")
    yield _own("id_characters", pattern=r'["\p{C}]')


def _string_checks(contract: Contract, field: Field) -> Iterator[pa.Check]:
    if field.name == "EVENT_TYPE":
        yield _longest("event_type_length", rules.EVENT_TYPE_LENGTH)
    if field.categorical or field.name == "IMPRESSION":
        yield _longest("category_length", rules.CATEGORY_LENGTH)
    elif field.textual:
        yield _longest("text_length", rules.TEXT_LENGTH)
    elif contract.dataset == "items":
        yield _longest("string_length", rules.STRING_LENGTH)


def _longest(name: str, limit: int) -> pa.Check:
    return pa.Check.str_length(1, limit, name=name)


def _own(name: str, **statistics: Any) -> pa.Check:
    holds = HOLDS[name]

    def check(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(holds(pl.col(data.key), statistics))

    return pa.Check(check, name=name, statistics=statistics)


def _whole_row(name: str) -> pa.Check:
    def check(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(ROW_HOLDS[name])

    return pa.Check(check, name=name)
