"""Which route fits a frame better, told by a pass over it, and what would go by that route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import Route
from pdprep.engine.validate import Engine, report_of
from pdprep.ledger import folders
from pdprep.personalize.aws.quotas import POLITE, quota
from pdprep.personalize.imports.guards import DatasetState
from pdprep.personalize.planning.diff import Balance, Tracker
from pdprep.personalize.planning.forecast import Effort, Forecast
from pdprep.personalize.puts.transport.operations import PUTS
from pdprep.personalize.resources.target import Target
from pdprep.preparation.prepare import Prepared
from pdprep.validation.report import Report

MINUTES_BY_PUT = 2.0  # longer than this, an import job is the better route


@dataclass(frozen=True, eq=False)
class Fit:
    """The records that would be sent by the route that fits better, and what there is to say of them."""

    report: Report
    size: Effort
    minutes: float | None
    route: Route
    why: str
    found: Balance
    back: int
    nulled: Mapping[str, int]
    deleted: int


def fitting(
    target: Target,
    prepared: Prepared,
    state: DatasetState,
    tracker: Tracker | None,
    fill: bool,
    folder: Path,
    engine: Engine,
) -> Fit:
    """Pass over a frame; once more where rows break a rule of the route alone."""
    polite = POLITE[PUTS[prepared.dataset].rate] if target.environment.neighbours else None
    # The route is not known before the frame has been counted. At first only rows that no route takes are
    # left out; where some break a rule of the route that fits, a second pass leaves those out too.
    asked: Route | None = None
    while True:
        forecast = Forecast(
            target.ledger, prepared, tracker, fill, folders.private(folder / (asked or "any"))
        )
        report = report_of(prepared, asked, forecast.update, engine=engine)
        size = forecast.size(report)
        minutes = size.calls / polite / 60 if polite else None
        route, why = _route(prepared, state, report.kept, size.calls, minutes)
        broken = [registry.rule(name) for name in report.counts["rule"].unique()]
        if asked or not any(each.scope == "row" and each.stops == route for each in broken):
            found, back = forecast.difference.result, forecast.returning.result
            return Fit(
                report, size, minutes, asked or route, why, found, back, forecast.nulled, forecast.deleted
            )
        asked = route


def _route(
    prepared: Prepared, state: DatasetState, rows: int, calls: int, minutes: float | None
) -> tuple[Route, str]:
    least = quota("bulk_interactions")
    if not state.bulk and (prepared.dataset != "interactions" or rows >= least):
        return "bulk", "history first: the dataset has no bulk records yet"
    if prepared.dataset == "interactions" and rows < least:
        return "put", f"an import of interactions needs {least:,} rows"
    if minutes is not None and minutes > MINUTES_BY_PUT:
        return "bulk", f"{minutes:,.0f} minutes by put at the polite rate"
    return "put", f"{calls:,} call{'s' * (calls != 1)}, and what stands in bulk stays"
