"""CSV text as Amazon Personalize reads it: its own escaping, which no CSV writer knows.

The header is unquoted and in schema order, text with a quotation mark, a backslash, a comma or an outer space
stands in double quotes, ``\\`` escapes ``"`` and ``\\`` within, a null is blank, and a record is one line.
Source: Amazon Personalize Developer Guide, preparing-training-data and items-datasets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Final

import polars as pl

_BREAKS: Final = r"[\r\n]+"
_QUOTED: Final = r'["\\,\p{Cc}]|^\s|\s$'
_RARE: Final = r"[\\\r\n]"


def escape(texts: pl.Series) -> pl.Series:
    """Return text as it stands in the CSV, quotation marks included.

    >>> escape(pl.Series(['say "hi", Bob', "plain"])).to_list()
    ['"say \\\\"hi\\\\", Bob"', 'plain']
    """
    quoted = texts.str.contains(_QUOTED)
    if not quoted.any():
        return texts
    inner = texts.set(~quoted, None)
    # Each replacement copies all text, and most text has neither a backslash nor a line break.
    if inner.str.contains(_RARE).any():
        inner = inner.str.replace_all(_BREAKS, " ").str.replace_all("\\", "\\\\", literal=True)
    inner = inner.str.replace_all('"', '\\"', literal=True)
    whole = pl.concat_str(pl.lit('"'), inner, pl.lit('"'))
    return pl.select(pl.coalesce(whole, texts).alias(texts.name)).to_series()


def text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with its text columns escaped."""
    return frame.with_columns(escape(each) for each in frame.select(pl.col(pl.String)))


def header(columns: Sequence[str]) -> bytes:
    """Return the unquoted header line."""
    return (",".join(columns) + "\n").encode()


def write(frame: pl.DataFrame, handle: IO[bytes]) -> None:
    """Write the rows of a frame, without a header, one line a record."""
    write_escaped(text(frame), handle)


def write_escaped(rows: pl.DataFrame, handle: IO[bytes], *, extreme: bool = True) -> None:
    """Write rows that are escaped where they have to be, without a header, one line a record.

    Args:
        rows: The rows.
        handle: Where to write.
        extreme: Whether a number may need an exponent, which the service does not read; without, whole ones
            end in ``.0``, and writing is a third faster.
    """
    scientific = False if extreme else None
    rows.lazy().sink_csv(handle, include_header=False, quote_style="never", float_scientific=scientific)
