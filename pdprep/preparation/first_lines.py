"""What the first lines of a text file say where it cannot be read as it is: a title, other quote marks."""

from __future__ import annotations

import re
from typing import Final

from pdprep.errors import SourceError
from pdprep.preparation.opening import opened
from pdprep.preparation.sources import Source

_BYTES: Final = 65_536
_SEPARATORS: Final = (",", ";", "\t", "|")
_TITLES: Final = 10  # lines that may stand before a header
_QUOTED: Final = re.compile(r"(?:^|[,;\t|])'[^']*'(?=[,;\t|]|$)")


def below_title(source: Source) -> int:
    """Return how many lines stand before the header; 0 where the first line is one.

    Told where the first line holds no separator while the rows hold as many as the line before them.
    """
    lines = _lines(source)
    for separator in _SEPARATORS:
        counts = [line.count(separator) for line in lines]
        if not counts or counts[0]:
            continue
        for at in range(1, min(_TITLES, len(counts) - 1)):
            if counts[at] and counts[at] == counts[at + 1] and not any(counts[:at]):
                return at
    return 0


def refuse_title(source: Source) -> None:
    """Refuse a text file whose header would be its title.

    Raises:
        SourceError: It begins with lines that are no header.
    """
    if len(source.schema) > 1 or source.asked.skip_lines is not None:
        return
    if skipped := below_title(source):
        raise SourceError(
            f"{source.label} begins with a line that is no header",
            f"a header; it seems to stand in line {skipped + 1}",
            source.asked.code(source.label, skip_lines=skipped),
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
