"""Amounts of money as people write them, as numbers.

Most tell which sign stands before the fraction: ``1.899,29``, ``1,234.50``, ``12,5``. ``1.899`` may be
about two or thousands, which the caller has to say.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import polars as pl

Decimal = Literal[".", ","]
_SPACE: Final = r"[\x{a0}\x{202f}\x{2009}]"
_MINUS: Final = r"[\x{2212}\x{2012}\x{2013}]"
_APOSTROPHE: Final = r"\x{2019}"
_CODES: Final = (
    "AED|ARS|AUD|BGN|BHD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KES|KRW|KWD|MAD|"
    "MXN|MYR|NGN|NOK|NZD|PEN|PHP|PKR|PLN|QAR|RON|RSD|RUB|SAR|SEK|SGD|THB|TND|TRY|TWD|UAH|USD|UYU|VND|ZAR"
)
_WORDS: Final = (
    "baht|cents?|ct|din|dollars?|euros?|franken|fr|ft|kč|kr|lei|leu|lv|pesos?|pounds?|rs|rub|sfr|tl|yen|yuan|zł|zl|"
    "лв|руб|円|元|원"  # noqa: RUF001 - as they are written there
)
# What names a currency, and nothing else: the letters of SKU-5, A4 and 12a are part of a name.
CURRENCY: Final = rf"(?:(?:[A-Z]{{1,3}})?\p{{Sc}}|(?i:{_CODES}|{_WORDS})\.?)"
_AMOUNT: Final = (
    rf"^(?P<open>\()?(?P<first>[-+])?\s*(?P<before>{CURRENCY})?\s*(?P<second>[-+])?\s*"
    r"(?P<digits>\d[\d.,' ]*\d|\d|[.,]\d+)"
    rf"(?:[.,]-)?\s*(?P<after>{CURRENCY})?\s*(?P<last>-)?(?P<close>\))?$"
)
_EXPONENT: Final = r"^[-+]?\d+(?:\.\d+)?[eE][-+]?\d+$"
_SPACED: Final = r"^\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?$"  # here a point or comma is the decimal sign
_POINT: Final = r"^(?:[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}|\d*)\.\d+$|^[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}$"
_COMMA: Final = r"^(?:[1-9]\d{0,2}(?:\.\d{2,3})*\.\d{3}|\d*),\d+$|^[1-9]\d{0,2}(?:\.\d{2,3})*\.\d{3}$"
_THOUSANDS: Final = r"^[-+]?(?:\d{1,3}|[1-9]\d{0,2}\.\d{3}|)$"
_EITHER: Final = r"^[1-9]\d{0,2}[.,]\d{3}$"


class Amounts(NamedTuple):
    """The numbers of a batch, null where a text is none or can be read two ways, which ``either`` marks."""

    values: pl.Series
    either: pl.Series


def amounts(texts: pl.Series, decimal: Decimal | None = None) -> Amounts:
    """Read a batch of amounts; ``decimal`` is the sign before the fraction of those that may have two.

    >>> amounts(pl.Series(["999,29", "1.899,29", "-4.50 EUR", "1.899", "free"])).values.to_list()
    [999.29, 1899.29, -4.5, None, None]
    >>> amounts(pl.Series(["1.899", "12,50"]), ",").values.to_list()
    [1899.0, 12.5]
    """
    text = pl.col("text").str.replace_all(_SPACE, " ").str.replace_all(_MINUS, "-")
    frame = texts.alias("text").to_frame().select(text.str.replace_all(_APOSTROPHE, "'").str.strip_chars())
    frame = frame.with_columns(pl.col("text").str.extract_groups(_AMOUNT).struct.unnest())
    # A currency stands on one side: text with letters on both sides of a digit is a word such as B2B.
    twice = pl.all_horizontal(pl.col("before", "after").is_not_null())
    frame = frame.with_columns(pl.when(~twice).then(pl.col("digits")).alias("digits"))
    digits, spaced = pl.col("digits"), pl.col("digits").str.contains(_SPACED)
    frame = frame.with_columns(
        pl.when(spaced).then(digits.str.replace_all("[ ']", "")).otherwise(digits),
        (digits.str.contains(_EITHER)).fill_null(False).alias("either"),
    ).with_columns(point=digits.str.contains(_POINT), comma=digits.str.contains(_COMMA))
    as_point = pl.col("point") & (~pl.col("either") | (decimal == "."))
    as_comma = pl.col("comma") & (~pl.col("either") | (decimal == ","))
    whole = digits.str.contains(r"^\d+$")
    plain = (
        pl.when(as_point)
        .then(digits.str.replace_all(",", "", literal=True))
        .when(as_comma)
        .then(digits.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .when(whole)
        .then(digits)
    )
    minus = pl.any_horizontal(pl.col("first", "second", "last") == "-")
    minus = (minus | pl.all_horizontal(pl.col("open", "close").is_not_null())).fill_null(False)
    exponent = pl.when(pl.col("text").str.contains(_EXPONENT)).then(pl.col("text"))
    number = plain.cast(pl.Float64)
    values = pl.coalesce(pl.when(minus).then(-number).otherwise(number), exponent.cast(pl.Float64))
    found = frame.select(values.alias("value"), "either")
    return Amounts(found["value"].alias(texts.name), found["either"] & found["value"].is_null())


def decimal_sign(texts: pl.Series) -> Decimal | None:
    """Return the sign before the fraction, where one amount tells it of the others: with one or two digits.

    >>> decimal_sign(pl.Series(["1.899", "12,50"])), decimal_sign(pl.Series(["1.899"]))
    (',', None)
    """
    signs: tuple[Decimal, ...] = (",", ".")
    told = (sign for sign in signs if texts.str.contains(rf"\d\{sign}\d{{1,2}}(?:\D|$)").any())
    return next(told, None)


def thousands(texts: pl.Series) -> int:
    """Count the numbers that may be thousands, where each of a column can be written so: 1.299 beside 899.

    >>> thousands(pl.Series(["1.299", "899", None])), thousands(pl.Series(["1.299", "0.5"]))
    (1, 0)
    """
    written = texts.drop_nulls().str.strip_chars()
    return int(written.str.contains(_EITHER).sum()) if written.str.contains(_THOUSANDS).all() else 0
