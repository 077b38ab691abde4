"""A contract's Pandera schema compiled to expressions: one for each way a row can break a rule.

Pandera stays the one definition: what a check means is read from its name and its statistics. The compiled
plan costs a tenth of running the checks one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import pandera.polars as pa
import polars as pl

from pdprep.contract import frames, meanings, own_checks, rules
from pdprep.contract.contract import Contract
from pdprep.contract.doubts import DOUBTS
from pdprep.contract.rules import Rule
from pdprep.preparation.conversions import Conversion
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.times import number_of_text

Shown = Mapping[str, pl.Expr]


@dataclass(frozen=True, eq=False)
class Violation:
    """One rule on one column: where it is broken, and the value to show.

    ``doubt`` is false for a batch in which no row breaks it; without one, each row is asked. ``of_nulls``
    says that only a null breaks it, whatever the texts are.
    """

    rule: Rule
    column: str
    broken: pl.Expr
    value: pl.Expr
    doubt: pl.Expr | None = None
    of_nulls: bool = False

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it looks at."""
        return frozenset(self.broken.meta.root_names())


def violations(prepared: Prepared, now: datetime) -> tuple[Violation, ...]:
    """Return every way in which a row of ``prepared.rows`` can break a rule.

    Args:
        prepared: The rows to be, with the source's values.
        now: The time in UTC; timestamps more than a day later are errors.
    """
    schema, shown = frames.schema(prepared.contract, now), prepared.shown(now)
    return (
        *(each for conversion in prepared.conversions for each in _unreadable(conversion, shown)),
        *_missing(prepared, schema, shown),
        *_checks(prepared, schema, shown),
        *_whole_rows(prepared, schema, shown),
    )


def _unreadable(conversion: Conversion, shown: Shown) -> Iterator[Violation]:
    """Judge what may be lost; a batch in which as many values came out as went in has lost none."""
    if not conversion.way.rule:
        return
    raw, clean = shown[conversion.field.name], pl.col(conversion.field.name)
    lost = clean.is_null() & raw.is_not_null()
    doubt = clean.null_count() > pl.col(conversion.raw).null_count()
    if conversion.way.rule != "timestamp_unreadable":
        yield Violation(rules.rule(conversion.way.rule), conversion.field.name, lost, raw, doubt)
        return
    number = number_of_text(raw).is_not_null()
    for name, broken in (("timestamp_unreadable", lost & ~number), ("timestamp_unit", lost & number)):
        yield Violation(rules.rule(name), conversion.field.name, broken, raw, doubt)


def _missing(prepared: Prepared, schema: pa.DataFrameSchema, shown: Shown) -> Iterator[Violation]:
    for conversion in prepared.conversions:
        field = conversion.field
        if schema.columns[field.name].nullable:
            continue
        empty = pl.col(field.name).is_null()
        broken = empty & shown[field.name].is_null() if field.name in shown else empty
        name = meanings.missing_rule(prepared.contract, field)
        doubt = pl.col(field.name).null_count() > 0
        yield Violation(rules.rule(name), field.name, broken, pl.lit(None, pl.String), doubt, of_nulls=True)


def _checks(prepared: Prepared, schema: pa.DataFrameSchema, shown: Shown) -> Iterator[Violation]:
    for conversion in prepared.conversions:
        name = conversion.field.name
        value = pl.col(name).cast(pl.String)
        if name in shown:
            value = pl.coalesce(shown[name], value)
        for check in schema.columns[name].checks:
            holds = _holds(check, name)
            broken = ~holds.fill_null(True)
            yield Violation(rules.rule(check.name), name, broken, value, _doubt(check, name, broken))


def _whole_rows(prepared: Prepared, schema: pa.DataFrameSchema, shown: Shown) -> Iterator[Violation]:
    """Judge several columns together; an id that cannot be read breaks that rule and not this one."""
    for check in schema.checks:
        column = frames.ROW_COLUMNS.get(check.name, "")
        broken = ~_row_holds(check, prepared.contract)
        if column in shown:
            broken = broken & ~(pl.col(column).is_null() & shown[column].is_not_null())
        doubt = frames.ROW_DOUBTS[check.name](prepared.contract) if check.name in frames.ROW_DOUBTS else None
        yield Violation(rules.rule(check.name), column, broken, pl.lit(None, pl.String), doubt)


def _doubt(check: pa.Check, name: str, broken: pl.Expr) -> pl.Expr | None:
    """Return the doubt of a check; one of the user's own is asked each row, as it may look at several."""
    cheap = DOUBTS.get(str(check.name))
    if cheap:
        return cheap(pl.col(name), check.statistics)
    return broken.any() if check.name in frames.HOLDS else None


def _holds(check: pa.Check, name: str) -> pl.Expr:
    ours = frames.HOLDS.get(str(check.name))
    return ours(pl.col(name), check.statistics) if ours else own_checks.holds(check, name)


def _row_holds(check: pa.Check, contract: Contract) -> pl.Expr:
    ours = frames.ROW_HOLDS.get(str(check.name))
    holds = ours(contract) if ours else own_checks.holds_of_rows(check, contract.names)
    return holds.fill_null(True)
