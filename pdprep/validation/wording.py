"""How counts and places are worded in a report, and wherever else rows are counted."""

from __future__ import annotations

from collections.abc import Mapping


def plural(count: int, noun: str) -> str:
    """Return a count and its noun.

    >>> plural(1, "part"), plural(2000, "row")
    ('1 part', '2,000 rows')
    """
    return f"{count:,} {noun}{'s' * (count != 1)}"


def place(row: Mapping[str, object]) -> str:
    """Return the dataset and column that a row of a report is about."""
    return f"{row['dataset']}.{row['column']}" if row["column"] else str(row["dataset"])
