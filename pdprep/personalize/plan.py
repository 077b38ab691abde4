"""What would happen: route, rows that go and stay, what will be created. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pdprep.contract.rules import BULK_INTERACTIONS, Route
from pdprep.engine.validate import validate
from pdprep.errors import ServiceError
from pdprep.personalize import guards
from pdprep.personalize.clients import call, missing, pages
from pdprep.personalize.guards import Standing
from pdprep.personalize.puts import PUTS
from pdprep.personalize.quotas import POLITE, quota
from pdprep.personalize.resources import Group, find_dataset
from pdprep.personalize.target import Target
from pdprep.preparation.prepare import Prepared
from pdprep.validation.report import Report

MINUTES_BY_PUT = 2.0  # longer than this, an import job is the better road


@dataclass(frozen=True)
class Plan:
    """What sending a frame would do.

    Attributes:
        route: bulk or put, whichever fits better.
        why: The reason.
        rows: Records that would be sent.
        calls: Put calls at most, at ten records a call for items and users and one a call for events.
        going: Bulk records that a FULL import would replace.
        staying: Incremental records that no import removes.
        creates: What does not exist yet.
        obstacles: What stands in the way of each route.
    """

    dataset: str
    route: Route
    why: str
    rows: int
    calls: int
    going: int
    staying: int
    creates: tuple[str, ...]
    obstacles: tuple[str, ...]
    report: Report

    def __str__(self) -> str:
        lines = [f"{self.dataset}: {self.route}, {self.rows:,} records; {self.why}"]
        lines.append(f"  a FULL import replaces {self.going:,} bulk records, {self.staying:,} others stay")
        lines.append(f"  creates: {', '.join(self.creates) or 'nothing'}")
        lines.append(f"  in the way: {'; '.join(self.obstacles) or 'nothing'}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


def plan(target: Target, prepared: Prepared) -> Plan:
    """Say what sending a frame would do; reads it once."""
    report = validate(prepared)
    group = target.group()
    standing = guards.standing(target.ledger, target.world, group, prepared.dataset)
    calls = _calls(prepared, report.kept)
    route, why = _route(target, prepared, standing, report.kept, calls)
    return Plan(
        prepared.dataset, route, why, report.kept, calls, standing.rows, standing.put,
        tuple(_creates(target, group, prepared.dataset, route)),
        tuple(_obstacles(standing, report)), report,
    )  # fmt: skip


def _calls(prepared: Prepared, rows: int) -> int:
    most = quota("records_a_call")
    return rows if prepared.contract.event_like else -(-rows // most)


def _route(
    target: Target, prepared: Prepared, standing: Standing, rows: int, calls: int
) -> tuple[Route, str]:
    minutes = calls / POLITE[PUTS[prepared.dataset].rate] / 60 if target.world.neighbours else 0.0
    if not standing.bulk and (prepared.dataset != "interactions" or rows >= BULK_INTERACTIONS):
        return "bulk", "history first: the dataset has no bulk records yet"
    if prepared.dataset == "interactions" and rows < BULK_INTERACTIONS:
        return "put", f"an import of interactions needs {BULK_INTERACTIONS:,} rows"
    if minutes > MINUTES_BY_PUT:
        return "bulk", f"up to {minutes:,.0f} minutes by put at the polite rate"
    return "put", f"at most {calls:,} calls, and what stands in bulk stays"


def _creates(target: Target, group: Group | None, dataset: str, route: Route) -> Iterator[str]:
    if group is None:
        yield f"dataset group {target.name} ({target.domain})"
    if group is None or find_dataset(target.world, group.arn, dataset) is None:
        yield f"schema and dataset {dataset}"
    if route == "put" and dataset == "interactions" and not _tracked(target, group):
        yield "event tracker"
    if route == "bulk" and not _bucket(target):
        yield f"bucket {target.world.place[0]}"


def _tracked(target: Target, group: Group | None) -> bool:
    if group is None:
        return False
    return any(pages(target.world, "list_event_trackers", "eventTrackers", datasetGroupArn=group.arn))


def _bucket(target: Target) -> bool:
    try:
        call(target.world, "s3", "head_bucket", Bucket=target.world.place[0])
    except ServiceError as error:
        return not missing(error)
    return True


def _obstacles(standing: Standing, report: Report) -> Iterator[str]:
    for row in report.counts.filter(level="error").iter_rows(named=True):
        yield f"{row['says']} ({row['rows']:,}; stops {row['stops']})"
    if standing.bulk:
        yield "a FULL import needs replace=True"
    for name in standing.unknown:
        yield f"the import {name} is not in this ledger: rows unknown"
