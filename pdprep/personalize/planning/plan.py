"""What would happen: route, rows that go and stay, what will be created. Nothing is sent."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pdprep import disks, html
from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import Route
from pdprep.engine.validate import Engine, judged
from pdprep.errors import ServiceError
from pdprep.ledger import folders, forms
from pdprep.personalize.aws.client import call, missing, pages
from pdprep.personalize.aws.prices import UNKNOWN, Prices
from pdprep.personalize.aws.quotas import POLITE, quota
from pdprep.personalize.imports import guards
from pdprep.personalize.imports.guards import Coming, Standing
from pdprep.personalize.planning import blockers
from pdprep.personalize.planning.diff import Balance, Tracker
from pdprep.personalize.planning.forecast import Forecast, Size
from pdprep.personalize.puts import filling
from pdprep.personalize.puts.operations import PUTS
from pdprep.personalize.resources.ensuring import Dataset, Group, find_dataset
from pdprep.personalize.resources.target import Target
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
        obstacles: What blocks each route.
        report: What validation found.
        prices: What the profile says that a GB and a call cost.
        returning: Users of whom no event went for three months: filters have forgotten their earlier ones.
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
    prices: Prices = UNKNOWN
    returning: int = 0

    def __str__(self) -> str:
        lines = [f"{self.dataset}: {self.route}, {self.rows:,} records; {self.why}"]
        lines.append(f"  {self.road}")
        aside = self.report.quarantined + self.report.dropped
        if aside:
            lines.append(f"  {aside:,} of {self.report.read:,} rows break a rule and are left out")
        lines += [f"  {line}" for line in (*self.balance.lines, self.forgotten) if line]
        lines.append(f"  a FULL import replaces {self.going:,} bulk records, {self.staying:,} others stay")
        lines.append(f"  creates: {', '.join(self.creates) or 'nothing'}")
        lines.append(f"  blocked by: {'; '.join(self.obstacles) or 'nothing'}")
        return "\n".join(lines)

    @property
    def nothing(self) -> bool:
        """Whether the dataset holds every record with the same values."""
        return bool(self.rows) and not self.balance.new and not self.balance.changed

    @property
    def new_only(self) -> bool:
        """Whether a put is to leave out what came in bulk; not where ids are known with other values."""
        return bool(self.balance.in_bulk) and not self.balance.changed

    @property
    def road(self) -> str:
        """What either route takes: bytes of an import, calls and minutes of a put."""
        quickest = self.calls / quota(PUTS[self.dataset].rate)
        time = f", {max(1, round(quickest)):,} s at the quota"
        if self.minutes is not None:
            time += f", {max(1, round(self.minutes)):,} min at the rate in force"
        data, calls = self.prices.of(self.bytes, self.calls)
        put = f"{self.calls:,} put call{'s' * (self.calls != 1)}{time}{calls}"
        return f"an import of about {html.size(self.bytes)}{data}, or {put}"

    @property
    def forgotten(self) -> str:
        """What filters have forgotten of the users of the frame; empty where nothing."""
        if not self.returning:
            return ""
        return (
            f"{self.returning:,} user{'s' * (self.returning != 1)} come back after three months without an "
            "event: filters have forgotten their earlier events until all of them are imported again"
        )

    def __repr__(self) -> str:
        return str(self)


def plan(target: Target, prepared: Prepared, *, fill: bool = False, engine: Engine = "local") -> Plan:
    """Say what sending a frame would do; reads it and sends nothing.

    Args:
        target: The dataset group.
        prepared: The frame.
        fill: Whether a put fills in what the frame leaves out.
        engine: What reads it: local, or ray; the ledger is compared here.
    """
    if fill:
        filling.check(prepared)
    kind, group = prepared.dataset, target.group()
    prepared, differences = blockers.of_schema(prepared, target.deployed(kind))
    dataset = find_dataset(target.world, group.arn, kind) if group else None
    standing = guards.standing(target.ledger, target.world, group, kind)
    tracker = _tracker(target, group)
    with tempfile.TemporaryDirectory(prefix="pdprep-") as folder, disks.told(Path(folder)):
        going = _going(target, prepared, standing, tracker, fill, Path(folder), engine)
        forms.check(target.ledger, prepared)
        found, back, nulled = going.found, going.back, going.nulled
    found = replace(found, nulled=tuple(nulled.items()))
    report, size, route = filling.warned(going.report, kind, nulled), going.size, going.route
    fresh = report.kept - found.in_bulk if prepared.contract.event_like and not standing.unknown else None
    coming = Coming("FULL", report.kept, size.keys, size.bytes, "", found.lacks, fresh)
    nothing = report.kept and not found.new and not found.changed
    why = f"nothing to send: the dataset holds all {report.kept:,}" if nothing else going.why
    return Plan(
        kind, route, why, report.kept, size.calls, going.minutes, size.bytes, standing.rows, standing.put,
        found, tuple(_creates(target, group, dataset, kind, route, tracker)),
        (
            *blockers.of_rows(report), *blockers.of_dataset(standing, coming, kind),
            *differences, *blockers.of_jobs(target, group, dataset, kind),
        ),
        report, target.world.prices, back,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Going:
    """The records that would be sent by the route that fits better, and what there is to say of them."""

    report: Report
    size: Size
    minutes: float | None
    route: Route
    why: str
    found: Balance
    back: int
    nulled: Mapping[str, int]


def _going(
    target: Target,
    prepared: Prepared,
    standing: Standing,
    tracker: Tracker | None,
    fill: bool,
    folder: Path,
    engine: Engine,
) -> _Going:
    """Pass over a frame; once more where rows break a rule of the route alone."""
    polite = POLITE[PUTS[prepared.dataset].rate] if target.world.neighbours else None
    asked: Route | None = None
    while True:
        forecast = Forecast(
            target.ledger, prepared, tracker, fill, folders.private(folder / (asked or "any"))
        )
        report = judged(prepared, asked, forecast.update, engine=engine)
        size = forecast.size(report)
        minutes = size.calls / polite / 60 if polite else None
        route, why = _route(prepared, standing, report.kept, size.calls, minutes)
        broken = [registry.rule(name) for name in report.counts["rule"].unique()]
        if asked or not any(each.scope == "row" and each.stops == route for each in broken):
            found, back = forecast.difference.result, forecast.returning.result
            return _Going(report, size, minutes, asked or route, why, found, back, forecast.nulled)
        asked = route


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
    return "put", f"{calls:,} call{'s' * (calls != 1)}, and what stands in bulk stays"


def _creates(
    target: Target, group: Group | None, dataset: Dataset | None, kind: str, route: Route,
    tracker: Tracker | None,
) -> Iterator[str]:  # fmt: skip
    if group is None:
        yield f"dataset group {target.name} ({target.domain})"
    if dataset is None:
        yield f"schema and dataset {kind}"
    if route == "put" and kind == "interactions" and tracker is None:
        yield "event tracker"
    if route == "bulk" and not _bucket(target):
        yield f"bucket {target.world.place[0]}"


def _tracker(target: Target, group: Group | None) -> Tracker | None:
    if group is None:
        return None
    rows = pages(target.world, "list_event_trackers", "eventTrackers", datasetGroupArn=group.arn)
    found = [Tracker(row["name"], int(row["creationDateTime"].timestamp())) for row in rows]
    return min(found, key=lambda each: each.created, default=None)


def _bucket(target: Target) -> bool:
    try:
        call(target.world, "s3", "head_bucket", Bucket=target.world.place[0])
    except ServiceError as error:
        return not missing(error)
    return True
