"""Which record went by which road: counts, and the first rows."""

from __future__ import annotations

from typing import Final

from pdprep.ledger.records import ORIGINS, Records
from pdprep.notebook.views import cells
from pdprep.notebook.views.sheet import Grid, Sheet

ROWS: Final = 10
LONGEST: Final = 60  # characters of a value in a static table


def sheet(records: Records) -> Sheet:
    """Return the counts by origin and the first rows."""
    found = counts(records)
    frame = cells.ordered(records.page(0, ROWS))
    rows = tuple(tuple(_short(value) for value in row) for row in cells.rows(frame))
    total = sum(found.values())
    caption = f"The first {len(rows):,} of {total:,} records; times are in UTC"
    return Sheet(
        f"{records.dataset}: {sentence(found)}",
        grids=(Grid(tuple(frame.columns), rows, caption),) if rows else (),
    )


def counts(records: Records) -> dict[str, int]:
    """Return the number of records by origin, for every origin."""
    frame = records.counts()
    found = dict(zip(frame["origin"], frame["records"], strict=True))
    return {origin: int(found.get(origin, 0)) for origin in ORIGINS}


def sentence(found: dict[str, int]) -> str:
    """Return the counts in words.

    >>> sentence({"bulk": 100_836, "incremental": 500, "both": 0})
    '100,836 bulk, 500 incremental, 0 both'
    """
    return ", ".join(f"{count:,} {origin}" for origin, count in found.items())


def _short(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
