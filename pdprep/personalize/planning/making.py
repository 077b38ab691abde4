"""Make the plan of a frame: read it beside the ledger, ask the service, send nothing."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from pdprep import disks
from pdprep.engine.validate import Engine
from pdprep.ledger import forms
from pdprep.personalize.imports import guards
from pdprep.personalize.imports.guards import Coming
from pdprep.personalize.planning import blockers
from pdprep.personalize.planning.creations import creates, event_tracker
from pdprep.personalize.planning.fitting import fitting
from pdprep.personalize.planning.plan import Plan
from pdprep.personalize.puts import filling
from pdprep.personalize.resources.ensuring import find_dataset
from pdprep.personalize.resources.target import Target
from pdprep.preparation.prepare import Prepared


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
    dataset = find_dataset(target.environment, group.arn, kind) if group else None
    state = guards.state_of(target.ledger, target.environment, group, kind)
    tracker = event_tracker(target, group)
    with tempfile.TemporaryDirectory(prefix="pdprep-") as folder, disks.told(Path(folder)):
        fit = fitting(target, prepared, state, tracker, fill, Path(folder), engine)
        forms.check(target.ledger, prepared)
        found, back, nulled = fit.found, fit.back, fit.nulled
    found = replace(found, nulled=tuple(nulled.items()), deleted=fit.deleted)
    report, size, route = filling.warned(fit.report, kind, nulled), fit.size, fit.route
    # What a guard would read the whole ledger for, the diff has counted on its way.
    fresh = report.kept - found.in_bulk if prepared.contract.event_like and not state.unknown else None
    coming = Coming("FULL", report.kept, size.keys, size.bytes, "", found.lacks, fresh)
    nothing = report.kept and not found.new and not found.changed
    why = f"nothing to send: the dataset holds all {report.kept:,}" if nothing else fit.why
    return Plan(
        kind, route, why, report.kept, size.calls, fit.minutes, size.bytes, state.rows, state.put,
        found, tuple(creates(target, group, dataset, kind, route, tracker)),
        (
            *blockers.of_rows(report), *blockers.of_dataset(state, coming, kind),
            *differences, *blockers.of_jobs(target, group, dataset, kind),
        ),
        report, target.environment.prices, back, fill or bool(nulled),
    )  # fmt: skip
