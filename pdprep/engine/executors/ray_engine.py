"""What ``engine="ray"`` does: a report, or the parts of an import, from tasks on many machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pdprep.contract.rules.rule import Route
from pdprep.engine.consume import Consumed, Quarantine
from pdprep.engine.executors.ray_pass import RayPass, open_pass
from pdprep.engine.executors.reduce_phase import ReducedPartitions, reduce
from pdprep.engine.executors.reduce_task import OnRecords
from pdprep.engine.executors.scan_phase import scan
from pdprep.engine.executors.write_task import FolderSink, PartSink
from pdprep.engine.parts import Part
from pdprep.engine.reporting import build_report
from pdprep.engine.run import Batch
from pdprep.preparation.prepare import Prepared
from pdprep.progress import Listener
from pdprep.validation.report import Report


def report_of(
    prepared: Prepared, route: Route | None, consumer: Callable[[Batch], None] | None, listener: Listener
) -> Report:
    """Return the report of one frame; a consumer gets the rows that go on, a partition at a time."""
    with open_pass(prepared, listener, route, profiled=True) as ray_pass:
        reduced = reduce(ray_pass, scan(ray_pass, None), "rows" if consumer else "nothing")
        if consumer:
            for batch in reduced.batches():
                consumer(batch)
        return build_report(prepared, reduced.totals, route)


def write_parts(
    prepared: Prepared, route: Route, folder: Path, *, quarantine: Path,
    on_part: Callable[[Part], None], listener: Listener, scratch: Path | None = None,
    sink: Callable[[Path], PartSink] = FolderSink,
) -> tuple[Consumed, tuple[Part, ...]]:  # fmt: skip
    """Write the parts of a frame; nothing is written where a rule stops the route.

    Args:
        prepared: What to read.
        route: The route whose rules are asked.
        folder: Where the parts go; every node must have it.
        quarantine: The folder of this machine for rows that break a rule, where ``on_invalid`` keeps them.
        on_part: Hears of each part that is there.
        listener: Hears the progress.
        scratch: The folder for a frame that is in this process alone.
        sink: What writes to the folder.

    Raises:
        ValidationError: A rule is broken that stops the route.
    """
    with open_pass(prepared, listener, route, only=True, folder=folder, scratch=scratch) as ray_pass:
        done, reduced = consume(ray_pass, quarantine)
        return done, reduced.write(sink(folder), on_part)


def consume(
    ray_pass: RayPass, quarantine: Path, on_records: OnRecords | None = None
) -> tuple[Consumed, ReducedPartitions]:
    """Read, judge and deduplicate a frame, so that its parts are ready to be written.

    Args:
        ray_pass: A pass that is for a route, without the rules of the other one.
        quarantine: The folder of this machine for rows that break a rule, where ``on_invalid`` keeps them.
        on_records: Takes the records, in the tasks.

    Raises:
        ValidationError: A rule is broken that stops the route.
    """
    kept_aside = Quarantine(ray_pass.prepared, quarantine)
    scanned = scan(ray_pass, kept_aside if ray_pass.options.keep_bad else None)
    kept_aside.close()
    reduced = reduce(ray_pass, scanned, "lines", on_records=on_records)
    totals = reduced.totals
    report = build_report(ray_pass.prepared, totals, ray_pass.options.route)
    done = Consumed(totals.kept, totals.read, totals.bad, report, tuple(kept_aside.files))
    # Before a part is written, and not after as on one machine: the lines wait in Ray's object store.
    done.check(ray_pass.prepared)
    return done, reduced
