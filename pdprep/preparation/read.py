"""Files as a LazyFrame, text wholly as text: what ``prepare`` does first, for steps before it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pdprep.preparation.dialects import options
from pdprep.preparation.sources import named, open_source


def read(
    source: str | Path,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    has_header: bool | None = None,
    new_columns: Sequence[str] | None = None,
    escape: str | None = None,
    comment_prefix: str | None = None,
    quote_char: str | None = None,
    skip_lines: int | None = None,
    truncate_ragged_lines: bool | None = None,
) -> pl.LazyFrame:
    """Read a path, a glob or an ``s3://`` address lazily; every value of a text file is text.

    What is not said is told from the first bytes; where these do not tell, the error names the argument.

    Args:
        source: CSV and its like, JSON (an array, or an object a line), Parquet, Arrow IPC, Excel; text also
            in gzip or zip (``"data.zip/ratings.csv"`` where a zip holds several files).
        encoding: Of text: a name that Python knows, such as ``"cp1252"``.
        separator: What stands between two values: one character, or several (``"::"``).
        has_header: Whether the first line holds the names.
        new_columns: The names of all columns.
        escape: How a quotation mark within a quoted value is written: ``'"'`` for doubled, or a backslash.
        comment_prefix: Lines that begin with it are no rows.
        quote_char: What stands around a value; empty where quotation marks are part of the values.
        skip_lines: Lines before the header that are not read.
        truncate_ragged_lines: Drop values beyond the last name; otherwise they are an error.

    Raises:
        InputError: An argument has no such value.
        SourceError: The source cannot be read, or does not tell how.

    >>> from pathlib import Path
    >>> _ = Path("ratings.dat").write_text("007::12::1700000000\\n8::13::1700000001\\n")
    >>> read("ratings.dat", new_columns=["user", "item", "time"]).collect().row(0)
    ('007', '12', '1700000000')
    """
    asked = options({name: value for name, value in locals().items() if name != "source"})
    opened = open_source(source, asked=asked)
    return opened.frame.select(named(name).alias(name) for name in opened.schema)
