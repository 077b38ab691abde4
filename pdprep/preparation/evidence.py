"""What the values of a column are, told from a sample: moments, ids, amounts, lists as text, prose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import polars as pl

from pdprep.preparation import formats, times
from pdprep.preparation.columns import LEADING_ZERO, LONGEST
from pdprep.preparation.lists import bracketed, sign, vectors
from pdprep.preparation.object_texts import are_objects
from pdprep.preparation.prices import CURRENCY, amounts, decimal_sign, thousands

Kind = Literal[
    "nothing", "truth", "number", "time", "format", "price", "list", "split", "url", "email", "phone", "uuid",
    "prose", "text", "nested",
]  # fmt: skip
SOME: Final = 1_000  # different values whose form is looked at
MOST: Final = 0.95  # of the values have the form
LONG_TEXT: Final = 60  # characters on average: prose, not a category
_WORDS: Final = 5  # has prose on average
_LEAST: Final = 20  # rows, of which each has another value, tell that the values do not recur
_1985: Final = 473_385_600
_2100: Final = 4_102_444_800
_1995: Final = 788_918_400
_2035: Final = 2_051_222_400  # ids of digits are often beyond it
_NO_NUMBER: Final = r"(?i)^[-+]?(?:nan|inf|infinity)$"  # which programs write among numbers
_E164: Final = r"^\+[1-9]\d{8,14}$"  # a sign that numbers seldom have, and phone numbers always
_CURRENCIES: Final = rf"^[-+(]?\s*{CURRENCY}?[^\p{{L}}]*{CURRENCY}?\.?\)?$"
_MONEY: Final = rf"{CURRENCY}|[.,]\d\d\D*$"  # which 1.2 beside beta is not
_NUMBER: Final = r"^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$"
_CLOCK_OR_DAY: Final = r"\d{1,4}[-./ ]\w{2,9}[-./ ,]|\d{8}|[a-zA-Z]{3,9}\.? \d{1,2}"
_DAY: Final = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DAY_NUMBERS: Final = {
    rf"^{_DAY}$": "%Y%m%d",
    rf"^{_DAY}[0-2]\d[0-5]\d$": "%Y%m%d%H%M",
    rf"^{_DAY}[0-2]\d[0-5]\d[0-5]\d$": "%Y%m%d%H%M%S",
}
_FORMS: Final[dict[Kind, str]] = {
    "url": r"^(?:(?:https?|ftp|s3|gs)://|www\.)\S+$",
    "email": r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$",
    "uuid": r"(?i)^\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$"
    r"|^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$",
    "phone": r"^(?:\+\d[\d\s()./-]{6,20}|\(\d{2,5}\)[\d\s./-]{5,15}|\d{3}[-. ]\d{3}[-. ]\d{4}"
    r"|0\d{1,5}[ /-][\d\s-]{4,12})$",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Evidence:
    """A column's values without nulls and blanks, and what can be told of them.

    Attributes:
        values: The values; text without outer spaces.
        column: The column as it is.
    """

    values: pl.Series
    column: pl.Series

    @classmethod
    def of(cls, column: pl.Series) -> Evidence:
        """Look at a column.

        >>> Evidence.of(pl.Series(["1.899,29", "5,00"])).kind, Evidence.of(pl.Series(["5. Jan 2026"])).kind
        ('price', 'text')
        """
        column = column.alias("value")  # some of a Series' methods read a name such as "*" as a pattern
        values = column.drop_nulls()
        if isinstance(column.dtype, pl.Categorical | pl.Enum):
            values = values.cast(pl.String)
        if values.dtype == pl.String:
            values = values.str.strip_chars()
            values = values.filter(values != "")
        return cls(values, column)

    @property
    def rows(self) -> int:
        """How many rows the sample has."""
        return self.column.len()

    @property
    def missing(self) -> int:
        """How many rows have no value."""
        return self.rows - self.values.len()

    @cached_property
    def kind(self) -> Kind:
        """What most of the values are."""
        dtype = self.values.dtype
        if not self.values.len():
            return "nothing"
        if dtype == pl.String:
            return self._kind_of_text
        if isinstance(dtype, pl.List | pl.Array):
            return "nested" if dtype.inner.is_nested() or dtype.inner.is_float() else "list"
        if dtype == pl.Boolean:
            return "truth"
        if dtype.is_numeric():
            return "number"
        return "time" if dtype in (pl.Date, pl.Datetime) else "nested"

    @cached_property
    def _kind_of_text(self) -> Kind:
        some, words = self.some, self.values.filter(~self.values.str.contains(_NO_NUMBER))
        if words.len() and words.str.contains(_NUMBER).all():
            if _most(some.str.contains(_E164)):
                return "phone"
            no_number = words.str.contains(LEADING_ZERO) | words.str.contains(LONGEST)
            return "text" if no_number.any() else "number"
        if self.exceptions:
            return "price"
        for kind, form in _FORMS.items():
            if _most(some.str.contains(form)):
                return kind
        if _moments(some.head(_LEAST)).is_not_null().any() and _most(self._moments.is_not_null()):
            return "time"
        if self.time_formats:
            return "format"
        if _most(bracketed(some) | are_objects(some)):
            return "nested" if are_objects(some).any() or vectors(some).any() else "split"
        if some.str.contains(_CURRENCIES).all() and _most(_amounts(some)):
            return "price"
        return "prose" if is_prose(some) else "text"

    @cached_property
    def exceptions(self) -> tuple[str, ...]:
        """The few words among amounts, such as free or n/a, that are none."""
        if self.values.dtype != pl.String:
            return ()
        words = self.some.filter(self.some.str.contains(r"^\D{1,12}$"))
        amount = self.some.filter(self.some.str.contains(r"\d"))
        few = 0 < words.len() <= _WORDS and amount.len() > words.len()
        money = amount.str.contains(_CURRENCIES).all() and _most(amount.str.contains(_MONEY))
        return tuple(words) if few and money and _most(_amounts(amount)) else ()

    @cached_property
    def some(self) -> pl.Series:
        """Some of the different values."""
        return self.values.unique(maintain_order=True).head(SOME)

    @cached_property
    def _moments(self) -> pl.Series:
        return _moments(self.some)

    @cached_property
    def day_format(self) -> str:
        """The format of days written as numbers, such as 20260105, which are seconds of 1970 otherwise."""
        if self.values.dtype != pl.String and not self.values.dtype.is_numeric():
            return ""
        whole = self.some.cast(pl.Float64, strict=False).cast(pl.Int64, strict=False).cast(pl.String)
        told = (
            form
            for pattern, form in _DAY_NUMBERS.items()
            if _all(whole.str.contains(pattern).fill_null(False))
        )
        return next(told, "") if whole.len() else ""

    @cached_property
    def time_formats(self) -> tuple[str, ...]:
        """The formats that read all of the values, where their form alone does not tell the moment."""
        if self.day_format:
            return (self.day_format,)
        looks = self.values.dtype == pl.String and _all(self.some.head(20).str.contains(_CLOCK_OR_DAY))
        return formats.fitting(self.some) if looks else ()

    @cached_property
    def epochs(self) -> pl.Series:
        """The moments of some values as seconds since 1970, as ``prepare`` reads them."""
        some, dtype = self.some.to_frame("at"), self.values.dtype
        if dtype == pl.String:
            return self._moments
        if dtype in (pl.Date, pl.Datetime):
            return some.select(times.epoch_of_moment(pl.col("at"))).to_series()
        read = times.epoch_of_number if dtype.is_integer() else times.epoch_of_float
        return some.select(read(pl.col("at"))).to_series() if dtype.is_numeric() else pl.Series([None])

    @cached_property
    def moments(self) -> bool:
        """Whether the values are moments of the years in which there are events."""
        told = self.kind in ("time", "number", "text")  # digits with a zero in front are text
        return told and _most(self.epochs.is_between(_1985, _2100).fill_null(False), 0.5)

    @cached_property
    def plainly_moments(self) -> bool:
        """Whether the values are moments whatever their column is called."""
        if self.kind == "time":
            return self.moments
        return self.kind == "number" and self.whole and _all(self.epochs.is_between(_1995, _2035))

    @cached_property
    def local(self) -> bool:
        """Whether some of the moments bear no zone."""
        dtype = self.values.dtype
        if dtype == pl.String:
            return bool(self.some.to_frame("at").select(times.without_zone(pl.col("at")).any()).item())
        return dtype == pl.Date or (isinstance(dtype, pl.Datetime) and dtype.time_zone is None)

    @cached_property
    def numbers(self) -> pl.Series:
        """The values as numbers, of text too."""
        read = self.values if self.kind == "number" else self.values.clear().cast(pl.Null)
        return read.cast(pl.Float64, strict=False)

    @cached_property
    def whole(self) -> bool:
        """Whether the values are whole numbers."""
        return self.kind == "number" and bool((self.numbers == self.numbers.round()).all())

    @cached_property
    def different(self) -> int:
        """How many different values there are; of lists and objects as many as values."""
        return self.values.len() if self.values.dtype.is_nested() else self.values.n_unique()

    @property
    def unique(self) -> bool:
        """Whether no value recurs, in as many rows as tell it."""
        return self.values.len() >= _LEAST and self.different >= MOST * self.values.len()

    @property
    def one_each(self) -> bool:
        """Whether every row has a value of its own."""
        return not self.missing and self.different == self.values.len()

    @property
    def counts(self) -> bool:
        """Whether the values are the numbers of the rows, from 0 or from 1."""
        return self.numbers.to_list() in ([*range(self.rows)], [*range(1, self.rows + 1)])

    @property
    def identifies(self) -> bool:
        """Whether the values can be ids: text without sentences, or whole numbers."""
        if self.kind == "number":
            return self.whole or self.values.dtype == pl.String
        long = self.values.dtype == pl.String and bool((self.some.str.len_bytes() > 256).any())
        return self.kind in ("text", "uuid", "email", "url", "phone") and not long

    @property
    def codes(self) -> bool:
        """Whether the values are ids whatever their column is called: UUIDs, or codes with digits."""
        if self.kind == "uuid":
            return True
        return self.kind == "text" and _most(self.some.str.contains(r"^[^\s]*\d[^\s]*$"))

    @cached_property
    def decimal(self) -> str | None:
        """The sign before the fraction of amounts: empty where each tells it, None where none does."""
        if not amounts(self.some).either.any():
            return ""
        return decimal_sign(self.some)

    @property
    def thousands(self) -> bool:
        """Whether numbers that are read as fractions may be thousands."""
        return self.values.dtype == pl.String and thousands(self.some) > 0

    @cached_property
    def separator(self) -> str | None:
        """The sign that joins categories; ``|`` where it stands among spaces or empty parts."""
        if self.kind == "split" or self.values.dtype != pl.String:
            return None
        if self.some.str.contains(r"\s\|\s|\|\s*\||^\s*\||\|\s*$").any():
            return "|"
        return sign(self.some) if self.kind in ("text", "prose") else None


def is_prose(values: pl.Series) -> bool:
    """Say whether texts are sentences: long, of several words, and no addresses.

    >>> is_prose(pl.Series(["A thief and a detective have more in common than either of them would think."]))
    True
    """
    if values.dtype != pl.String or not values.len():
        return False
    length, words = values.str.len_chars().mean(), (values.str.count_matches(r"\s+") + 1).mean()
    long = isinstance(length, float) and length > LONG_TEXT
    return long and isinstance(words, float) and words >= _WORDS


def _moments(texts: pl.Series) -> pl.Series:
    return texts.to_frame("at").select(times.epoch_of_text(pl.col("at"))).to_series()


def _amounts(texts: pl.Series) -> pl.Series:
    found = amounts(texts)
    return found.values.is_not_null() | found.either


def _all(flags: pl.Series) -> bool:
    return bool(flags.all())


def _most(flags: pl.Series, share: float = MOST) -> bool:
    return bool(flags.len()) and flags.fill_null(False).sum() >= share * flags.len()
