"""The rules of rows as a Pandera schema: each check bears a rule's name, so a failing row names its rule.

Pandera judges materialised frames only: on a LazyFrame it checks no values at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pandera.polars as pa

from pdprep.contract.dtypes import DTYPES
from pdprep.contract.fields import Field
from pdprep.contract.meanings import may_be_anonymous
from pdprep.contract.models import OURS
from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import (
    Level,
    MissingRule,
    Place,
    RecordRule,
    Route,
    RowRule,
    ValueRule,
)
from pdprep.contract.schema import Schema


def write(
    schema: Schema,
    own: Sequence[tuple[str, Any]],
    now: datetime,
    route: Route | None = None,
    level: Level = "warning",
) -> pa.DataFrameSchema:
    """Return the Pandera schema of a dataset's prepared frame.

    Args:
        schema: The fields.
        own: The user's own checks, each with its column (empty: of whole rows).
        now: The time in UTC; times of events more than a day later fail.
        route: bulk or put, whose rules are taken; without one, all.
        level: ``error`` for the rules that stop a route alone.
    """

    def taken(rule: RowRule) -> bool:
        return rule.asked(route) and (level != "error" or rule.level == "error")

    places = {field.name: Place(schema, field, now) for field in schema.fields}
    columns = {
        name: pa.Column(
            DTYPES[at.field.type],
            checks=[*_checks(ValueRule, at, taken), *(check for column, check in own if column == name)],
            # A null id that a session stands in for is a question of two columns.
            nullable=_may_be_null(at),
            metadata=marks(at.field),
            name=name,
        )
        for name, at in places.items()
    }
    at = places[schema.key]
    missing = _checks(MissingRule, at, taken) if _may_be_null(at) else ()
    return pa.DataFrameSchema(
        columns,
        checks=[*missing, *_checks(RecordRule, at, taken), *(check for column, check in own if not column)],
        name=schema.dataset,
        strict="filter",
        metadata={"dataset": schema.dataset, "domain": schema.domain},
    )


def marks(field: Field) -> dict[str, Any]:
    """Return what a field is beside its name; ``models`` reads it back.

    >>> marks(Field("GENRES", categorical=True))["categorical"]
    True
    """
    return {name: value for name, value in asdict(field).items() if name != "name"}


def _checks(kind: type[RowRule], at: Place, taken: Callable[[RowRule], bool]) -> Iterator[pa.Check]:
    for rule in registry.of_kind(kind):
        if rule.applies(at) and taken(rule):
            holds = ~rule.fails(at).fill_null(False)
            yield pa.Check(
                lambda data, holds=holds: data.lazyframe.select(holds),
                name=rule.name,
                title=OURS,
                description=rule.text,
            )


def _may_be_null(at: Place) -> bool:
    """Say whether a null breaks no rule by itself: none is to be missed, or another column decides."""
    return at.field.nullable or may_be_anonymous(at.schema, at.field)
