"""What the first lines of a text file say where it cannot be read as it is: a title, other quote marks."""

from __future__ import annotations

import csv
import re
from typing import Final

from pdprep.errors import SourceError
from pdprep.preparation.detection import is_value
from pdprep.preparation.opening import opened
from pdprep.preparation.sources import Source

_BYTES: Final = 65_536
_SEPARATORS: Final = (",", ";", "\t", "|")
_TITLES: Final = 10  # lines that may stand before a header
_ALL_QUOTED: Final = re.compile(r"\s*'[^']*'(?:[,;\t|]\s*'[^']*')+\s*")
_QUOTED: Final = re.compile(r"(?:^|[,;\t|])'[^']*'(?=[,;\t|]|$)")


def below_title(source: Source) -> int:
    """Return how many lines stand before the header; 0 where the first line is one.

    Told where lines with fewer values, a title as wide as its separators make it, stand above one that holds
    names alone and rows in which there are values.
    """
    lines = _lines(source)
    if 2 * sum(source.separator in line for line in lines[1:]) > len(lines[1:]):
        return _below(lines, source.separator) if len(source.separator) == 1 else 0
    # The title has misled us about the separator.
    return next((found for sign in _SEPARATORS if (found := _below(lines, sign))), 0)


def _below(lines: list[str], separator: str) -> int:
    parsed = (next(csv.reader([line], delimiter=separator), []) for line in lines[: _TITLES + 2])
    rows = [[cell.strip() for cell in row] for row in parsed]
    filled = [sum(map(bool, row)) for row in rows]
    for at in range(1, min(_TITLES, len(rows) - 1)):
        names, row = rows[at], rows[at + 1]
        if filled[at] < 2 or max(filled[:at]) >= filled[at]:
            continue
        alone = filled[0] == 1 and len(rows[0]) != 2  # of two columns one may lack its name
        plain = len({*names}) == len(names) and all(names) and not any(map(is_value, names))
        told = alone if len(rows[0]) == 1 else plain and (alone or any(map(is_value, row)))
        return at if told and len(names) == len(row) else 0
    return 0


def refuse_title(source: Source) -> None:
    """Refuse a text file whose header would be its title.

    Raises:
        SourceError: It begins with lines that are no header.
    """
    asked = source.asked
    said = asked.skip_lines is not None or asked.comment_prefix or asked.new_columns
    if said or asked.has_header is False or (source.blocks and source.blocks.dialect.skip_lines):
        return
    if skipped := below_title(source):
        raise SourceError(
            f"{source.label} begins with a line that is no header",
            f"a header; it seems to stand in line {skipped + 1}",
            source.asked.code(source.label, skip_lines=skipped),
        )


def refuse_apostrophes(source: Source) -> None:
    """Refuse a text file that has apostrophes in place of quotation marks: values would keep them.

    Raises:
        SourceError: Its first lines stand in apostrophes, value by value.
    """
    if source.asked.quote_char is not None:
        return
    lines = [line for line in _lines(source) if line.strip()]
    whole = [bool(_ALL_QUOTED.fullmatch(line)) for line in lines]
    if whole and (whole[0] or 2 * sum(whole) > len(whole)):
        raise SourceError(
            f"{source.label} holds names or values in apostrophes, which would be part of them",
            "quotation marks, or the name of the sign that stands in their place",
            source.asked.code(source.label, quote_char="'"),
        )


def in_apostrophes(source: Source) -> bool:
    """Say whether values stand in apostrophes, in most of the first rows."""
    rows = _lines(source)[1:]
    return 2 * sum(bool(_QUOTED.search(row)) for row in rows) > len(rows)


def _lines(source: Source) -> list[str]:
    if not source.is_text or not source.files:
        return []
    with opened(source.files[0], source.blocks.storage if source.blocks else None) as handle:
        text = handle.read(_BYTES).decode("utf-8", errors="replace")
    lines: list[str] = text.splitlines()
    return lines[:-1] if len(text) == _BYTES else lines
