"""Event types: renamed, kept, and made from ratings."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pdprep.preparation.transforms import asked


def map_event_types(
    frame: pl.LazyFrame, names: Mapping[str, str], *, others: str | None = "keep", event: str = "EVENT_TYPE"
) -> pl.LazyFrame:
    """Rename event types.

    Args:
        frame: Interactions.
        names: Old name to new name; the old one is compared without outer spaces and in any case.
        others: What happens to the rest: ``keep``, ``drop``, or a name for all of them.
        event: The column of the event type.

    >>> events = pl.LazyFrame({"EVENT_TYPE": ["play ", "like"]})
    >>> map_event_types(events, {"Play": "Watch"}, others="drop").collect()["EVENT_TYPE"].to_list()
    ['Watch']
    """
    asked.types(frame, "map_event_types", event)
    lower = {old.strip().lower(): new for old, new in names.items()}
    known = (
        pl.col(event).cast(pl.String).str.strip_chars().str.to_lowercase().replace_strict(lower, default=None)
    )
    if others == "drop":
        return frame.with_columns(known.alias(event)).drop_nulls(event)
    rest = pl.col(event).cast(pl.String) if others == "keep" else pl.lit(others)
    return frame.with_columns(pl.coalesce(known, rest).alias(event))


def keep_event_types(frame: pl.LazyFrame, *names: str, event: str = "EVENT_TYPE") -> pl.LazyFrame:
    """Keep the rows of these event types.

    >>> events = pl.LazyFrame({"EVENT_TYPE": ["Watch", "Click"]})
    >>> keep_event_types(events, "Watch").collect().height
    1
    """
    asked.types(frame, "keep_event_types", event)
    return frame.filter(pl.col(event).cast(pl.String).is_in(list(names)))


def events_of_ratings(
    frame: pl.LazyFrame, above: Mapping[str, float], *, rating: str = "rating", event: str = "EVENT_TYPE"
) -> pl.LazyFrame:
    """Make events of ratings: one for each threshold that a rating exceeds, so one rating can yield two.

    Args:
        frame: Ratings.
        above: Event type to the rating that must be exceeded.
        rating: The column of the rating.
        event: The name of the new column.

    A rating that is missing makes no event; text that is no number is an error.

    >>> ratings = pl.LazyFrame({"rating": [1.0, 4.0]})
    >>> events_of_ratings(ratings, {"Click": 0, "Watch": 3}).collect()["EVENT_TYPE"].to_list()
    ['Click', 'Click', 'Watch']
    """
    given = asked.number(frame, "events_of_ratings", rating).fill_nan(None)
    types = [pl.when(given > least).then(pl.lit(name)) for name, least in above.items()]
    listed = frame.with_columns(pl.concat_list(types).list.drop_nulls().alias(event))
    return listed.filter(pl.col(event).list.len() > 0).explode(event)


def impressions(
    frame: pl.LazyFrame, column: str, *, into: str = "IMPRESSION", most: int = 1_000
) -> pl.LazyFrame:
    """Join the lists of items that were shown to text such as ``a|b``, cut at a whole item.

    Args:
        frame: Interactions with a list column.
        column: The lists.
        into: The name of the new column.
        most: Characters, bars included. Source: Amazon Personalize Developer Guide, interactions-datasets.

    >>> shown = pl.LazyFrame({"shown": [["a", "b"]]})
    >>> impressions(shown, "shown").collect()["IMPRESSION"].to_list()
    ['a|b']
    """
    asked.lists(frame, "impressions", column)
    joined = pl.col(column).cast(pl.List(pl.String)).list.drop_nulls().list.join("|")
    cut = pl.concat_str(joined, pl.lit("|")).str.slice(0, most + 1).str.replace(r"(^|\|)[^|]*$", "")
    return frame.with_columns(pl.when(cut != "").then(cut).alias(into))
