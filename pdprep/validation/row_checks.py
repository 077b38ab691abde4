"""The rules of rows, applied to a prepared frame: one check for each way in which a row can break a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

import polars as pl

from pdprep.contract import own_checks
from pdprep.contract.batch_statistics import Statistics
from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import MissingRule, Place, RecordRule, RowRule, Rule, ValueRule
from pdprep.preparation.conversions import Conversion
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.times import number_of_text

Shown = Mapping[str, pl.Expr]
Measured = tuple[tuple[str, str], ...]
Kind = TypeVar("Kind", bound=RowRule)
_NOTHING: Final = pl.lit(None, pl.String)


@dataclass(frozen=True, eq=False)
class RowCheck:
    """One rule on one column of a prepared frame.

    Attributes:
        rule: The rule.
        column: The column under which a report shows a breach.
        fails: The rows that break it.
        value: The value to show.
        measured: The statistics of a batch that ``may_fail`` reads: column and name.
        may_fail: Whether a row of a batch may break it; without one, each row is asked.
        own: Whether it is a check of the user's own, which may look at rows together.
        of_nulls: Whether only a null breaks it, whatever the texts are.
    """

    rule: Rule
    column: str
    fails: pl.Expr
    value: pl.Expr = _NOTHING
    measured: Measured = ()
    may_fail: Callable[[Statistics], bool] | None = None
    own: bool = False
    of_nulls: bool = False

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it looks at."""
        return frozenset(self.fails.meta.root_names())


def row_checks(prepared: Prepared, now: datetime) -> tuple[RowCheck, ...]:
    """Return every way in which a row of ``prepared.rows`` can break a rule.

    Args:
        prepared: The rows to be, with the source's values.
        now: The time in UTC; timestamps more than a day later are errors.
    """
    shown = prepared.shown(now)
    places = [Place(prepared.contract, each.field, now) for each in prepared.conversions]
    return (
        *(check for each in prepared.conversions for check in _reading(each, shown)),
        *(check for at in places for check in _missing(at, shown)),
        *(check for at in places for check in _values(prepared, at, shown)),
        *_records(prepared, now, shown),
    )


def _reading(conversion: Conversion, shown: Shown) -> Iterator[RowCheck]:
    """Find what was lost in reading; a batch in which as many values came out as went in has lost none."""
    if not conversion.way.rule:
        return
    name, raw_name = conversion.field.name, conversion.raw
    raw, clean = shown[name], pl.col(name)
    lost = clean.is_null() & raw.is_not_null()
    parts = {conversion.way.rule: lost}
    if conversion.way.rule == "timestamp_unreadable":
        # A number that no time came of is one of another unit. Only what was lost is read again for it.
        number = number_of_text(pl.when(lost).then(raw)).is_not_null()
        parts = {"timestamp_unreadable": lost & ~number, "timestamp_unit": lost & number}
    for rule, fails in parts.items():
        yield RowCheck(
            registry.rule(rule), name, fails, raw,
            ((name, "nulls"), (raw_name, "nulls")),
            lambda statistics: statistics[name].nulls > statistics[raw_name].nulls,
        )  # fmt: skip


def _missing(at: Place, shown: Shown) -> Iterator[RowCheck]:
    for rule in _applying(MissingRule, at):
        yield _applied(rule, at, at.name, _lost(at.name, shown), of_nulls=True)


def _values(prepared: Prepared, at: Place, shown: Shown) -> Iterator[RowCheck]:
    text = at.column.cast(pl.String)
    # The user looks for the value in the source, where it stands as it was before it was cleaned.
    value = pl.coalesce(shown[at.name], text) if at.name in shown else text
    for rule in _applying(ValueRule, at):
        yield _applied(rule, at, at.name, value=value)
    for check in own_checks.of(prepared.contract, at.name):
        fails = ~own_checks.holds(check, at.name).fill_null(True)
        yield RowCheck(registry.rule(str(check.name)), at.name, fails, value, own=True)


def _records(prepared: Prepared, now: datetime, shown: Shown) -> Iterator[RowCheck]:
    contract = prepared.contract
    at = Place(contract, contract.field(contract.key), now)
    for rule in _applying(RecordRule, at):
        yield _applied(rule, at, rule.shown, _lost(rule.shown, shown))
    for check in own_checks.of(contract, ""):
        fails = ~own_checks.holds_of_rows(check, contract.names).fill_null(True)
        yield RowCheck(registry.rule(str(check.name)), "", fails, own=True)


def _applying(kind: type[Kind], at: Place) -> list[Kind]:
    return [rule for rule in registry.of_kind(kind) if rule.applies(at)]


def _applied(
    rule: RowRule,
    at: Place,
    column: str,
    unless: pl.Expr | None = None,
    value: pl.Expr = _NOTHING,
    of_nulls: bool = False,
) -> RowCheck:
    # A comparison with null is null: a value that is missing breaks the rule of missing ones and no other.
    fails = rule.fails(at).fill_null(False)
    criterion = rule.criterion
    measured = tuple((name, each) for name in criterion.measured(at) for each in criterion.reads)
    may_fail = partial(criterion.may_fail, at) if criterion.may_fail else None
    fails = fails if unless is None else fails & ~unless
    return RowCheck(rule, column, fails, value, measured, may_fail, of_nulls=of_nulls)


def _lost(column: str, shown: Shown) -> pl.Expr | None:
    """Return the condition that a value was there and could not be read, which breaks a rule of its own."""
    return pl.col(column).is_null() & shown[column].is_not_null() if column in shown else None
