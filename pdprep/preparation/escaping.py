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


def escape(column: pl.Expr) -> pl.Expr:
    """Return text as it stands in the CSV, quotation marks included.

    >>> pl.DataFrame({"t": ['say "hi", Bob', "plain"]}).select(escape(pl.col("t")))["t"].to_list()
    ['"say \\\\"hi\\\\", Bob"', 'plain']
    """
    special = pl.when(column.str.contains(_QUOTED)).then(column.str.replace_all(_BREAKS, " "))
    marked = special.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    quoted = pl.concat_str(pl.lit('"'), marked, pl.lit('"'))
    return pl.coalesce(quoted, column).alias(column.meta.output_name())


def text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with its text columns escaped."""
    texts = frame.select(pl.col(pl.String).str.contains(_QUOTED).any())
    return frame.with_columns(escape(pl.col(name)) for name in texts.columns if texts[name].item())


def header(columns: Sequence[str]) -> bytes:
    """Return the unquoted header line."""
    return (",".join(columns) + "\n").encode()


def write(frame: pl.DataFrame, handle: IO[bytes]) -> None:
    """Write the rows of a frame, without a header, one line a record."""
    sink(text(frame).lazy(), handle)


def sink(rows: pl.LazyFrame, handle: IO[bytes], *, extreme: bool = True) -> None:
    """Write rows that are escaped where they have to be, without a header, one line a record.

    Args:
        rows: The rows.
        handle: Where to write.
        extreme: Whether a number may need an exponent, which the service does not read; without, whole ones
            end in ``.0``, and writing is a third faster.
    """
    scientific = False if extreme else None
    rows.sink_csv(handle, include_header=False, quote_style="never", float_scientific=scientific)
