"""Which use cases and recipes the data is ready for: one row each, from the table of use cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from pdprep.contract import limits, use_cases
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
    if "interactions" not in group:
        return
    short = case.minimum - _events(case, group)
    if short > 0:
        yield f"{short:,} {case.event_type or 'interactions'}{' events' if case.event_type else ''}"
    users = limits.TRAINING_USERS - group["interactions"].summary.ids_with_two
    if users > 0:
        yield f"{users} users with two interactions"
