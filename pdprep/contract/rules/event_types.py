"""Rules of the event types of interactions: how many there may be, and what they are called."""

from __future__ import annotations

import json
from typing import Final

from pdprep.contract import catalogue, limits, use_cases
from pdprep.contract.meanings import own
from pdprep.contract.rules.dataset import COMMONEST, above, of_interactions
from pdprep.contract.rules.rule import Counted, DatasetFigures, DatasetRule
from pdprep.contract.schema import Schema
from pdprep.spelling import edit


def _types(known: Counted) -> int:
    return len(known.summary.event_types)


def _types_and_metadata(known: Counted) -> int:
    """Count as interactions-dataset-requirements does: the other reserved fields are no metadata."""
    columns = known.schema.columns
    counted = [name for name in ("EVENT_TYPE", "EVENT_VALUE") if name in columns]
    return _types(known) + len(counted) + len(own(known.schema))


def _fewer(schema: Schema, figures: DatasetFigures) -> str:
    others = (_types_and_metadata(Counted(schema, figures, 0)) or 0) - len(figures.event_types)
    room = limits.EVENT_TYPES_AND_METADATA - others
    return COMMONEST.format(room - 1) if room > 1 else ""


def _all_reserved(known: Counted) -> int | None:
    words = catalogue.reserved(known.schema.dataset, known.schema.domain)
    types = known.summary.event_types
    return len(types) if types and set(types) <= set(words) else None


def _near(known: Counted) -> int | None:
    wanted = use_cases.event_types(known.schema.domain)
    types = known.summary.event_types
    return sum(rows for name, rows in types.items() if near(name, wanted)) or None


def _negative(known: Counted) -> int | None:
    types = known.summary.event_types
    return sum(rows for name, rows in types.items() if dislike(name)) or None


def dislike(name: str) -> bool:
    """Say whether an event type names a dislike.

    >>> dislike("Remove_from_Cart"), dislike("Watch")
    (True, False)
    """
    return "".join(filter(str.isalpha, name.lower())) in NEGATIVE


def near(name: str, wanted: tuple[str, ...]) -> str:
    """Return the wanted name that is a letter or a case away, or nothing.

    >>> near("watch", ("Watch",)), near("Wach", ("Watch",)), near("Click", ("Watch",))
    ('Watch', 'Watch', '')
    """
    if name in wanted:
        return ""
    return next((each for each in wanted if _one_letter(name.strip().lower(), each.lower())), "")


def _one_letter(one: str, other: str) -> bool:
    changed = edit(one, other)
    return changed is not None and len(changed) <= 2  # two letters swapped are four


def _better_names(schema: Schema, figures: DatasetFigures) -> str:
    wanted = use_cases.event_types(schema.domain)
    better = {name: near(name, wanted) for name in figures.event_types}
    said = ", ".join(
        f'{json.dumps(name, ensure_ascii=False)}: "{meant}"' for name, meant in better.items() if meant
    )
    return f'frame.lazy().pipe(transforms.map_event_types, {{{said}}}, event="$column")'


def _without_dislikes(schema: Schema, figures: DatasetFigures) -> str:
    said = ", ".join(json.dumps(name, ensure_ascii=False) for name in figures.event_types if dislike(name))
    return f'frame.lazy().filter(~pl.col("$column").is_in([{said}]).fill_null(False))'


_DISLIKES: Final = """
dislike disliked thumbsdown downvote unlike hide hidden block blocked skip skipped remove removed
removefromcart unsubscribe refund refunded return returned uninstall notinterested notforme
"""
NEGATIVE: Final = frozenset(_DISLIKES.split())

RULES: Final = (
    DatasetRule(
        name="event_types",
        level="warning",
        stops="none",
        text=f"more than {limits.EVENT_TYPES} distinct event types make training fail",
        mend=COMMONEST.format(limits.EVENT_TYPES - 1),
        example="event",
        source="analyzing-data",
        limit=limits.EVENT_TYPES,
        applies=of_interactions,
        found=above(_types, limits.EVENT_TYPES),
    ),
    DatasetRule(
        name="event_types_and_metadata",
        level="warning",
        stops="none",
        text="event types, EVENT_TYPE, EVENT_VALUE and columns of your own together are more than "
        f"{limits.EVENT_TYPES_AND_METADATA}",
        mend="leave columns out",
        told=_fewer,
        source="interactions-dataset-requirements",
        limit=limits.EVENT_TYPES_AND_METADATA,
        applies=of_interactions,
        found=above(_types_and_metadata, limits.EVENT_TYPES_AND_METADATA),
    ),
    DatasetRule(
        name="event_types_reserved",
        level="warning",
        stops="none",
        text="every event type is a reserved word: training would fail",
        mend="map EVENT_TYPE to the column that says what was done",
        source="custom-datasets-and-schemas",
        applies=of_interactions,
        found=_all_reserved,
    ),
    DatasetRule(
        name="event_type_near",
        level="warning",
        stops="none",
        text="an event type is a letter or a case away from one that a use case needs",
        mend='frame.lazy().pipe(transforms.map_event_types, {"watch": "Watch"}, event="$column")',
        example="event",
        source="interactions-datasets",
        applies=of_interactions,
        found=_near,
        told=_better_names,
    ),
    DatasetRule(
        name="event_type_negative",
        level="warning",
        stops="none",
        text="an event type names a dislike; every interaction counts as interest",
        mend='frame.lazy().filter(~pl.col("$column").is_in(["dislike"]).fill_null(False))',
        example="event",
        source="interactions-datasets",
        applies=of_interactions,
        found=_negative,
        told=_without_dislikes,
    ),
)
