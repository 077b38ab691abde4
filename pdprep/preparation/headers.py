"""Frames whose names are the values of a first row: they were read as if they had a header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import polars as pl

from pdprep.errors import SourceError
from pdprep.preparation import detection, first_lines, naming
from pdprep.preparation.reading import own, reading
from pdprep.preparation.sources import Source

_IDS: Final = ("USER_ID", "ITEM_ID", "ACTION_ID")
_SCANNED: Final = re.compile(r"Csv SCAN \[([^\]\n]+)\]")


def check(source: Source, dataset: str, head: pl.DataFrame | None = None) -> None:
    """Refuse a frame whose names are values, so that its first row is lost.

    Nothing is read where no name looks like a value, else the first rows.

    Args:
        source: What was opened.
        dataset: The dataset type.
        head: Its first rows, where they have been read.

    Raises:
        SourceError: Its names are values.

    >>> from pdprep.preparation.sources import open_source
    >>> check(open_source(pl.DataFrame({"2024": [7], "2025": [8], "sku": ["a"]})), "items")
    """
    if source.is_text:
        first_lines.refuse_title(source)
        first_lines.refuse_apostrophes(source)
    names = [naming.ADDED.sub("", name) for name in source.schema]
    asked = source.is_text or source.asked.has_header is not None
    if asked or _numbered(source, names) or not detection.holds_values(names, []):
        return
    if head is None:
        with reading(source):
            head = own(source).head(detection.SAMPLE).collect()
    rest = [
        ["" if value is None else str(value) for value in row]
        for row in head.head(detection.SAMPLE).iter_rows()
    ]
    if detection.holds_values(names, rest) and not _named(names, rest, dataset):
        raise _error(source, len(names))


def _numbered(source: Source, names: Sequence[str]) -> bool:
    """Say whether columns are counted from 0 or 1, or numbers of pandas, which reads names as text."""
    if source.label == "a pandas DataFrame":
        labels = getattr(source.given(), "columns", ["gone"])
        if all(isinstance(label, int) for label in labels):
            return True
    return list(names) in ([str(number + first) for number in range(len(names))] for first in (0, 1))


def _named(names: Sequence[str], rest: Sequence[Sequence[str]], dataset: str) -> bool:
    """Say whether a column is called as ids are, by a word that is none of its own values."""
    return any(
        naming.rank(field, name, dataset) is not None and name not in {row[place] for row in rest}
        for field in _IDS
        for place, name in enumerate(names)
    )


def _error(source: Source, width: int) -> SourceError:
    new = tuple(f"column_{number + 1}" for number in range(width))
    more = {"new_columns": new} if width <= detection.FEW_NAMES else {}
    return SourceError(
        f"{source.label} has no header: its names are the values of a first row, which is lost",
        "a header, or the names: the file read by pdprep.read(..., has_header=False, new_columns=[...])",
        "".join(source.asked.code(path, has_header=False, **more) for path in _file(source)),
    )


def _file(source: Source) -> list[str]:
    """Return the file that a lazy frame scans, if it is one; a frame that was read does not know its own."""
    scanned = _SCANNED.findall(source.frame.explain(optimized=False))
    return scanned if len(scanned) == 1 and ", " not in scanned[0] else []
