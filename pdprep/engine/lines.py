"""On which line of a CSV a row stands: looked up for the few rows that a report shows."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import polars as pl

from pdprep.preparation.sources import Source


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
        last = file == source.files[-1]  # whatever is left stands there: no need to count it
        count = max(rows) + 1 - first if last else _count(file, source)
        inside = {row for row in rows if first <= row < first + count}
        found |= {row: (file, line) for row, line in _lines(file, source, first, inside)}
        first += count
    return found


def _count(file: str, source: Source) -> int:
    frame = pl.scan_csv(file, separator=source.separator, infer_schema=False)
    return int(frame.select(pl.len()).collect().item())


def _lines(file: str, source: Source, first: int, rows: set[int]) -> Iterator[tuple[int, int]]:
    """Yield each row and its line: a line begins a record unless a quotation mark is open.

    Blank lines count as rows, as Polars counts them, but not before the header.
    """
    if not rows:
        return
    inside, last = False, max(rows)
    with _open(file) as handle:
        index = first - 1  # the header
        for number, line in enumerate(handle, 1):
            if index < first and not line.strip(b"\r\n"):
                continue
            if not inside:
                if index in rows and index >= first:
                    yield index, number
                if index >= last:
                    return
                index += 1
            inside ^= line.count(b'"') % 2 == 1


def _open(file: str) -> IO[bytes]:
    opener: Any = gzip.open if file.endswith(".gz") else open
    return opener(file, "rb")  # type: ignore[no-any-return]  # gzip and files share one protocol
