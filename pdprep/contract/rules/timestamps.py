"""Rules of times: those of events have a range, the others may only look like numbers of another unit."""

from __future__ import annotations

from typing import Final

import polars as pl

from pdprep.contract import limits
from pdprep.contract.batch_statistics import Statistics
from pdprep.contract.meanings import is_event_time, is_timestamp
from pdprep.contract.rules import criteria
from pdprep.contract.rules.ids import ASIDE, is_id
from pdprep.contract.rules.rule import Criterion, MissingRule, Place, ReadingRule, ValueRule


def _of_event(at: Place) -> bool:
    return is_event_time(at.schema, at.field)


def _other(at: Place) -> bool:
    return is_timestamp(at.field) and not is_id(at) and not _of_event(at)


def _latest(at: Place) -> int:
    return int(at.now.timestamp()) + limits.AHEAD


def _plausible(at: Place) -> tuple[int, int]:
    # An action may be made to expire as late as one likes, and expires after there were actions.
    if at.name.endswith("EXPIRATION_TIMESTAMP"):
        return limits.EARLIEST, 2**63 - 1
    return limits.OLDEST, int(at.now.timestamp()) + limits.DISTANT


def _implausible(at: Place) -> pl.Expr:
    taken = [at.column.is_between(*span) for span in limits.NUMBERS_TAKEN_FOR_TIMES]
    return ~at.column.is_between(*_plausible(at)) | pl.any_horizontal(taken)


def _may_be_implausible(at: Place, statistics: Statistics) -> bool:
    """Clear a batch whose times all lie in the range, and beyond every number of another unit."""
    (earliest, latest), found = _plausible(at), statistics[at.name]
    beyond = max(last for _, last in limits.NUMBERS_TAKEN_FOR_TIMES)
    return not (found.least > max(earliest - 1, beyond) and found.most <= latest)  # NaN is neither


RULES: Final = (
    MissingRule(
        name="timestamp_missing",
        level="error",
        stops="all",
        text="a timestamp is missing",
        mend=ASIDE,
        source="interactions-datasets",
        applies=lambda at: at.name == "TIMESTAMP" and not at.field.nullable,
        criterion=criteria.MISSING,
    ),
    ReadingRule(
        name="timestamp_unreadable",
        level="error",
        stops="all",
        text="a timestamp cannot be read as a date or as a number",
        mend='frame.lazy().pipe(transforms.epoch, "$column", format="%d.%m.%Y %H:%M")',
        example="when",
        source="interactions-datasets",
    ),
    ReadingRule(
        name="timestamp_unit",
        level="error",
        stops="all",
        text="the unit of a timestamp cannot be told: no s, ms, us or ns between 1980 and 2286",
        mend='frame.lazy().with_columns(pl.col("$column") * 60)  # where they are minutes since 1970',
        example="when",
        source="interactions-datasets",
    ),
    ValueRule(
        name="timestamp_past",
        level="error",
        stops="all",
        text="the time of an event lies before 1980",
        mend='on_invalid="quarantine"  # keeps such rows aside; or check the unit: seconds since 1970',
        source="interactions-datasets",
        limit=limits.EARLIEST,
        applies=_of_event,
        criterion=Criterion(
            lambda at: at.column < limits.EARLIEST,
            ("least",),
            lambda at, statistics: statistics[at.name].least < limits.EARLIEST,
        ),
    ),
    ValueRule(
        name="timestamp_future",
        level="error",
        stops="all",
        text="the time of an event lies more than a day in the future",
        mend='on_invalid="quarantine"  # keeps such rows aside; or check the unit and the time zone',
        source="interactions-datasets",
        limit=limits.AHEAD,
        applies=_of_event,
        criterion=Criterion(
            lambda at: at.column > _latest(at),
            ("most",),
            lambda at, statistics: not statistics[at.name].most <= _latest(at),
        ),
    ),
    ValueRule(
        name="time_implausible",
        level="warning",
        stops="none",
        text="a date of an item, user or action looks like a number of another unit, such as a year",
        mend='frame.lazy().with_columns(pl.date(pl.col("$column").cast(pl.Int32), 1, 1).alias("$column"))'
        "  # where it is a year",
        example="when",
        source="items-datasets, which sets no range",
        applies=_other,
        criterion=Criterion(_implausible, ("least", "most"), _may_be_implausible),
    ),
)
