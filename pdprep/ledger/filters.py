"""What filters see of a record, and when. Source: the pages that each row names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import polars as pl

from pdprep import assumptions


@dataclass(frozen=True, slots=True)
class Filtered:
    """What filters see of a dataset's records.

    Attributes:
        seconds: Whether they see a record that is put within seconds; else, and in bulk, within 20 minutes.
        latest: How many of the latest events they look at, for each user and event type.
        months: After how many months without an import of a user's events they forget the older ones.
        source: The pages that say so.
    """

    seconds: bool = False
    latest: int | None = None
    months: int | None = None
    source: str = "filter"


MINUTES: Final = 20  # all other data, "from the last import"; filter
FILTERS: Final = {
    "interactions": Filtered(True, 100, 3, "filter, filter-expressions"),
    "items": Filtered(),
    "users": Filtered(),
    "actions": Filtered(),
    "action_interactions": Filtered(True, 300, None, "filter, filter-expressions"),
}


def seen_at(dataset: str) -> pl.Expr:
    """Return when filters see a record: a put event at its sending, for that is right to the second."""
    later = pl.col("SENT_AT") + timedelta(minutes=MINUTES)
    if not FILTERS[dataset].seconds:
        return later.alias("FILTERS_AT")
    return pl.when(pl.col("ORIGIN") == "bulk").then(later).otherwise(pl.col("SENT_AT")).alias("FILTERS_AT")


def seen(dataset: str) -> str:
    """Say when filters see a dataset's records, and which of them.

    >>> seen("items")
    'Filters see a record within 20 minutes.'
    """
    found = FILTERS[dataset]
    if not found.seconds:
        return f"Filters see a record within {MINUTES} minutes."
    said = (
        f"Filters see put events within {seconds()}, imported ones within {MINUTES} minutes: the latest "
        f"{found.latest} of each user and event type."
    )
    if found.months:
        said += f" They forget a user's events {found.months} months after the last import of any."
    return said


def seconds() -> str:
    """Say how soon filters see an event that was put: two pages differ, and both are shown."""
    return f"seconds, at most {assumptions.number('filter_minutes')} minutes"
