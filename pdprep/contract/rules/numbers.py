"""Rules of numbers that are no times."""

from __future__ import annotations

from typing import Final

from pdprep.contract import limits
from pdprep.contract.meanings import is_timestamp
from pdprep.contract.rules import criteria
from pdprep.contract.rules.ids import is_id
from pdprep.contract.rules.rule import Criterion, Place, ReadingRule, ValueRule

_FORMAT: Final = "how-it-works-dataset-schema"


def is_number(at: Place) -> bool:
    """Say whether the field is a number and no time."""
    return at.field.numeric and not is_timestamp(at.field) and not is_id(at)


def _of_action(at: Place, name: str) -> bool:
    return is_number(at) and at.schema.dataset == "actions" and at.name == name


RULES: Final = (
    ReadingRule(
        name="number_unreadable",
        level="error",
        stops="all",
        text="a value cannot be read as a number of the field's type",
        mend='frame.lazy().pipe(transforms.prices, "$column")  # reads 1.899,29 and the like',
        example="price",
        source=_FORMAT,
    ),
    ValueRule(
        name="number_not_finite",
        level="error",
        stops="all",
        text="a number is NaN or infinite",
        mend='frame.lazy().with_columns(pl.when(pl.col("$column").is_finite()).then(pl.col("$column")))',
        example="price",
        source=_FORMAT,
        applies=lambda at: is_number(at) and at.field.type in ("float", "double"),
        criterion=Criterion(lambda at: ~at.column.is_finite()),
    ),
    ValueRule(
        name="action_value",
        level="error",
        stops="all",
        text=f"VALUE of an action is not between {limits.ACTION_VALUE[0]} and {limits.ACTION_VALUE[1]}",
        mend='frame.lazy().with_columns(pl.col("$column").cast(pl.Float64).clip(1, 10))',
        example="value",
        source="actions-datasets",
        limit=limits.ACTION_VALUE[1],
        applies=lambda at: _of_action(at, "VALUE"),
        criterion=criteria.between(*limits.ACTION_VALUE),
    ),
    ValueRule(
        name="repeat_frequency",
        level="error",
        stops="all",
        text=f"REPEAT_FREQUENCY of an action is not between 0 and {limits.REPEAT_FREQUENCY} days",
        mend='frame.lazy().with_columns(pl.col("$column").cast(pl.Float64).clip(0, 30))',
        example="days",
        source="actions-datasets",
        limit=limits.REPEAT_FREQUENCY,
        applies=lambda at: _of_action(at, "REPEAT_FREQUENCY"),
        criterion=criteria.between(0, limits.REPEAT_FREQUENCY),
    ),
)
