"""Ids as text: the same text is the same id from every source, in the form that its dataset has.

A float that stands for a whole number is written ``1.0``, which pandas does to a column of whole numbers
with a gap. Such ids are ``undone``: the ``.0`` is taken off. Ids that are spelled with a point of their own
(``1.10``, ``12.5``, ``1000000000.1700000000``, or ``1.0`` beside ``1``) are kept as ``text``, to the letter.
Which of the two it is belongs to a whole column and to its dataset, never to one value.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Final, Literal

import polars as pl

from pdprep.contract.text_statistics import TextStatistics
from pdprep.errors import IdFormError
from pdprep.preparation.columns import stripped

Form = Literal["undone", "text"]
UNDONE: Final[Form] = "undone"
TEXT: Final[Form] = "text"
# The first whole number that a float of this width may also mean its neighbour by.
INEXACT: Final[Mapping[type[pl.DataType], int]] = {
    pl.Float16: 2**11,
    pl.Float32: 2**24,
    pl.Float64: 2**53,
}
SPELT: Final = {
    UNDONE: "whole numbers as a float writes them (1.0 is the id 1)",
    TEXT: "text with a point of its own, kept to the letter (1.10, 12.5, or 1.0 beside 1)",
}
_DECIMAL: Final = r"^-?\d+\.\d*$"
_WHOLE: Final = r"^(?:-?(0)|(-?[1-9]\d*))\.0*$"  # -0.0 is 0, as it is from a float
_UNDONE: Final = "$1$2"


def normalise(values: pl.Series, form: Form | None = None) -> pl.Series:
    """Return ids as ``prepare`` has them: text without outer spaces, null where nothing is left.

    Args:
        values: Text, categories, whole numbers, floats or decimals.
        form: The form of the dataset's ids; None where none of them has a point.

    A float that may have lost digits, and a fraction of a float or a decimal, are null.

    >>> normalise(pl.Series([" 16 ", "1.0", "007", ""])).to_list()
    ['16', '1', '007', None]
    >>> normalise(pl.Series(["1.0", "1.10"]), "text").to_list()
    ['1.0', '1.10']
    """
    if values.dtype.is_float() or isinstance(values.dtype, pl.Decimal):
        whole = from_float if values.dtype.is_float() else from_decimal
        return values.to_frame("id").select(whole(pl.col("id"))).to_series().alias(values.name)
    text = values.cast(pl.String)
    clean = stripped(text, TextStatistics(text))
    return clean if form == TEXT else clean.str.replace(_WHOLE, _UNDONE)


def from_float(column: pl.Expr) -> pl.Expr:
    """Read an id from a float: ``1.0`` is ``1``; a fraction, or what may have lost digits, is null."""
    return column.map_batches(_whole_floats, return_dtype=pl.String, is_elementwise=True)


def _whole_floats(values: pl.Series) -> pl.Series:
    exact = values.is_finite() & (values == values.round()) & (values.abs() < INEXACT[type(values.dtype)])
    return values.set(~exact, None).cast(pl.Int64).cast(pl.String)


def from_decimal(column: pl.Expr) -> pl.Expr:
    """Read an id from an exact decimal: ``1.00`` is ``1``, all digits are kept, a fraction is null."""
    text = column.cast(pl.String)
    return pl.when(~text.str.contains(r"\.\d*[1-9]")).then(text.str.replace(r"\.0+$", ""))


class Spellings:
    """How the ids of one field are spelled, counted as batches go by on any thread.

    Attributes:
        values: Ids that there are.
        wholes: Of these, whole numbers as a float writes them.
        others: Whether there is a decimal that is none.
    """

    def __init__(self, field: str, form: Form | None = None) -> None:
        self.field, self.form = field, form
        self.values, self.wholes, self.others = 0, 0, False
        self._lengths: set[int] = set()  # bytes after the point
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, object]:
        """Return what has been counted: a lock does not go to another process."""
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def merge(self, other: Spellings) -> None:
        """Take over what was counted of other rows of the same column."""
        self.values, self.wholes = self.values + other.values, self.wholes + other.wholes
        self.others |= other.others
        self._lengths |= other._lengths

    @property
    def may_meet(self) -> bool:
        """Whether two texts may become one when a ``.0`` is taken off."""
        # Two ids become one only if they are spelled differently: "1.0" beside "1", or beside "1.00".
        return self.wholes > 0 and (self.wholes < self.values or len(self._lengths) > 1)

    @property
    def found(self) -> Form | None:
        """The form that they are in, as far as one batch tells: None where none has a point."""
        if self.form == TEXT or self.others:
            return TEXT
        return UNDONE if self.wholes else None

    def undone(self, values: pl.Series, statistics: TextStatistics) -> pl.Series:
        """Strip a batch of text and take off each ``.0``.

        Raises:
            IdFormError: A decimal is there that no float has written: the column is to be kept as text.
        """
        clean = stripped(values, statistics)
        decimals = clean.filter(clean.str.contains(_DECIMAL)) if statistics.has(".") else clean.clear()
        # How many digits follow the point, as far as there is one: a float writes one, a decimal any number.
        lengths = (decimals.str.len_bytes() - decimals.str.find(".", literal=True)).unique().to_list()
        others = decimals.len() > 0 and not decimals.str.contains(_WHOLE).all()
        # Nothing of Polars is asked under the lock: its threads would wait for one another.
        there = clean.len() - clean.null_count()
        with self._lock:
            self.values += there
            self.wholes += decimals.len()
            self._lengths.update(lengths)
            self.others |= others
        if self.others:
            raise differs(self.field, UNDONE, TEXT)
        return clean.str.replace(_WHOLE, _UNDONE) if decimals.len() else clean

    def floats(self, values: pl.Series) -> pl.Series:
        """Count a batch of floats or decimals, of which no text is left.

        Raises:
            IdFormError: The ids of the dataset are text.
        """
        there = values.len() - values.null_count()
        with self._lock:
            self.values += there
            self.wholes += there
        if there and self.form == TEXT:
            raise differs(self.field, TEXT, UNDONE)
        return values


def undone_list(values: pl.Series) -> pl.Series:
    """Take off each ``.0`` of ids that are joined by bars.

    >>> undone_list(pl.Series(["1.0|-2.0|1.5", "7"])).to_list()
    ['1|-2|1.5', '7']
    """
    pointed = values.str.contains(".", literal=True).fill_null(False).arg_true()
    if pointed.is_empty():
        return values
    single = pl.element().str.replace(_WHOLE, _UNDONE)
    lists = values.gather(pointed).str.split("|").list.eval(single).list.join("|")
    return values.scatter(pointed, lists)


def meet(rows: pl.LazyFrame, name: str) -> bool:
    """Say whether two texts of a column become one when a ``.0`` is taken off; reads that column alone."""
    text = pl.col(name).cast(pl.String).str.strip_chars().str.replace(r"^-(0\.0*)$", "$1")
    numbers = rows.select(id=text).filter(pl.col("id").str.contains(r"^-?(?:0|[1-9]\d*)(?:\.0*)?$")).unique()
    same = numbers.select(pl.col("id").str.replace(_WHOLE, _UNDONE).is_duplicated().any())
    return bool(same.collect(engine="streaming").item())


def told(sample: pl.Series) -> Form | None:
    """Tell the form from values: None where no id has the look of a decimal.

    >>> told(pl.Series(["1.0", "2.0"])), told(pl.Series(["1.0", "1"])), told(pl.Series(["a", "7"]))
    ('undone', 'text', None)
    """
    seen = Spellings(sample.name)
    try:
        seen.undone(sample, TextStatistics(sample))
    except IdFormError:
        return TEXT
    if seen.may_meet and meet(sample.to_frame().lazy(), sample.name):
        return TEXT
    return UNDONE if seen.wholes else None


def differs(field: str, has: Form, comes: Form, whose: str = "the dataset") -> IdFormError:
    """Return the error for ids in another form than those that they are to meet.

    Args:
        field: The id field.
        has: The form that is in force.
        comes: The form that this source needs.
        whose: What has the form that is in force.
    """
    return IdFormError(
        f"the ids of {field} in this source are {SPELT[comes]}",
        f"{whose} has {SPELT[has]}",
        f'id_forms={{"{field}": "text"}}  # in prepare: keeps these ids to the letter',
    )
