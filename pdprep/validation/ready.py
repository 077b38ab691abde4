"""Which use cases and recipes the data is ready for: one row each, from the table of use cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from pdprep.contract import catalogue, limits, use_cases
from pdprep.contract.contract import Contract
from pdprep.contract.use_cases import UseCase
from pdprep.validation.known import Group
from pdprep.validation.summary import Summary

FRAME: Final = pl.Schema(
    {
        "domain": pl.String,
        "use_case": pl.String,
        "ready": pl.Boolean,
        "events": pl.String,
        "needed": pl.Int64,
        "found": pl.Int64,
        "lacks": pl.String,
        "says": pl.String,
        "source": pl.String,
    }
)


def ready(group: Group) -> pl.DataFrame:
    """Return one row a use case of the domain, or a recipe: what it needs, what is there, what it lacks.

    A use case that lacks nothing may still have something to say, such as how many actions have a score.

    Args:
        group: What is known of each dataset type.
    """
    domains = {known.contract.domain for known in group.values()}
    rows = [_row(case, group) for domain in sorted(domains) for case in use_cases.of_group(domain)]
    return pl.DataFrame(rows, schema=FRAME, orient="row")


def _row(case: UseCase, group: Group) -> tuple[object, ...]:
    found, lacks = _events(case, group), ", ".join(_lacks(case, group))
    says = _scored(group) if "actions" in case.needs else ""
    events = case.event_type or "any"
    return case.domain, case.name, not lacks, events, case.minimum, found, lacks, says, case.source


def _events(case: UseCase, group: Group) -> int:
    summary = group["interactions"].summary if "interactions" in group else Summary()
    return summary.event_types.get(case.event_type, 0) if case.event_type else summary.rows


def _lacks(case: UseCase, group: Group) -> Iterator[str]:
    yield from (dataset for dataset in case.needs if dataset not in group)
    if case.items and "items" in group:
        yield from _OF_ITEMS[case.items](group["items"].contract)
    if "interactions" in group and case.minimum:
        yield from _lacking_events(case, group)


def _lacking_events(case: UseCase, group: Group) -> Iterator[str]:
    # Both are asked for: a minimum of events, which the use case may want of one type, and users with two.
    short = case.minimum - _events(case, group)
    if short > 0:
        yield f"{short:,} {case.event_type or 'interactions'}{' events' if case.event_type else ''}"
    summary = group["interactions"].summary
    share = -(-summary.ids // limits.TRAINING_SHARE)  # rounded up: one user in a hundred
    users = max(limits.TRAINING_USERS, share) - summary.ids_with_two
    if users > 0:
        yield f"{users} users with two interactions"


def _metadata(items: Contract) -> Iterator[str]:
    """Ask for a field that is neither reserved nor a text."""
    own = (field for field in items.metadata if not field.textual)
    if all(catalogue.field("items", items.domain, field.name) for field in own):
        yield "a field of items that is neither reserved nor textual"


def _text(items: Contract) -> Iterator[str]:
    """Ask for a text and a name."""
    if not any(field.textual for field in items.fields):
        yield "a textual field of items"
    if not any(field.item_name for field in items.fields):
        yield "a field of items with item_name=True"


def _themes(items: Contract) -> Iterator[str]:
    """Ask for a text and a string that may be the name."""
    if not any(field.textual for field in items.fields):
        yield "a textual field of items"
    own = [field for field in items.metadata if field.type == "string"]
    if all(field.categorical or field.textual for field in own):
        yield "a string of items that is neither categorical nor textual, for the names"


def _scored(group: Group) -> str:
    """Say how many actions Next-Best-Action can score; it can be trained without, and then knows no score."""
    each = f"{limits.ACTION_EVENTS} TAKEN and {limits.ACTION_EVENTS} NOT_TAKEN or VIEWED"
    weeks = f"within {limits.ACTION_WEEKS} weeks of the latest"
    if "action_interactions" not in group:
        return f"no action has a score: each needs {each}, {weeks}"
    events = group["action_interactions"]
    found = events.profile.actions.scored
    actions = group["actions"].summary.ids if "actions" in group else events.profile.ids["ACTION_ID"].len()
    return f"{found:,} of {actions:,} actions have a score: each needs {each}, {weeks}"


_OF_ITEMS: Final = {"metadata": _metadata, "text": _text, "themes": _themes}
