"""On which line of a CSV a row stands: looked up for the few rows that a report shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pdprep.preparation.blocks import Blocks
from pdprep.preparation.opening import in_zip
from pdprep.preparation.reading import reading
from pdprep.preparation.sources import Source
from pdprep.validation.known import Short


def locate(source: Source, rows: list[int]) -> dict[int, tuple[str, int]]:
    """Return the file and the 1-based line of each row of a CSV source.

    Args:
        source: Where the rows come from.
        rows: 0-based rows of the source as read.
    """
    found: dict[int, tuple[str, int]] = {}
    first, blocks = 0, source.blocks
    for file in source.files if blocks and rows else ():
        here = Path(file).is_file() or in_zip(file)[0]
        # A file that cannot be gone through here leaves those after it without a first row to count from.
        if blocks is None or not here or file.endswith(".zst") or first > max(rows):
            break
        last = file == source.files[-1]  # whatever is left stands there: no need to count it
        if last:
            count = max(rows) + 1 - first
        else:
            count = source.scan(file, infer_schema=False).select(pl.len()).collect().item()
        inside = {row for row in rows if first <= row < first + count}
        found |= {row: (file, line) for row, line in _lines(file, blocks, first, inside)}
        first += count
    return found


def short(source: Source) -> Short:
    """Count the rows of text files of this machine that have fewer values than there are columns.

    The files are gone through again only where the last of the columns that were read lacks a value: a row
    that ends early lacks that one too.
    """
    blocks, width, count, place = source.blocks, len(source.schema), 0, None
    if not source.gaps:
        return Short(0, 0)
    for file in source.files if blocks and width > 1 else ():
        if blocks is None or not Path(file).is_file() or file.endswith((".zst", ".gz")):
            continue
        with reading(source):
            first = None
            for row in blocks.short_rows(file, width):
                first, count = row if first is None else first, count + 1
            if first is not None and place is None:
                place = next(_lines(file, blocks, 0, {first}))[1]
    return Short(count, place or 0)


def _lines(file: str, blocks: Blocks, first: int, rows: set[int]) -> Iterator[tuple[int, int]]:
    """Yield each row and its line: a line begins a record unless a quotation mark is open.

    Blank lines count as rows, as Polars counts them, but not before the header.
    """
    if not rows:
        return
    dialect = blocks.dialect
    quote, comment = (dialect.quote_char or "").encode(), (dialect.comment_prefix or "\n").encode()
    inside, last = False, max(rows)
    index = first - dialect.has_header  # a header is the row before the first
    blocked = (block.removesuffix(b"\n").split(b"\n") for block in blocks.lines(file))
    numbered = enumerate((line for lines in blocked for line in lines), 1)
    for number, line in numbered:
        if number <= dialect.skip_lines:
            continue
        if not inside and ((index < first and not line.strip(b"\r")) or line.startswith(comment)):
            continue
        if not inside:
            if index in rows and index >= first:
                yield index, number
            if index >= last:
                return
            index += 1
        # An odd number of marks opens a quoted value or closes it; an escaped mark is two of them.
        inside ^= bool(quote) and line.count(quote) % 2 == 1
