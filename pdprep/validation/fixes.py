"""How to mend the rows that break a rule: told from the values that were found, in the user's own names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from pdprep.contract.rules.ids import ASIDE
from pdprep.contract.rules.rule import COLUMN, DatasetRule, Rule
from pdprep.preparation.formats import fitting
from pdprep.preparation.lists import bracketed
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.prices import amounts
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
    if name is None:
        return rule.fix()
    told, found = _TOLD.get(rule.name), values.drop_nulls().str.strip_chars()
    code = told(name, found) if told and found.len() else ""
    text = prepared.source.schema[name] == pl.String if name in prepared.source.schema else False
    if not code and (rule.name in _TOLD_ALONE or (rule.name == "number_not_finite" and text)):
        code = ASIDE
    return _of_source(prepared, code or rule.fix(name))


def fix_all(prepared: Prepared, rule: DatasetRule, summary: Summary) -> str:
    """Return what to type against what the rows of a dataset break together."""
    column = prepared.contract.key if rule.name == "id_twice" else "EVENT_TYPE"
    name = prepared.origin(column) if column in prepared.contract.names else None
    if name is None:
        return rule.fix()
    code = rule.told(prepared.contract, summary) or rule.mend
    return _of_source(prepared, code.replace(COLUMN, name))


def _of_source(prepared: Prepared, code: str) -> str:
    source = prepared.source
    return code.replace("frame.lazy()", source.asked.code(source.label)) if source.files else code


def _time(name: str, values: pl.Series) -> str:
    formats = fitting(values)
    if formats:
        other = f'  # or "{formats[1]}": no value tells which of the two' if len(formats) > 1 else ""
        return f'frame.lazy().pipe(transforms.epoch, "{name}", format="{formats[0]}"){other}'
    if values.str.contains(_ZONE).all():
        return (
            f"several zones share such a name: take it off {name} and say the zone, "
            f'frame.lazy().with_columns(pl.col("{name}").str.replace(r"\\s*\\(?[A-Za-z/_]+\\)?$", ""))'
            f'.pipe(transforms.in_zone, "{name}", "Europe/Berlin")'
        )
    return ""


def _number_of_a_day(name: str, values: pl.Series) -> str:
    """Tell dates written as numbers, years and the days of Excel, all of which are seconds of 1970 to us."""
    text = f'frame.lazy().with_columns(pl.col("{name}").cast(pl.String))'
    formats = [each for each in fitting(values) if each.startswith("%Y")]
    if formats:
        return f'{text}.pipe(transforms.epoch, "{name}", format="{formats[0]}")'
    number = values.cast(pl.Float64, strict=False)
    if number.is_between(1_900, 2_100).fill_null(False).all():
        year = f'pl.datetime(pl.col("{name}").cast(pl.Int32), 1, 1).alias("{name}")'
        return f"frame.lazy().with_columns({year})  # the first day of the year"
    if number.is_between(20_000, 80_000).fill_null(False).all():
        days = f'((pl.col("{name}").cast(pl.Float64) - {_1900_TO_1970}) * 86_400).round()'
        return f"frame.lazy().with_columns({days})  # days of Excel"
    return ""


def _price(name: str, values: pl.Series) -> str:
    found = amounts(values)
    if not values.cast(pl.Float64, strict=False).null_count():
        return ""  # these are numbers, and of another type than the field
    if (found.values.is_null() & ~found.either).any():
        return ""
    decimal = ', decimal=".")  # or decimal=",", where 1.234 is more than a thousand'
    return f'frame.lazy().pipe(transforms.prices, "{name}"{decimal if found.either.any() else ")"}'


def _impression(name: str, values: pl.Series) -> str:
    """Tell by which sign lists are joined; brackets and bars need none, and an id may hold a comma."""
    plain = values.filter(~bracketed(values) & ~values.str.contains("|", literal=True))
    sign = next((each for each in (";", ",") if plain.str.contains(each, literal=True).any()), "")
    said = f', separator="{sign}"' if sign else ""
    return f'frame.lazy().pipe(transforms.split, "{name}"{said})'


def _word(name: str, values: pl.Series) -> str:
    """Leave out the lines that repeat a header: they hold the names of fields, so these may be shown."""
    said = ", ".join(f'"{value}"' for value in values.unique(maintain_order=True))
    return f'frame.lazy().filter(~pl.col("{name}").is_in([{said}]).fill_null(False))'


_TOLD: Final[dict[str, Callable[[str, pl.Series], str]]] = {
    "timestamp_unreadable": _time,
    "timestamp_unit": _number_of_a_day,
    "timestamp_past": _number_of_a_day,
    "time_implausible": _number_of_a_day,
    "number_unreadable": _price,
    "impression_list": _impression,
    "keyword_value": _word,
}
# Where nothing is told from the values, an example would be a guess at what they mean.
_TOLD_ALONE: Final = ("timestamp_unreadable", "timestamp_unit", "timestamp_past", "time_implausible")
