"""What Polars says when a source cannot be read, as an error that names the source or the expression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import polars as pl

from pdprep import disks
from pdprep.errors import InputError, MappingError, PdprepError, SourceError
from pdprep.preparation import forks
from pdprep.preparation.blocks import BLOCK
from pdprep.preparation.detection import undecodable
from pdprep.preparation.files import first_line
from pdprep.preparation.first_lines import in_apostrophes
from pdprep.preparation.objects import decoding, encoding
from pdprep.preparation.opening import opened
from pdprep.preparation.scans import check_escapes, reads_without_quotes
from pdprep.preparation.sources import FILE, ROW, Source, inner, named

_ASCII: Final = bytes(range(128))
# What Polars raises when an expression, and not the file, is at fault.
_OF_EXPRESSIONS: Final = (
    pl.exceptions.InvalidOperationError,
    pl.exceptions.ShapeError,
    pl.exceptions.SchemaError,
    pl.exceptions.PanicException,
)


@contextmanager
def reading(source: Source, expressions: Sequence[str] = ()) -> Iterator[None]:
    """Turn what goes wrong while a source is read into one clear error.

    Args:
        source: What is read.
        expressions: The fields that are read by an expression of the user's.

    Raises:
        SourceError: The source cannot be read to its end.
        MappingError: An expression fails on its rows.
    """
    forks.check()
    try:
        yield
    except PdprepError:
        raise
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        if disks.cause(error) is not None:  # whoever writes what is read says where
            raise
        raise _read_error(source, expressions, error) from error
    except Exception as error:
        if not expressions:  # then it is no code of the user's that failed
            raise
        raise _expression_error(source, expressions, error) from error


def own(source: Source) -> pl.LazyFrame:
    """Return a source's own columns under their own names, without the numbers of rows."""
    frame = source.frame.drop(ROW, FILE, strict=False)
    renamed = {inner(name): name for name in source.schema if inner(name) != name}
    return frame.rename(renamed) if renamed else frame


def _read_error(source: Source, expressions: Sequence[str], error: BaseException) -> InputError:
    text = str(error).lower()
    if "utf-8" in text or "utf8" in text:
        return _of_encoding(source)
    if expressions and isinstance(error, _OF_EXPRESSIONS):
        return _expression_error(source, expressions, error)
    return _source_error(source, error)


def _source_error(source: Source, error: BaseException) -> SourceError:
    said, found = str(error), f"{source.label} cannot be read ({first_line(error)})"
    if not source.is_text:
        return SourceError(found, "a whole file, of the kind that its name says")
    if source.blocks:
        check_escapes(source.blocks, source.files)  # marks that are escaped are the likelier cause
    if "more fields than" in said and in_apostrophes(source):
        return SourceError(
            f"{source.label} holds values in apostrophes that hold the separator",
            "quotation marks, or the name of the sign that stands in their place",
            source.asked.code(source.label, quote_char="'"),
        )
    if "more fields than" in said:
        return SourceError(
            f"{source.label} holds a row with more values than the header has names",
            "values that hold the separator in quotation marks; or what is beyond the last name is dropped",
            source.asked.code(source.label, truncate_ragged_lines=True),
        )
    if "malformed" in said or "could not parse" in said:
        return _of_quotes(source)
    if "schema" in said:
        return SourceError(found, "the same header in every file")
    return SourceError(found, "rows that are all written as the first ones are")


def _of_encoding(source: Source) -> SourceError:
    """Return the error for a file that is not UTF-8 somewhere, with an encoding tried on all of that."""
    if not source.is_text:
        return _of_bytes(source)
    sample = b""
    for file in source.files if source.blocks else ():
        with opened(file, source.blocks.storage if source.blocks else None) as handle:
            while data := handle.read(BLOCK):
                sample += data.translate(None, _ASCII)
                if len(sample) > BLOCK:
                    break
    return undecodable(source.label, "utf-8", source.asked, sample)


def _of_bytes(source: Source) -> SourceError:
    """Return the error for a column of bytes that is read as UTF-8, with an encoding that reads all of it."""
    for name, dtype in source.schema.items():
        if isinstance(dtype, pl.Binary):
            values = source.frame.select(named(name)).collect().to_series().drop_nulls()
            if told := encoding(values):
                return SourceError(
                    f"column {name!r} of {source.label} holds bytes that are not UTF-8",
                    "text, made of them by the encoding that they are written in",
                    f'{source.code}.with_columns(pl.col("{name}"){decoding(told)})',
                )
    return SourceError(f"{source.label} holds bytes that are not UTF-8", "text in UTF-8")


def _of_quotes(source: Source) -> SourceError:
    """Return the error for quotation marks that do not close, with what was tried on the file."""
    found = f"{source.label} holds a quotation mark that opens no value, or is not closed"
    first = None
    if source.blocks and len(source.files) == 1:
        first = next(source.blocks.odd_lines(source.files[0]), None)
    if first is not None:
        found += f"; line {first:,} is the first with an odd number of them"
    expected = "a quotation mark within a value doubled, and the value quoted"
    if source.blocks and reads_without_quotes(source.blocks, source.files):
        hint = source.asked.code(source.label, quote_char="")
        return SourceError(found, f"{expected}; or quotation marks that are part of the values", hint)
    return SourceError(found, expected)


def _expression_error(source: Source, expressions: Sequence[str], error: BaseException) -> MappingError:
    names = ", ".join(expressions)
    found = f"the expression for {names} fails on the rows of {source.label} ({_said(error)})"
    return MappingError(found, "an expression that gives one value for each row")


def _said(error: BaseException) -> str:
    ours = isinstance(error, pl.exceptions.PolarsError)
    return first_line(error) if ours else f"{type(error).__name__}: {first_line(error)}"
