"""What the rows of a dataset must fulfil together: how many there must be, and of which kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pdprep.contract import limits
from pdprep.contract.rules.rule import Counted, DatasetRule
from pdprep.contract.schema import Schema

COMMONEST: Final = (  # how many: all others get one name
    'frame.lazy().with_columns(pl.when(pl.col("$column").is_null() | pl.col("$column").is_in('
    'pl.col("$column").drop_nulls().value_counts(sort=True).struct.field("$column").head({}).implode()))'
    '.then(pl.col("$column")).otherwise(pl.lit("other")))'
)
Found = Callable[[Counted], int | None]


def _always(schema: Schema, route: str | None) -> bool:
    return True


def of_interactions(schema: Schema, route: str | None) -> bool:
    """Say whether the rows are interactions."""
    return schema.dataset == "interactions"


def _of_history(schema: Schema, route: str | None) -> bool:
    # A put adds to what is there already, which only the dataset group knows.
    return of_interactions(schema, route) and route != "put"


def _below(figure: Callable[[Counted], int], least: int) -> Found:
    return lambda known: figure(known) if figure(known) < least else None


def above(figure: Callable[[Counted], int], most: int) -> Found:
    """Find a figure that is too large."""
    return lambda known: figure(known) if figure(known) > most else None


def _rows(known: Counted) -> int:
    return known.rows


def _with_two(known: Counted) -> int:
    return known.summary.ids_with_two


def _single_time(known: Counted) -> int | None:
    summary = known.summary
    return summary.rows if summary.rows > 1 and summary.earliest == summary.latest else None


def _few_share(known: Counted) -> int | None:
    few = known.summary.ids_with_two * limits.TRAINING_SHARE < known.summary.ids
    return known.summary.ids_with_two if few else None


RULES: Final = (
    DatasetRule(
        name="rows_none",
        level="error",
        stops="all",
        text="no row is left to send",
        mend="check the source and the filters before prepare(...)",
        source="interactions-datasets",
        applies=_always,
        found=_below(_rows, 1),
    ),
    DatasetRule(
        name="timestamp_single",
        level="warning",
        stops="none",
        text="all timestamps are the same, so there is no order to learn from",
        mend="check the mapping of TIMESTAMP",
        source="analyzing-data",
        applies=of_interactions,
        found=_single_time,
    ),
    DatasetRule(
        name="attribution_sources",
        level="warning",
        stops="none",
        text=f"more than {limits.ATTRIBUTION_SOURCES} sources of attribution; metrics keep no more",
        mend=COMMONEST.format(limits.ATTRIBUTION_SOURCES - 1),
        example="campaign",
        source="limits",
        limit=limits.ATTRIBUTION_SOURCES,
        about=lambda schema: "EVENT_ATTRIBUTION_SOURCE",
        applies=of_interactions,
        found=above(lambda known: len(known.summary.sources), limits.ATTRIBUTION_SOURCES),
    ),
    DatasetRule(
        name="bulk_minimum",
        level="error",
        stops="bulk",
        text=f"a bulk import of interactions needs at least {limits.BULK_INTERACTIONS:,} rows",
        mend="group.put(frame, new_only=True)  # or import more history",
        source="limits",
        limit=limits.BULK_INTERACTIONS,
        applies=_of_history,
        found=_below(_rows, limits.BULK_INTERACTIONS),
    ),
    DatasetRule(
        name="training_interactions",
        level="warning",
        stops="none",
        text=f"training needs at least {limits.TRAINING_INTERACTIONS:,} interactions, bulk and put together",
        mend="send more interactions before you train",
        source="limits",
        limit=limits.TRAINING_INTERACTIONS,
        applies=_of_history,
        found=_below(_rows, limits.TRAINING_INTERACTIONS),
        training=True,
    ),
    DatasetRule(
        name="training_users",
        level="warning",
        stops="none",
        text=f"training needs at least {limits.TRAINING_USERS} users with two interactions, "
        "bulk and put together",
        mend="send more interactions before you train",
        source="limits",
        limit=limits.TRAINING_USERS,
        applies=_of_history,
        found=_below(_with_two, limits.TRAINING_USERS),
        training=True,
    ),
    DatasetRule(
        name="training_share",
        level="warning",
        stops="none",
        text="training needs two interactions of at least one user in a hundred, bulk and put together",
        mend="send more interactions before you train, or fewer users of a single one",
        source="limits",
        limit=limits.TRAINING_SHARE,
        applies=_of_history,
        found=_few_share,
        training=True,
    ),
    DatasetRule(
        name="better_interactions",
        level="info",
        stops="none",
        text=f"fewer than {limits.BETTER_INTERACTIONS:,} interactions: more make it better",
        mend="send more history",
        source="analyzing-data",
        limit=limits.BETTER_INTERACTIONS,
        applies=_of_history,
        found=_below(_rows, limits.BETTER_INTERACTIONS),
        training=True,
    ),
    DatasetRule(
        name="better_users",
        level="info",
        stops="none",
        text=f"fewer than {limits.BETTER_USERS:,} users with two interactions: more make it better",
        mend="send more history",
        source="analyzing-data",
        limit=limits.BETTER_USERS,
        applies=_of_history,
        found=_below(_with_two, limits.BETTER_USERS),
        training=True,
    ),
    DatasetRule(
        name="id_twice",
        level="warning",
        stops="none",
        text="several rows bear one id; the service keeps one record an id",
        # Ids are sent without outer blanks, so they are compared without.
        mend='frame.lazy().filter(pl.col("$column").cast(pl.String).str.strip_chars().is_last_distinct())',
        source="items-datasets",
        about=lambda schema: schema.key,
        applies=lambda schema, route: not schema.event_like,
        found=above(_with_two, 0),
    ),
    DatasetRule(
        name="items_considered",
        level="warning",
        stops="none",
        text=f"more than {limits.ITEMS_CONSIDERED:,} items: only the recipes of version 2 "
        f"(up to {limits.ITEMS_CONSIDERED_V2:,}) and Semantic-Similarity "
        f"(up to {limits.ITEMS_CONSIDERED_SEMANTIC:,}) consider them all",
        mend="choose one of those recipes",
        source="limits, native-recipe-semantic-similarity",
        limit=limits.ITEMS_CONSIDERED,
        applies=lambda schema, route: schema.dataset == "items",
        found=above(_rows, limits.ITEMS_CONSIDERED),
    ),
    DatasetRule(
        name="actions_considered",
        level="warning",
        stops="none",
        text=f"more than {limits.ACTIONS_CONSIDERED:,} actions; the others are not considered",
        mend="leave old actions out",
        source="limits",
        limit=limits.ACTIONS_CONSIDERED,
        applies=lambda schema, route: schema.dataset == "actions",
        found=above(_rows, limits.ACTIONS_CONSIDERED),
    ),
)
