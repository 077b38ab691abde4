"""CSV as Personalize reads it: quoted text with backslash escapes, one record a line, blank is null.

No CSV library at hand reads this rule in bounded memory, so a file is taken chunk by chunk: one regular
expression proves every record of a chunk well-formed, escapes are rewritten to doubled quotes where there are
any, and Polars parses the rest. Source: developer guide, preparing-training-data. It asks for a backslash
before a quote; AWS's own samples import files of ``pandas.to_csv``, which doubles it: read too, unless
``strict``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import BinaryIO

import polars as pl

MAX_RECORD = 64 << 20  # bytes: a file without a line break would be held as a whole
# Possessive (*+): a field that does not match is given up at once. A pattern that may go back would try a
# megabyte of text in every way before it says no.
_FIELD = rb'(?:"[^"\\\n]*+(?:(?:\\[^\n]%s)[^"\\\n]*+)*+"|[^",\n]*+)'
_QUOTED = re.compile(rb'"[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*+"', re.DOTALL)
_ESCAPE = re.compile(rb'\\(["\\])')


class Malformed(Exception):  # noqa: N818 - names what was found
    """A record that cannot be read; says which line and why."""


def header(handle: BinaryIO) -> list[str]:
    """Read the header line. Names are not quoted, so a quoted one keeps its quotes and matches no field."""
    line = handle.readline(MAX_RECORD)
    return _text(line.rstrip(b"\r\n"), 1).split(",") if line.strip() else []


def frames(
    handle: BinaryIO, columns: Sequence[str], chunk_bytes: int, strict: bool = False
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yield the first line number and the text columns of each chunk; the header has been read already."""
    line = 2
    for chunk in _chunks(handle, chunk_bytes):
        yield line, parse(chunk, columns, line, strict)
        line += chunk.count(b"\n")


def parse(chunk: bytes, columns: Sequence[str], line: int = 2, strict: bool = False) -> pl.DataFrame:
    r"""Parse whole records.

    >>> parse(b'1,"a \\"b\\" \\\\ c"\n,\n', ["ID", "TEXT"]).rows()
    [('1', 'a "b" \\ c'), (None, None)]
    """
    _prove(chunk, len(columns), line, strict)
    # Polars reads quotes that are doubled and none that are escaped.
    text = _QUOTED.sub(_unescape, chunk) if b"\\" in chunk else chunk
    schema: dict[str, pl.DataType] = {name: pl.String() for name in columns}
    try:
        return pl.read_csv(text, has_header=False, schema=schema, quote_char='"', encoding="utf8")
    except pl.exceptions.ComputeError as error:
        raise Malformed(f"The records from line {line} on are not valid UTF-8 CSV.") from error


def escaped(column: str) -> pl.Expr:
    """Return a text column as it is written to the file; a line break becomes a space, null stays blank."""
    text = pl.col(column).str.replace_all(r"\r\n|\n|\r", " ")
    text = text.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    return (pl.lit('"') + text + pl.lit('"')).alias(column)


def _chunks(handle: BinaryIO, size: int) -> Iterator[bytes]:
    rest = b""
    while block := handle.read(size):
        # A line break ends a record even within quotation marks, so a chunk may be cut at any of them.
        cut = block.rfind(b"\n") + 1
        if cut:
            yield (rest + block[:cut]).replace(b"\r\n", b"\n")
        rest = block[cut:] if cut else rest + block
        if len(rest) > MAX_RECORD:
            raise Malformed(f"A record is longer than {MAX_RECORD} bytes.")
    if rest.strip():
        yield rest.rstrip(b"\r\n") + b"\n"


@cache
def _records(width: int, strict: bool) -> re.Pattern[bytes]:
    field = _FIELD % (b"" if strict else b'|""')
    return re.compile(rb"(?:(?:%s,){%d}%s\n)*+" % (field, width - 1, field))


def _prove(chunk: bytes, width: int, line: int, strict: bool) -> None:
    # The pattern takes as many whole records as it can: where it stops, the first bad one begins.
    match = _records(width, strict).match(chunk)
    end = match.end() if match else 0
    if end != len(chunk):
        bad = chunk[end : end + 200].split(b"\n", 1)[0].decode("utf-8", "replace")
        number = line + chunk.count(b"\n", 0, end)
        raise Malformed(
            f"Line {number} is not a record of {width} fields with text in double quotes, \\ before each "
            f"quote and backslash of a text, and no line break in it: {bad}"
        )


def _unescape(match: re.Match[bytes]) -> bytes:
    field = match[0]
    if b"\\" not in field:
        return field
    return b'"' + _ESCAPE.sub(lambda m: b'""' if m[1] == b'"' else b"\\", field[1:-1]) + b'"'


def _text(line: bytes, number: int) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"Line {number} is not valid UTF-8.") from error
