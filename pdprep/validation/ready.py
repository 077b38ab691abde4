"""Which use cases and recipes the data is ready for: one row each, from the table of use cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from pdprep.contract import catalogue, limits, use_cases
from pdprep.contract.contract import Contract
from pdprep.contract.use_cases import UseCase
from pdprep.validation.insights import Group
from pdprep.validation.summary import Summary

FRAME: Final = pl.Schema(
    {
        "use_case": pl.String,
        "ready": pl.Boolean,
        "events": pl.String,
        "needed": pl.Int64,
        "found": pl.Int64,
        "lacks": pl.String,
        "source": pl.String,
    }
)


def ready(group: Group) -> pl.DataFrame:
    """Return one row a use case of the domain, or a recipe: what it needs, what is there, what it lacks.

    Args:
        group: What is known of each dataset type.
    """
    domains = {known.contract.domain for known in group.values()}
    rows = [_row(case, group) for domain in sorted(domains) for case in use_cases.of_domain(domain)]
    return pl.DataFrame(rows, schema=FRAME, orient="row")


def _row(case: UseCase, group: Group) -> tuple[object, ...]:
    found, lacks = _events(case, group), ", ".join(_lacks(case, group))
    return case.name, not lacks, case.event_type or "any", case.minimum, found, lacks, case.source


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
    short = case.minimum - _events(case, group)
    if short > 0:
        yield f"{short:,} {case.event_type or 'interactions'}{' events' if case.event_type else ''}"
    users = limits.TRAINING_USERS - group["interactions"].summary.ids_with_two
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


_OF_ITEMS: Final = {"metadata": _metadata, "text": _text}
