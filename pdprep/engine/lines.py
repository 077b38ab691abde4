"""On which line of a CSV a row stands: looked up for the few rows that a report shows."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import polars as pl

from pdprep.preparation.sources import Source

_CHUNK: Final = 1 << 20


def locate(source: Source, rows: list[int]) -> dict[int, tuple[str, int]]:
    """Return the file and the 1-based line of each row of a CSV source.

    Args:
        source: Where the rows come from.
        rows: 0-based rows of the source as read.
    """
    found: dict[int, tuple[str, int]] = {}
    first = 0
    for file in source.files if source.is_text and rows else ():
        if not Path(file).is_file() or first > max(rows):
            break
        count = _count(file, source)
        inside = {row for row in rows if first <= row < first + count}
        found |= {row: (file, line) for row, line in _lines(file, source, first, inside)}
        first += count
    return found


def _count(file: str, source: Source) -> int:
    frame = pl.scan_csv(file, separator=source.separator, infer_schema=False)
    return int(frame.select(pl.len()).collect().item())


def _lines(file: str, source: Source, first: int, rows: set[int]) -> Iterator[tuple[int, int]]:
    if rows and not _has_quotes(file):
        yield from ((row, row - first + 2) for row in rows)
    elif rows:
        yield from _lines_of_records(file, source, first, rows)


def _lines_of_records(file: str, source: Source, first: int, rows: set[int]) -> Iterator[tuple[int, int]]:
    """Read records one by one: a quoted field may hold line breaks."""
    with _open(file, "rt", encoding="utf-8-sig", newline="") as handle:
        reader = csv.reader(handle, delimiter=source.separator)
        next(reader, None)
        line = reader.line_num + 1
        for index, _ in enumerate(reader, first):
            if index in rows:
                yield index, line
            if index >= max(rows):
                return
            line = reader.line_num + 1


def _has_quotes(file: str) -> bool:
    with _open(file, "rb") as handle:
        return any(b'"' in chunk for chunk in iter(lambda: handle.read(_CHUNK), b""))


def _open(file: str, mode: str, **options: Any) -> IO[Any]:
    opener: Any = gzip.open if file.endswith(".gz") else open
    return opener(file, mode, **options)  # type: ignore[no-any-return]  # gzip and files share one protocol
