"""Forms in which programs write a moment as text, beyond ISO 8601: those alone that can mean one thing.

Read are years that stand first (``2026/01/05 10:00``, ``20260105T100000Z``), months with an English name (RFC
2822, JavaScript's Date, C's asctime, logs of Apache and nginx), AM and PM, and the zones UTC, GMT, Z and
offsets, as BigQuery, Snowflake, Ruby, Go and Java write them. Not read is ``01/02/2026``, which is January
in the United States and February elsewhere, nor a zone by its abbreviation, which several zones share.
"""

from __future__ import annotations

from typing import Final

import polars as pl

# Polars makes a pattern ready anew for each batch, and where it says \d, the digits of every script, that
# takes milliseconds. So they say [0-9].
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?P<mon>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_WEEKDAY: Final = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:[a-z]*day)?,?\s+)?"
_HALF: Final = r"(?:\s?(?P<half>[ap])\.?m\.?)?"
_CLOCK: Final = rf"(?P<h>[0-9]{{1,2}}):(?P<m>[0-9]{{2}})(?::(?P<s>[0-9]{{2}})(?:[.,][0-9]+)?)?{_HALF}"
_NAMED: Final = r"(?:\s?\([^)]*\)|\s?\[[^\]]*\])"
_ZERO: Final = rf"\s?(?:UTC|GMT|Z){_NAMED}?"
# The name of a zone says nothing that the offset beside it has not said.
_OFFSET: Final = rf"\s?(?:UTC|GMT)?(?P<offset>[+-][0-9]{{2}}(?::?[0-9]{{2}})?)(?:\s[A-Z]{{1,5}}|{_NAMED})?"
_ZONE: Final = rf"(?:{_OFFSET}|{_ZERO})?"
_YEAR: Final = r"(?P<y>[0-9]{4})"
_DAY: Final = r"(?P<d>[0-9]{1,2})"
_FORMS: Final = tuple(
    rf"(?i)^{form}$"
    for form in (
        rf"{_YEAR}(?:-(?P<mon>[0-9]{{1,2}})-|/(?P<mon2>[0-9]{{1,2}})/|\.(?P<mon3>[0-9]{{1,2}})\.){_DAY}"
        rf"(?:[T\s]\s?{_CLOCK}{_ZONE})?",
        r"(?P<y>[0-9]{4})(?P<mon>[0-9]{2})(?P<d>[0-9]{2})[T\s]"
        rf"(?P<h>[0-9]{{2}}):?(?P<m>[0-9]{{2}}):?(?P<s>[0-9]{{2}})?(?:[.,][0-9]+)?{_ZONE}",
        rf"\[?{_WEEKDAY}{_DAY}(?:\s{_MONTH}\.?,?\s|/(?P<mon2>[a-z]{{3}})/|-(?P<mon3>[a-z]{{3}})-){_YEAR}"
        rf"(?:(?::|,?\s(?:at\s)?){_CLOCK}{_ZONE})?\]?",
        rf"{_WEEKDAY}{_MONTH}\.?\s{_DAY}(?:st|nd|rd|th)?,?\s{_YEAR}(?:,?\s(?:at\s)?{_CLOCK}{_ZONE})?",
        rf"{_WEEKDAY}{_MONTH}\s+{_DAY}\s{_CLOCK}{_ZONE}\s{_YEAR}",
    )
)
# A clock, and behind it a zone: such a text is one moment wherever it was written.
ZONED: Final = (
    r"(?i)(?::[0-9]{2}|[T\s][0-9]{4}(?:[0-9]{2})?)(?:[.,][0-9]+)?(?:\s?[ap]\.?m\.?)?"
    r"\s?(?:UTC|GMT|Z|[+-][0-9]{2})"
)


def epoch_of_forms(text: pl.Series) -> pl.Series:
    """Read seconds since 1970 from text in these forms, else null; no zone means UTC.

    >>> written = pl.Series(["2023-11-14 22:13:20 UTC", "14/Nov/2023:22:13:20 +0000", "14/11/2023"])
    >>> epoch_of_forms(written).to_list()
    [1700000000, 1700000000, None]
    """
    found = pl.Series([None], dtype=pl.Int64).new_from_index(0, text.len())
    dated = text.str.contains(_YEAR)  # what has no year is a word, and none of the forms is tried on it
    for form in _FORMS:
        left = (found.is_null() & dated).arg_true()
        if left.is_empty():
            break
        found = found.scatter(left, _read(text.gather(left), form))
    return found.alias(text.name)


def _read(text: pl.Series, form: str) -> pl.Series:
    frame = text.alias("text").to_frame().select(pl.col("text").str.extract_groups(form)).unnest("text")
    part = {name: pl.col(name) for name in frame.columns}
    none = pl.lit(None, pl.String)
    month = pl.coalesce([part[name] for name in ("mon", "mon2", "mon3") if name in part])
    number = month.str.slice(0, 3).str.to_lowercase().replace(dict(zip(_MONTHS, _DIGITS, strict=True)))
    hour, half = part["h"].cast(pl.Int64, strict=False), part.get("half", none).str.to_lowercase()
    of_half = pl.when(hour.is_between(1, 12)).then(hour % 12 + pl.when(half == "p").then(12).otherwise(0))
    clock = pl.when(half.is_null()).then(hour).otherwise(of_half)
    iso = pl.concat_str(
        part["y"], pl.lit("-"), number.str.zfill(2), pl.lit("-"), part["d"].str.zfill(2), pl.lit("T"),
        # A day alone is its first second; a clock that there is not, such as 13 PM, leaves no moment.
        pl.when(hour.is_null()).then(pl.lit("00")).otherwise(clock.cast(pl.String).str.zfill(2)),
        pl.lit(":"), part["m"].fill_null("00"), pl.lit(":"), part["s"].fill_null("00"),
        part["offset"].fill_null("+00"),
    )  # fmt: skip
    moment = iso.str.to_datetime("%Y-%m-%dT%H:%M:%S%#z", strict=False, time_zone="UTC", time_unit="us")
    return frame.select(moment.dt.epoch("s")).to_series()


_DIGITS: Final = tuple(f"{number:02}" for number in range(1, 13))
