"""What would happen: route, rows that go and stay, what will be created. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.contract.rule import Route
from pdprep.engine.validate import validate
from pdprep.errors import ServiceError
from pdprep.ledger import layers
from pdprep.personalize import guards
from pdprep.personalize.balance import Balance, balance
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
        calls: Put calls: up to ten records each, events of one user and session.
        minutes: How long a put takes at the rate in force; None where nothing holds it back.
        bytes: About how large the CSV of an import is.
        going: Bulk records that a FULL import would replace.
        staying: Incremental records that no import removes.
        balance: How the records stand to those that were sent before.
        creates: What does not exist yet.
        obstacles: What stands in the way of each route.
    """

    dataset: str
    route: Route
    why: str
    rows: int
    calls: int
    minutes: float | None
    bytes: int
    going: int
    staying: int
    balance: Balance
    creates: tuple[str, ...]
    obstacles: tuple[str, ...]
    report: Report

    def __str__(self) -> str:
        lines = [f"{self.dataset}: {self.route}, {self.rows:,} records; {self.why}"]
        lines.append(f"  {self.road}")
        lines += [f"  {line}" for line in self.balance.lines]
        lines.append(f"  a FULL import replaces {self.going:,} bulk records, {self.staying:,} others stay")
        lines.append(f"  creates: {', '.join(self.creates) or 'nothing'}")
        lines.append(f"  in the way: {'; '.join(self.obstacles) or 'nothing'}")
        return "\n".join(lines)

    @property
    def road(self) -> str:
        """What either route takes: bytes of an import, calls and minutes of a put."""
        time = "" if self.minutes is None else f", {max(1, round(self.minutes)):,} min at the rate in force"
        return f"an import of about {self.bytes:,} bytes, or {self.calls:,} put calls{time}"

    def __repr__(self) -> str:
        return str(self)


def plan(target: Target, prepared: Prepared) -> Plan:
    """Say what sending a frame would do; reads it once."""
    report = validate(prepared)
    group = target.group()
    standing = guards.standing(target.ledger, target.world, group, prepared.dataset)
    calls = _calls(prepared.contract, prepared.frame)
    minutes = calls / POLITE[PUTS[prepared.dataset].rate] / 60 if target.world.neighbours else None
    route, why = _route(prepared, standing, report.kept, calls, minutes)
    _, held = layers.scan(target.ledger, prepared.dataset)
    return Plan(
        prepared.dataset, route, why, report.kept, calls, minutes, _bytes(prepared.contract, prepared.frame),
        standing.rows, standing.put, balance(prepared.contract, prepared.frame, held),
        tuple(_creates(target, group, prepared.dataset, route)),
        tuple(_obstacles(standing, report)), report,
    )  # fmt: skip


def _calls(contract: Contract, frame: pl.LazyFrame) -> int:
    """Count the calls of a put: those of interactions are of one user and session each."""
    whose = [name for name in ("USER_ID", "SESSION_ID") if name in contract.names]
    by = whose if contract.dataset == "interactions" else [pl.lit(0)]
    most = quota("records_a_call")
    counts = frame.group_by(by).agg(((pl.len() + most - 1) // most).alias("calls"))
    return int(counts.select(pl.col("calls").sum()).collect().item())


def _bytes(contract: Contract, frame: pl.LazyFrame) -> int:
    """Add up the text of all values, a comma or line end each; what is quoted takes a little more."""
    sizes = [pl.col(name).cast(pl.String).str.len_bytes().sum() for name in contract.columns]
    text, rows = frame.select(pl.sum_horizontal(sizes).alias("text"), pl.len().alias("rows")).collect().row(0)
    return int(text + rows * len(contract.columns) + sum(len(name) + 1 for name in contract.columns))


def _route(
    prepared: Prepared, standing: Standing, rows: int, calls: int, minutes: float | None
) -> tuple[Route, str]:
    least = quota("bulk_interactions")
    if not standing.bulk and (prepared.dataset != "interactions" or rows >= least):
        return "bulk", "history first: the dataset has no bulk records yet"
    if prepared.dataset == "interactions" and rows < least:
        return "put", f"an import of interactions needs {least:,} rows"
    if minutes is not None and minutes > MINUTES_BY_PUT:
        return "bulk", f"{minutes:,.0f} minutes by put at the polite rate"
    return "put", f"{calls:,} calls, and what stands in bulk stays"


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
