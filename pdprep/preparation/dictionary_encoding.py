"""Columns of few texts are carried as numbers: what is done to a text, and asked of it, is done once.

Event types, devices, genres: a million rows, a handful of texts. A column is encoded where the first rows of
the source hold few; should more come than a dictionary takes, the source is read again with none encoded.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import polars as pl

from pdprep.preparation import escaping
from pdprep.preparation.conversions import Conversion, Convert, holds_ids
from pdprep.preparation.prepare import Prepared
from pdprep.preparation.reading import reading

SAMPLE: Final = 20_000  # rows
FEW: Final = 256  # texts among these
MOST: Final = 4_096  # texts of a column; with more it is no longer worth it
UNKNOWN: Final = 2**16 - 1  # the number of a text that none has been given


class TextDictionary:
    """The texts of one column, each with a number; it grows as batches come, on any thread.

    Attributes:
        texts: The converted texts by number; a text never changes its number.
        full: Whether more came than it takes.

    >>> letters = TextDictionary(lambda column: column.str.strip_chars())
    >>> letters.encode(pl.Series(["a", " b", None, " a "])).to_list(), letters.texts.to_list()
    ([0, 1, None, 0], ['a', 'b'])
    """

    def __init__(self, convert: Convert, most: int = MOST) -> None:
        self.texts, self.full = pl.Series(dtype=pl.String), False
        self._convert, self._most, self._lock = convert, most, threading.Lock()
        self._dtype = pl.Categorical(pl.Categories.random(physical=pl.UInt32))  # of the source's texts
        self._alive = pl.Series([], dtype=self._dtype)  # Polars forgets categories that no series has
        self._known: dict[str, int] = {}
        self._numbers: list[int | None] = [UNKNOWN] * most  # of each category, null where it comes to nothing
        self._table, self._learnt = pl.Series(self._numbers, dtype=pl.UInt16), 0

    def encode(self, values: pl.Series) -> pl.Series:
        """Return the number of each value's converted text.

        Raises:
            OverflowError: More texts came than the dictionary takes.
        """
        # Polars numbers the source's texts in its own way; a table turns its numbers into ours, of which two
        # texts that convert to the same have one. So a batch of known texts costs a cast and a gather.
        categories = values.cast(self._dtype)
        places, table = categories.to_physical(), self._table
        last = places.max()
        if last is not None and int(last) >= self._most:  # type: ignore[arg-type]  # a number
            self.full = True
            raise OverflowError("more texts than a dictionary takes")
        numbers = table.gather(places)
        if numbers.max() == UNKNOWN:
            numbers = self._learn(categories.filter(numbers == UNKNOWN).unique()).gather(places)
        return numbers.alias(values.name)

    def decode(self, numbers: pl.Series) -> pl.Series:
        """Return the texts of numbers."""
        return self.texts.gather(numbers).alias(numbers.name)

    def _learn(self, fresh: pl.Series) -> pl.Series:
        """Give numbers to texts that are not known yet; return the number of each category."""
        places, texts = fresh.to_physical().to_list(), fresh.cast(pl.String).alias("text").to_frame()
        converted = texts.select(self._convert(pl.col("text"))).to_series().to_list()
        # Nothing of Polars is asked under the lock: its threads would wait for one another.
        with self._lock:
            for place, text in zip(places, converted, strict=True):
                self._numbers[place] = (
                    None if text is None else self._known.setdefault(text, len(self._known))
                )
            numbers, known = list(self._numbers), list(self._known)
            learnt = len(numbers) - numbers.count(UNKNOWN)
        table, dictionary = pl.Series(numbers, dtype=pl.UInt16), pl.Series(known, dtype=pl.String)
        with self._lock:
            if learnt > self._learnt:  # another thread may have learnt more since
                self._table, self.texts, self._learnt = table, dictionary, learnt
        return table


@dataclass(frozen=True, eq=False)
class EncodedFrame:
    """A prepared frame of which some fields come as numbers.

    Attributes:
        plain: The frame as it was.
        prepared: The frame with those fields as numbers.
        dictionaries: The dictionary of each.
    """

    plain: Prepared
    dictionaries: Mapping[str, TextDictionary] = field(default_factory=dict)

    @cached_property
    def prepared(self) -> Prepared:
        each_with = ((each, self.dictionaries.get(each.field.name)) for each in self.plain.conversions)
        return replace(self.plain, conversions=tuple(_encoded(*each) for each in each_with))

    def decode(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows with their texts."""
        encoded = [name for name in self.dictionaries if name in rows.columns]
        return rows.with_columns(self.dictionaries[name].decode(rows[name]) for name in encoded)

    def escaped(self, rows: pl.DataFrame, unusual: Collection[str]) -> pl.DataFrame:
        """Return the rows with their texts as they stand in the CSV.

        Args:
            rows: Some of the fields.
            unusual: The columns that may hold text to be quoted.
        """
        return rows.with_columns(self._escaped(rows[name], name in unusual) for name in rows.columns)

    def _escaped(self, values: pl.Series, unusual: bool) -> pl.Series:
        if values.name in self.dictionaries:
            texts = self.dictionaries[values.name].texts
            return (escaping.escape(texts) if unusual else texts).gather(values).alias(values.name)
        return escaping.escape(values) if unusual and values.dtype == pl.String else values

    @property
    def marked(self) -> frozenset[str]:
        """The fields that come with a mark where their batch may hold unusual values."""
        return frozenset(each.field.name for each in self.prepared.conversions if each.way.batch)

    @property
    def full(self) -> bool:
        """Whether a dictionary was too small."""
        return any(each.full for each in self.dictionaries.values())


def encode(prepared: Prepared, but: Collection[str] = ()) -> EncodedFrame:
    """Encode the fields that hold few texts as far as the first rows tell.

    Args:
        prepared: What to encode.
        but: Fields that are to stay as they are.
    """
    asked = [each for each in prepared.conversions if _is_text(prepared, each) and each.field.name not in but]
    few = _few(prepared, asked) if asked else []
    return EncodedFrame(prepared, {each.field.name: TextDictionary(each.way.convert) for each in few})


def _is_text(prepared: Prepared, conversion: Conversion) -> bool:
    """Tell whether a field is text, no id, and a column of text is read for it that cannot fail."""
    field, given = conversion.field, conversion.given
    if holds_ids(prepared.contract, field):  # brought into the form of ids as text
        return False
    if conversion.way.rule or field.name not in prepared.contract.texts:
        return False
    return isinstance(given, str) and isinstance(prepared.source.schema[given], pl.String)


def _few(prepared: Prepared, asked: list[Conversion]) -> list[Conversion]:
    # A few rows tell most columns of many texts: descriptions of thousands of letters are not read for it.
    for rows in (FEW * 4, SAMPLE):
        if asked:
            head = prepared.typed.select(each.carried for each in asked).head(rows)
            with reading(prepared.source):
                texts = head.select(pl.all().n_unique()).collect()
            asked = [each for each in asked if texts[each.raw].item() <= FEW]
    return asked


def _encoded(conversion: Conversion, dictionary: TextDictionary | None) -> Conversion:
    if dictionary is None:
        return conversion

    def numbers(column: pl.Expr) -> pl.Expr:
        return column.map_batches(dictionary.encode, return_dtype=pl.UInt16, is_elementwise=True)

    return replace(conversion, way=conversion.way._replace(convert=numbers, batch=None))
