"""What will be done to each column, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from pdprep import html
from pdprep.contract.meanings import is_timestamp
from pdprep.preparation import expressions, ids, prices, unfit
from pdprep.preparation.conversions import Conversion
from pdprep.preparation.ids import TEXT, UNDONE, Form
from pdprep.preparation.reading import reading
from pdprep.preparation.sources import Source
from pdprep.preparation.times import number_of_text, unit_of_number, without_zone

HEAD: Final = 1_000
_HEADER: Final = ("field", "type", "from", "what is done")
_FORMS: Final[dict[Form | None, str]] = {
    UNDONE: "1.0 becomes 1, as a float wrote it",
    TEXT: "1.0 and 1.10 stay, as they are no floats'",
    None: "007 stays",
}
_UNITS: Final = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}


@dataclass(frozen=True, eq=False)
class Explanation:
    """One row a field, the columns that are left out, and notes."""

    label: str
    steps: pl.DataFrame
    left_out: tuple[str, ...]
    without_field: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.label}:"]
        lines += [
            f"  {name} ({kind}) from {origin}: {done}" for name, kind, origin, done in self.steps.iter_rows()
        ]
        return "\n".join([*lines, *(f"  {line}" for line in self._ends)])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        fields = f"{self.steps.height} field{'s' * (self.steps.height != 1)}"
        title = html.headline(f"{fields} from {self.label}")
        table = html.table(_HEADER, self.steps.iter_rows())
        return html.view(title, table, html.notes(self._ends))

    @property
    def _ends(self) -> Iterator[str]:
        if self.without_field:
            yield f"the deployed schema has no field for: {', '.join(self.without_field)}"
        yield from self.notes
        yield f"left out: {', '.join(self.left_out) or 'nothing'}"


def explain(
    source: Source,
    conversions: Sequence[Conversion],
    typed: pl.LazyFrame,
    forms: Mapping[str, Form],
    left_out: tuple[str, ...],
    without_field: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
    no_objective: tuple[str, ...] = (),
    guessed: tuple[str, ...] = (),
    guessed_from: str = "",
) -> Explanation:
    """Explain the conversions of a source, with the units and the ids that its first thousand rows hold.

    ``no_objective`` names the fields that cannot be the objective of a solution since they may be null,
    ``guessed`` those whose type the first rows of ``guessed_from`` told.
    """
    said = _units(source, conversions, typed) | _forms(source, conversions, typed, forms)
    rows = [
        (each.field.name, each.field.kind, _origin(source, each), _done(each, said)) for each in conversions
    ]
    steps = pl.DataFrame(rows, schema=dict.fromkeys(_HEADER, pl.String), orient="row")
    notes = tuple(_objective(each) for each in conversions if each.field.name in no_objective)
    numbers = (each for each in conversions if each.field.name in guessed)
    notes += tuple(_guessed(each, guessed_from) for each in numbers if each.way.note.startswith("text to"))
    if missing:
        notes = (f"not in this source, so null: {', '.join(missing)}", *notes)
    if source.index:
        named = ", ".join(source.index)
        notes = (*notes, f"the index ({named}) is not read; frame.reset_index() makes a column of it")
    types = expressions.types(source, sorted(expressions.used_in(conversions))) if source.is_text else {}
    if types:
        named = ", ".join(f"{name} {dtype}" for name, dtype in types.items())
        notes = (f"typed for expressions by the first rows, each value checked: {named}", *notes)
    return Explanation(Path(source.label).name, steps, left_out, without_field, notes)


def _guessed(each: Conversion, label: str) -> str:
    """Say where the type of a number comes from that is read from text, and how text is declared."""
    name = each.field.name
    declared = f'Field("{name}", nullable=True, categorical=True)'
    given = f'("{each.given}", {declared})' if isinstance(each.given, str) else declared
    return (
        f"{name} is {each.field.type} by the first rows of {Path(label).name}: a word is no such number, "
        "and its row breaks number_unreadable; if it is text, say so in prepare of that source, before the "
        f'first import: metadata={{"{name}": {given}}}'
    )


def _objective(each: Conversion) -> str:
    """Say how a number is declared that is never missing; a type that is deployed stays."""
    name, field = each.field.name, f'Field("{each.field.name}", "{each.field.type}")'
    same = isinstance(each.given, str) and each.given.lower() == name.lower()
    declared = field if same else f'("{each.given}", {field})' if isinstance(each.given, str) else field
    return (
        f"{name} may be null, so it cannot be the objective of a solution; if it is never missing, say so "
        f'before the first import: metadata={{"{name}": {declared}}}'
    )


def _origin(source: Source, each: Conversion) -> str:
    path = unfit.path_of(source, each.given) if isinstance(each.given, pl.Expr) else None
    return path or each.origin


def _done(each: Conversion, said: dict[str, str]) -> str:
    found = said.get(each.field.name)
    return f"{each.way.note}; {found}" if found else each.way.note


def _forms(
    source: Source, conversions: Sequence[Conversion], typed: pl.LazyFrame, forms: Mapping[str, Form]
) -> dict[str, str]:
    """Say in which form ids of text are read: known, or told by the first rows until all have been read."""
    own = [each for each in conversions if each.way.of_id and not each.way.rule]
    fresh = {each.field.name: each.expr.cast(pl.String) for each in own if each.field.name not in forms}
    with reading(source, list(fresh)):
        head = typed.head(HEAD).select(**fresh).collect() if fresh else pl.DataFrame()
    told = {name: ids.told(head[name]) for name in head.columns}
    known = told | {each.field.name: forms[each.field.name] for each in own if each.field.name in forms}
    return {name: _FORMS[form] for name, form in known.items()}


def _units(source: Source, conversions: Sequence[Conversion], typed: pl.LazyFrame) -> dict[str, str]:
    numbers = {
        each.field.name: _unit(each) for each in conversions if is_timestamp(each.field) and each.way.rule
    }
    with reading(source, expressions.by_expression(conversions)):
        head = typed.head(HEAD).select(**numbers).collect() if numbers else pl.DataFrame()
    return {name: f"the first rows hold {', '.join(_named(head[name]))}" for name in head.columns}


def _unit(each: Conversion) -> pl.Expr:
    if each.way.rule == "timestamp_unit":
        return unit_of_number(each.expr)
    number, local = number_of_text(each.expr), without_zone(each.expr)
    said = (
        pl.when(local).then(pl.lit("text without a zone, taken as UTC")).otherwise(pl.lit("text with a zone"))
    )
    iso = pl.when(number.is_null() & each.expr.is_not_null()).then(said)
    return pl.when(number.is_not_null()).then(unit_of_number(number)).otherwise(iso)


def local_times(source: Source, conversions: Sequence[Conversion], typed: pl.LazyFrame) -> dict[str, int]:
    """Count the times without a zone among the first rows, by field; fields that have none are left out."""
    asked = {
        each.field.name: each.way.local(each.expr).sum()
        for each in conversions
        if each.way.local and is_timestamp(each.field)
    }
    if not asked:
        return {}
    expressions = [each.field.name for each in conversions if isinstance(each.given, pl.Expr)]
    with reading(source, expressions):
        found = typed.head(HEAD).select(**asked).collect()
    return {name: int(count) for name, count in found.row(0, named=True).items() if count}


def thousands(source: Source, conversions: Sequence[Conversion], typed: pl.LazyFrame) -> dict[str, int]:
    """Count the numbers among the first rows that may be thousands, by field; fields without are left out."""
    floats = [each for each in conversions if each.way.rule and each.field.type in ("float", "double")]
    asked = {each.field.name: each.expr for each in floats if each.way.note.startswith("text to")}
    with reading(source, expressions.by_expression(conversions)):
        head = typed.head(HEAD).select(**asked).collect() if asked else pl.DataFrame()
    return {
        each.name: count for each in head.iter_columns() if (count := prices.thousands(each.cast(pl.String)))
    }


def _named(units: pl.Series) -> Iterator[str]:
    for unit in units.drop_nulls().unique(maintain_order=True):
        yield _UNITS.get(unit, unit)
