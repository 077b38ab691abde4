"""How to mend the rows that break a rule: told from the values that were found, in the user's own names."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import polars as pl

from pdprep.contract.rules import registry
from pdprep.contract.rules.ids import ASIDE
from pdprep.contract.rules.rule import COLUMN, DatasetRule, MissingRule, Rule, SchemaRule, filled
from pdprep.preparation import gaps
from pdprep.preparation.explanation import HEAD
from pdprep.preparation.formats import fitting
from pdprep.preparation.lists import bracketed
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.prices import amounts
from pdprep.preparation.reading import own, reading
from pdprep.validation.summary import Summary

_ZONE: Final = r"\d\s*\(?(?:[A-Z]{2,5}|[A-Z][a-z]+/[A-Za-z_]+)\)?$"
_1900_TO_1970: Final = 25_569  # days; Excel counts them from the end of 1899


def fix(prepared: Prepared, rule: Rule, column: str, values: pl.Series) -> str:
    """Return what to type against a breach.

    Args:
        prepared: The frame.
        rule: The rule that is broken.
        column: The field that breaks it.
        values: Values of the source that do, as text.
    """
    name = prepared.origin(column)
    # A field that an expression fills has no column to write a fix for: the expression is at fault.
    if name is None:
        if COLUMN not in rule.mend:
            return rule.fix()
        return ASIDE if rule.level == "error" else f"nothing, or another expression for {column}"
    if isinstance(rule, MissingRule) and (code := _filled_down(prepared, name)):
        return code
    # First what the values themselves tell, then a type that was guessed wrong, last the rule's own example.
    found, dtype = values.drop_nulls().str.strip_chars(), prepared.source.schema.get(name, pl.String())
    told = _TOLD.get(rule.name)
    code = told(found, dtype) if told and found.len() else ""
    if not code and rule.name == "number_unreadable" and column in prepared.guessed:
        code = _declared(column, found)
    if not code and (rule.name in _TOLD_ALONE or (rule.name == "number_not_finite" and dtype == pl.String)):
        # Where nothing is told from the values, an example would be a guess at what they mean.
        code = ASIDE if rule.level == "error" else "nothing, where they are meant so"
    return _of_source(prepared, filled(code or rule.mend, name))


def fix_all(prepared: Prepared, rule: DatasetRule, summary: Summary) -> str:
    """Return what to type against what the rows of a dataset break together."""
    column = rule.about(prepared.contract)
    name = prepared.origin(column) if column in prepared.contract.names else None
    if name is None:
        return rule.fix()
    code = rule.told(prepared.contract, summary) or rule.mend
    return _of_source(prepared, filled(code, name))


def fix_fields(prepared: Prepared, rule: SchemaRule) -> str:
    """Return what to type against what the fields break, in the names of their columns."""
    columns = {name: prepared.origin(name) or name for name in prepared.contract.names}
    return _of_source(prepared, rule.told(prepared.contract, columns) or rule.fix())


def _of_source(prepared: Prepared, code: str) -> str:
    return code.replace("frame.lazy()", prepared.source.code)


def _filled_down(prepared: Prepared, column: str) -> str:
    """Fill a column that has its value on the first line of an order alone, with others that are like it."""
    with reading(prepared.source):
        head = own(prepared.source).head(HEAD).collect()
    fields = (each for each in prepared.contract.fields if not each.nullable)
    required = [name for each in fields if (name := prepared.origin(each.name)) in head.columns]
    found = gaps.once(head, required)
    return prepared.source.code + found.code if found and column in found.columns else ""


def _time(values: pl.Series, dtype: pl.DataType) -> str:
    formats = fitting(values)
    if formats:
        other = f'  # or "{formats[1]}": no value tells which of the two' if len(formats) > 1 else ""
        return f'frame.lazy().pipe(transforms.epoch, "$column", format="{formats[0]}"){other}'
    if values.str.contains(_ZONE).all():
        # CST is three zones and more: none is guessed, the user says which.
        return (
            "several zones share such a name: take it off and say the zone, "
            r'frame.lazy().with_columns(pl.col("$column").str.replace(r"\s*\(?[A-Za-z/_]+\)?$", ""))'
            '.pipe(transforms.in_zone, "$column", "Europe/Berlin")'
        )
    return ""


def _number_of_a_day(values: pl.Series, dtype: pl.DataType) -> str:
    """Tell dates written as numbers, years and the days of Excel, all of which are seconds of 1970 to us."""
    # The year must stand first: 01022024 has lost its zero where it is a number.
    formats = [each for each in fitting(values.str.replace(r"\.0+$", "")) if each.startswith("%Y")]
    if formats:
        return f'frame.lazy().pipe(transforms.epoch, "$column", format="{formats[0]}")'
    number = values.cast(pl.Float64, strict=False)
    if number.is_between(1_900, 2_100).fill_null(False).all():
        year = 'pl.datetime(pl.col("$column").cast(pl.Int32), 1, 1).alias("$column")'
        return f"frame.lazy().with_columns({year})  # the first day of the year"
    if number.is_between(20_000, 80_000).fill_null(False).all():
        days = f'((pl.col("$column").cast(pl.Float64) - {_1900_TO_1970}) * 86_400).round()'
        return f"frame.lazy().with_columns({days})  # days of Excel"
    return ""


def _price(values: pl.Series, dtype: pl.DataType) -> str:
    found = amounts(values)
    if not values.cast(pl.Float64, strict=False).null_count():
        return ""  # these are numbers, and of another type than the field
    if (found.values.is_null() & ~found.either).any():
        return ""
    # Where 1.234 is written no value tells what it is: the fix says which it takes, and what the other is.
    decimal = ', decimal=".")  # or decimal=",", where 1.234 is more than a thousand'
    return f'frame.lazy().pipe(transforms.prices, "$column"{decimal if found.either.any() else ")"}'


def _declared(column: str, values: pl.Series) -> str:
    """Declare a field as text where what its first rows were taken for was wrong: 01067, 12a, 1E5."""
    if not values.len() or not values.str.contains(r"\d").all():
        return ""
    name = json.dumps(column)
    return f'metadata={{{name}: ("$column", pdprep.Field({name}, nullable=True, categorical=True))}}'


def _list(values: pl.Series, dtype: pl.DataType) -> str:
    """Tell by which sign lists are joined; brackets and bars need none, and an id may hold a comma."""
    plain = values.filter(~bracketed(values) & ~values.str.contains("|", literal=True))
    sign = next((each for each in (";", ",") if plain.str.contains(each, literal=True).any()), "")
    said = f', separator="{sign}"' if sign else ""
    return f'frame.lazy().pipe(transforms.split, "$column"{said})'


def _header(values: pl.Series, dtype: pl.DataType) -> str:
    """Leave out the lines that repeat a header: they hold the names of fields, so these may be shown."""
    said = ", ".join(json.dumps(value) for value in values.unique(maintain_order=True))
    text = 'pl.col("$column").cast(pl.String).str.strip_chars()'
    return f"frame.lazy().filter(~{text}.is_in([{said}]).fill_null(False))"


def _event_of_action(values: pl.Series, dtype: pl.DataType) -> str:
    """Rename what is plainly one of the three; only such words are shown."""
    found = [(value, _ACTIONS.get("".join(filter(str.isalpha, value.lower())))) for value in values.unique()]
    if any(meant is None for _, meant in found):
        return ""
    said = ", ".join(f'{json.dumps(value, ensure_ascii=False)}: "{meant}"' for value, meant in sorted(found))
    return f'frame.lazy().pipe(transforms.map_event_types, {{{said}}}, event="$column")'


def _of_text(mend: str) -> Callable[[pl.Series, pl.DataType], str]:
    """Split text by its bars before a fix of lists."""
    return lambda values, dtype: (
        mend.replace('pl.col("$column")', 'pl.col("$column").str.split("|")') if dtype == pl.String else ""
    )


def _of_list(mend: str) -> Callable[[pl.Series, pl.DataType], str]:
    """Join lists by bars before a fix of text."""
    text = 'pl.col("$column").cast(pl.List(pl.String)).list.join("|")'
    return lambda values, dtype: (
        mend.replace('pl.col("$column")', text) if isinstance(dtype, pl.List | pl.Array) else ""
    )


# What people write for the three events of an action.
_ACTIONS: Final = (
    dict.fromkeys(("taken", "accepted", "accept", "converted", "claimed", "purchased"), "Taken")
    | dict.fromkeys(("nottaken", "declined", "dismissed", "rejected", "ignored", "refused"), "Not Taken")
    | dict.fromkeys(("viewed", "view", "seen", "shown", "impression"), "Viewed")
)
# How the values that break a rule tell the fix; where nothing does, it is the rule's own.
_TOLD: Final[dict[str, Callable[[pl.Series, pl.DataType], str]]] = {
    "timestamp_unreadable": _time,
    "timestamp_unit": _number_of_a_day,
    "timestamp_past": _number_of_a_day,
    "time_implausible": _number_of_a_day,
    "number_unreadable": _price,
    "impression_list": _list,
    "keyword_value": _header,
    "action_event_type": _event_of_action,
    "impression_count": _of_text(registry.rule("impression_count").mend),
    "impression_id": _of_text(registry.rule("impression_id").mend),
    "category_length": _of_list(registry.rule("category_length").mend),
}
_TOLD_ALONE: Final = (
    "timestamp_unreadable",
    "timestamp_unit",
    "timestamp_past",
    "time_implausible",
    "number_unreadable",
)
