"""What Polars says when a source cannot be read, as an error that names the source or the expression."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

import polars as pl

from pdprep.errors import InputError, MappingError, PdprepError, SourceError
from pdprep.preparation.files import first_line, not_utf8
from pdprep.preparation.sources import Source


class Trouble(NamedTuple):
    """A phrase of Polars', what it means, and what to type."""

    phrase: str
    expected: str
    hint: str


_SCAN: Final = 'pdprep.prepare(pl.scan_csv("{label}", infer_schema=False, {option}), ...)'
_CSV: Final = (
    Trouble(
        "more fields than", "as many values in a row as the header has names", "truncate_ragged_lines=True"
    ),
    Trouble("malformed", "a quotation mark within a value doubled and the value quoted", "quote_char=None"),
    Trouble("schema", "the same header in every file", ""),
)
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
    try:
        yield
    except PdprepError:
        raise
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise _read_error(source, expressions, error) from error
    except Exception as error:
        if not expressions:  # then it is no code of the user's that failed
            raise
        raise _expression_error(source, expressions, error) from error


def _read_error(source: Source, expressions: Sequence[str], error: BaseException) -> InputError:
    text = str(error).lower()
    if "utf-8" in text or "utf8" in text:
        return not_utf8(source.label)
    if "no space left" in text:
        return SourceError(
            f"no space is left in {tempfile.gettempdir()} while {source.label} is read",
            "room for the cleaned rows",
            "export TMPDIR=/a/larger/disk",
        )
    if expressions and isinstance(error, _OF_EXPRESSIONS):
        return _expression_error(source, expressions, error)
    return _source_error(source, error)


def _source_error(source: Source, error: BaseException) -> SourceError:
    found = f"{source.label} cannot be read ({first_line(error)})"
    for trouble in _CSV if source.is_text else ():
        if trouble.phrase in str(error):
            hint = _SCAN.format(label=source.label, option=trouble.hint) if trouble.hint else ""
            return SourceError(found, trouble.expected, hint)
    return SourceError(found, "a source that Polars reads to its end")


def _expression_error(source: Source, expressions: Sequence[str], error: BaseException) -> MappingError:
    names = ", ".join(expressions)
    found = f"the expression for {names} fails on the rows of {source.label} ({_said(error)})"
    if source.is_text and "conversion from" in str(error):
        return MappingError(
            found,
            "CSV columns that an expression uses are typed by the first 10,000 rows of the first file",
            _SCAN.format(label=source.label, option=_separator(source)).replace(", )", ")")
            + " and cast(..., strict=False) in the expression",
        )
    return MappingError(found, "an expression that gives one value for each row")


def _separator(source: Source) -> str:
    return "" if source.separator == "," else f"separator={source.separator!r}"


def _said(error: BaseException) -> str:
    ours = isinstance(error, pl.exceptions.PolarsError)
    return first_line(error) if ours else f"{type(error).__name__}: {first_line(error)}"
