"""Expressions that turn a column as people have it into one that Amazon Personalize takes.

Each takes and returns a Polars expression; what cannot be converted becomes null, and the caller, who
still has the source's value, tells it from a missing one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

import polars as pl

from pdprep.contract.text_statistics import TextStatistics

Convert = Callable[[pl.Series, TextStatistics], pl.Series]
MARK: Final = "__mark_"
MAX_EXACT: Final = 2**53
LEADING_ZERO: Final = r"^\s*[-+]?0\d"
_WHOLE: Final = r"^[-+]?(?:0|[1-9]\d*)(?:\.0*)?$"
LONGEST: Final = r"^[-+]?\d{19,}$"  # digits that no number holds


class Batchwise(NamedTuple):
    """What is done to a batch of text, given its statistics.

    Attributes:
        convert: Takes the values and their statistics.
        unusual: Whether, by the statistics, what comes out may need quotation marks or hold a bar.
    """

    convert: Convert
    unusual: Callable[[TextStatistics], bool]

    def then(self, last: Callable[[pl.Series], pl.Series]) -> Batchwise:
        """Return the same with a last step that makes nothing unusual."""
        return self._replace(convert=lambda values, statistics: last(self.convert(values, statistics)))


def text(column: pl.Expr) -> pl.Expr:
    """Strip outer spaces and make empty text null.

    >>> pl.DataFrame({"t": [" a ", "  "]}).select(text(pl.col("t")))["t"].to_list()
    ['a', None]
    """
    return by_batch(column, stripped)


def not_blank(column: pl.Expr) -> pl.Expr:
    """Make text of spaces alone null, where most values are null already."""
    return column.map_batches(_not_blank, return_dtype=pl.String, is_elementwise=True)


def _not_blank(values: pl.Series) -> pl.Series:
    places = values.is_not_null().arg_true()
    blank = places.filter(values.gather(places).str.strip_chars() == "")
    return values if blank.is_empty() else values.scatter(blank, None)


def one_line(column: pl.Expr) -> pl.Expr:
    """Make text without a letter null and line breaks one space: a record of the CSV is one line."""
    return by_batch(column, lined)


def word(column: pl.Expr) -> pl.Expr:
    """Strip outer spaces, make empty text null and line breaks one space."""
    return by_batch(column, lambda values, statistics: _unbroken(stripped(values, statistics), statistics))


def marked(column: pl.Expr, way: Batchwise, name: str) -> pl.Expr:
    """Convert text, and tell with each batch whether what came out may be unusual, by the same statistics.

    Args:
        column: Text.
        way: What to do to a batch.
        name: The name of the text in the struct that comes out; the answer's is ``__mark_`` before it.
    """

    def batch(values: pl.Series) -> pl.Series:
        statistics = TextStatistics(values)
        mark = pl.Series(MARK + name, [way.unusual(statistics)]).new_from_index(0, values.len())
        return pl.DataFrame([way.convert(values, statistics).alias(name), mark]).to_struct(values.name)

    both = pl.Struct({name: pl.String, MARK + name: pl.Boolean})
    return column.map_batches(batch, return_dtype=both, is_elementwise=True)


def by_batch(column: pl.Expr, convert: Convert) -> pl.Expr:
    """Convert text a batch at a time by its statistics: what is not there needs no pattern, and no copy."""

    def batch(values: pl.Series) -> pl.Series:
        return convert(values, TextStatistics(values)).alias(values.name)

    return column.map_batches(batch, return_dtype=pl.String, is_elementwise=True)


def stripped(values: pl.Series, statistics: TextStatistics) -> pl.Series:
    """Strip outer spaces and make empty text null."""
    return _filled(values if statistics.trimmed else values.str.strip_chars())


def lined(values: pl.Series, statistics: TextStatistics) -> pl.Series:
    """Make text without a letter null and line breaks one space."""
    return _unbroken(_lettered(values, statistics), statistics)


def _lettered(values: pl.Series, statistics: TextStatistics) -> pl.Series:
    if statistics.trimmed:
        return _filled(values)
    # The first letter settles it: the rest of a long text is neither searched nor copied.
    return applied(lambda text: pl.when(text.str.contains(r"\S")).then(text), values)


def _filled(values: pl.Series) -> pl.Series:
    """Make empty text null; most batches have none, which their shortest value tells."""
    return values if values.str.len_bytes().min() != 0 else values.set(values == "", None)


def _unbroken(values: pl.Series, statistics: TextStatistics) -> pl.Series:
    if not statistics.has("\n") and not statistics.has("\r"):
        return values
    if statistics.lone_breaks:
        return values.str.replace_all("\n", " ", literal=True)
    # A pattern that begins with white space is tried at every letter, one that begins with a break is not.
    return values.str.replace_all(r"\s*[\r\n]+\s*" if statistics.spaced_breaks else r"[\r\n]\s*", " ")


def id_wise(convert: Convert) -> Batchwise:
    """Return what is done to a batch of ids, which are without outer spaces then."""
    return Batchwise(convert, attrgetter("marked"))


LINES: Final = Batchwise(lined, attrgetter("unusual"))


def float_of_text(column: pl.Expr) -> pl.Expr:
    """Read a number from text, else null."""
    return column.map_batches(_floats, return_dtype=pl.Float64, is_elementwise=True)


def _floats(values: pl.Series) -> pl.Series:
    return first_of((_float, lambda text: _float(text.str.strip_chars())), values)


def _float(text: pl.Series) -> pl.Series:
    return text.cast(pl.Float64, strict=False)


def first_of(readers: Sequence[Callable[[pl.Series], pl.Series]], values: pl.Series) -> pl.Series:
    """Read a batch step by step: each reader is given only the rows that the ones before could not read."""
    found = readers[0](values)
    for read in readers[1:]:
        if found.null_count() == values.null_count():
            break
        if found.null_count() == found.len():  # nothing was read yet: there is nothing to put beside the rest
            found = read(values)
            continue
        left = (found.is_null() & values.is_not_null()).arg_true()
        found = found.scatter(left, read(values.gather(left)))
    return found.alias(values.name)


def once_each(read: Callable[[pl.Series], pl.Series], text: pl.Series) -> pl.Series:
    """Read each different text once, where most stand several times.

    What the quick readers leave over is a few words as a rule (``unknown``, ``N/A``), row after row, and the
    slow ones try every form on each of them.
    """
    different = text.unique()
    if 2 * different.len() > text.len():
        return read(text)
    return text.replace_strict(different, read(different))


def applied(convert: Callable[[pl.Expr], pl.Expr], values: pl.Series) -> pl.Series:
    return values.to_frame("value").select(convert(pl.col("value"))).to_series()


def whole_of_text(column: pl.Expr) -> pl.Expr:
    """Read a whole number from text; ``3.0`` is 3, ``3.5`` is null."""
    return column.map_batches(wholes, return_dtype=pl.Int64, is_elementwise=True)


def wholes(values: pl.Series) -> pl.Series:
    """Read whole numbers from a batch of text; as a rule all of them are digits alone."""
    return first_of((_whole, lambda text: applied(_exact, text.str.strip_chars())), values)


def _whole(text: pl.Series) -> pl.Series:
    return text.cast(pl.Int64, strict=False)


def _exact(clean: pl.Expr) -> pl.Expr:
    number = clean.cast(pl.Float64, strict=False)
    exact = pl.when((number == number.floor()) & (number.abs() <= MAX_EXACT)).then(number)
    return pl.coalesce(clean.cast(pl.Int64, strict=False), exact.cast(pl.Int64, strict=False))


def whole_as_told(column: pl.Expr) -> pl.Expr:
    """Read a whole number from text that is digits alone, as the first rows of a column were; else null.

    What a looser reading would make a number of is text there: 007, 1E5, a date.

    >>> frame = pl.DataFrame({"zip": ["10115", "01067", "1E5", "3.0"]})
    >>> frame.select(whole_as_told(pl.col("zip")))["zip"].to_list()
    [10115, None, None, 3]
    """

    def batch(values: pl.Series) -> pl.Series:
        read = first_of((_whole, lambda text: applied(_digits, text.str.strip_chars())), values)
        return _without_codes(values, read)

    return column.map_batches(batch, return_dtype=pl.Int64, is_elementwise=True)


def float_as_told(column: pl.Expr) -> pl.Expr:
    """Read a number from text, else null; so is 007, and a whole number that no float holds exactly.

    >>> frame = pl.DataFrame({"key": ["1.5", "007", "9007199254740993"]})
    >>> frame.select(float_as_told(pl.col("key")))["key"].to_list()
    [1.5, None, None]
    """

    def batch(values: pl.Series) -> pl.Series:
        found = _without_codes(values, _floats(values))
        if not (found.abs() >= MAX_EXACT).any():
            return found
        clean = values.str.strip_chars()
        whole = _whole(clean)
        exact = whole.is_null() | (found.cast(pl.Int64, strict=False) == whole).fill_null(False)
        longer = clean.str.contains(LONGEST) | ~exact
        return found.set(longer.fill_null(False), None)

    return column.map_batches(batch, return_dtype=pl.Float64, is_elementwise=True)


AS_TOLD: Final = {"long": whole_as_told, "float": float_as_told}


def _digits(clean: pl.Expr) -> pl.Expr:
    return pl.when(clean.str.contains(_WHOLE)).then(_exact(clean))


def _without_codes(values: pl.Series, found: pl.Series) -> pl.Series:
    codes = values.str.contains(LEADING_ZERO).fill_null(False)
    return found.set(codes, None) if codes.any() else found


def truth_of_text(column: pl.Expr) -> pl.Expr:
    """Read true and false in any case, also 1 and 0, yes and no."""
    clean = text(column).str.to_lowercase()
    yes, no = clean.is_in(["true", "1", "yes", "t", "y"]), clean.is_in(["false", "0", "no", "f", "n"])
    return pl.when(yes).then(pl.lit(True)).when(no).then(pl.lit(False))


def joined(column: pl.Expr) -> pl.Expr:
    """Join a list's categories with ``|``, empty ones left out; null if none is left or one holds a bar."""
    items = column.cast(pl.List(pl.String)).list.eval(word(pl.element())).list.drop_nulls()
    bar = items.list.eval(pl.element().str.contains("|", literal=True)).list.any()
    return pl.when(~bar & (items.list.len() > 0)).then(items.list.join("|"))


def named_truth(column: pl.Expr) -> pl.Expr:
    """Write booleans as the text ``True`` and ``False``, which training can use."""
    return pl.when(column).then(pl.lit("True")).when(~column).then(pl.lit("False"))
