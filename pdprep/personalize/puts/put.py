"""Put: plan on disk first, then call by call; what an earlier crash left is finished first."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pdprep import clock, disks
from pdprep.contract.contract import Contract
from pdprep.engine.consume import consume
from pdprep.errors import InputError, JobError, ServiceError
from pdprep.ledger import compacting, contracts, filters, folders, forms, integrity, layers, records
from pdprep.ledger.answers import Answers
from pdprep.ledger.journal import Journal
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import JobRow, PlanRow
from pdprep.personalize.aws.quotas import POLITE, quota
from pdprep.personalize.imports import following
from pdprep.personalize.imports.alignment import aligned, unplaced
from pdprep.personalize.jobs import queue
from pdprep.personalize.jobs.job import Job, JobKind, Work
from pdprep.personalize.jobs.queue import turn
from pdprep.personalize.planning import minima
from pdprep.personalize.puts import batches, filling, unknown
from pdprep.personalize.puts.calls import runs
from pdprep.personalize.puts.draft import Draft
from pdprep.personalize.puts.operations import PUTS, Aim
from pdprep.personalize.puts.transport.boto3_wire import Boto3Wire
from pdprep.personalize.puts.transport.pace import Pace
from pdprep.personalize.puts.transport.sender import WRONG, Sender, Tally, Wire
from pdprep.personalize.puts.wanted import Wanted
from pdprep.personalize.resources.ensuring import ensure_tracking
from pdprep.personalize.resources.target import Target
from pdprep.preparation.prepare import Prepared

REFUSED: Final = "refused.parquet"


@dataclass(frozen=True)
class Manner:
    """How calls are sent. ``rate``: calls a second, or the polite one; ``fast``: by aiohttp, not by boto3."""

    rate: float | None = None
    fast: bool = False


@dataclass(frozen=True)
class Request:
    """What somebody asked for: a frame into a dataset, record by record."""

    target: Target
    prepared: Prepared
    new_only: bool = False
    resend: bool = False
    manner: Manner = Manner()
    fill: bool = False

    @property
    def ledger(self) -> Ledger:
        """The ledger that keeps the facts."""
        return self.target.ledger


def begin(asked: Request) -> Job:
    """Start the job of a put."""
    return queue.begin(KIND, asked)[0]


def prepare(asked: Request) -> JobRow:
    """Write down the job of a put.

    Raises:
        InputError: The rate is above the quota, or no rate at all; or the fast sender is not installed.
    """
    dataset = asked.prepared.dataset
    _check_rate(dataset, asked.manner.rate)
    if asked.fill:
        filling.check(asked.prepared)
    if asked.manner.fast:
        _check_fast()
    return asked.ledger.journal.new_job(dataset, "put")


def run(asked: Request, job: Job, before: Job | None = None) -> None:
    """Do a put from its first row to its last answer."""
    with turn(asked.ledger, job, before):
        following.settle(asked.target, job)
        finish_open(asked.target, job, asked.manner)
        if _planned(asked.ledger, job):
            return
        prepared = aligned(asked.prepared, asked.target.deployed(job.dataset))
        folder = asked.ledger.scratch(job.id)
        try:
            with disks.told(folder):
                plan, said = planned_rows(asked, prepared, job, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if plan is None:
            job.update(status="DONE", phase="done", note="; ".join(said))
            return
        _end(job, _send(asked.target, plan, job, asked.manner), said)
        minima.judge(job, asked.ledger)


def resume(target: Target, row: JobRow) -> Work | None:
    """Return what is left of a put: the records of its plan that are not answered."""
    plans = target.ledger.journal.open_plans(row.dataset)
    return partial(go_on, target) if any(plan.job == row.id for plan in plans) else None


def go_on(target: Target, job: Job) -> None:
    """Finish the put of a job of an ended process."""
    with turn(target.ledger, job, None):
        following.settle(target, job)
        finish_open(target, job, Manner())
        _planned(target.ledger, job)


def finish_open(target: Target, job: Job, manner: Manner) -> None:
    """Finish the plans of this dataset that were left half done, oldest first."""
    for plan in target.ledger.journal.open_plans(job.dataset):
        own = plan.job == job.id
        if not own:
            job.update(note=f"finishes {plan.job} first")
        tally = _send(target, plan, job, manner)
        if own:
            _end(job, tally, [])
        else:
            _record(target.ledger, plan, tally)
            job.update(note="", done=0, total=None)


def planned_rows(
    asked: Request, prepared: Prepared, job: Job, folder: Path
) -> tuple[PlanRow | None, list[str]]:
    """Judge the frame, and file the plan of the records to send; None where there is none to send."""
    ledger, contract = asked.ledger, batches.put_contract(prepared.contract)
    draft = Draft(contract, folders.private(folder / "runs"))
    judged = consume(
        prepared, "put", draft.take, quarantine=ledger.folder / "quarantine" / job.id, listener=job.listen,
        scratch=folder / "partitions",
    )  # fmt: skip
    judged.check(prepared)
    job.report = judged.report
    forms.check(ledger, prepared)
    wanted = Wanted(
        ledger, contract, filling.absent(prepared), folder,
        fill=asked.fill, new_only=asked.new_only, resend=asked.resend,
    )  # fmt: skip
    numbers, fingerprint, files, rows = batches.Numbers(contract), hashlib.sha256(), list[Path](), 0
    for portion in draft.portions():
        found = numbers.on(wanted.of(portion))
        if found.height:
            fingerprint.update("\n".join([""] * bool(files) + found[layers.DIGEST].to_list()).encode())
            files.append(folders.private(folder / "plan") / f"{len(files):05d}.parquet")
            found.write_parquet(files[-1])
            rows += found.height
    said = _said(asked, job, contract, wanted)
    job.update(phase="put", rows=rows, done=0, total=rows, unit="records")
    if not files:
        return None, said
    forms.keep(ledger, prepared)
    return layers.file_plan(ledger, job.id, contract, integrity.scan(files), fingerprint.hexdigest()), said


def _said(asked: Request, job: Job, contract: Contract, wanted: Wanted) -> list[str]:
    """Return what there is to say of the records that go and of those that do not."""
    left_out, nulled = unplaced(asked.prepared, contract), wanted.nulled
    said = [f"left out, as the schema has no such field: {', '.join(left_out)}"] * bool(left_out)
    if asked.fill:
        said.append(filling.told(job.dataset, wanted.filled, wanted.unknown))
        if len(wanted.unknown):
            unknown.keep(asked.ledger, job.id, wanted.unknown)
    said += [f"{wanted.left:,} already there"] * bool(wanted.left)
    if nulled and job.report is not None:
        job.report = filling.warned(job.report, job.dataset, nulled)
        fields = ", ".join(f"{name} of {count:,}" for name, count in nulled.items())
        said.append(f"{fields} became null, which fill=True would have sent along")
    return said


def _send(target: Target, plan: PlanRow, job: Job, manner: Manner) -> Tally:
    contract, journal = contracts.loads(plan.contract), target.ledger.journal
    group, dataset = target.ready(contract)
    tracking = ensure_tracking(target.world, group, dataset) if contract.event_like else ""
    pace = Pace(manner.rate or (_polite(contract.dataset) if target.world.neighbours else None))
    wire = _wire(Aim(target.world, dataset, tracking), journal, job, manner.fast)
    sender = Sender(wire, plan, pace, job.stopping, job.listen)
    for row in journal.calls(plan):
        sender.tally.add(row)
    try:
        sender.send(runs(contract, layers.unanswered(target.ledger, plan)))
    except ServiceError as error:
        if error.code in WRONG:
            # Given up, so that it does not stand before every later put; nothing of it counts as sent.
            journal.finish_plan(plan)
        raise
    journal.finish_plan(plan)
    _set_aside(target.ledger, plan, sender.tally)
    with suppress(Exception):  # copies for speed; every record is answered all the same
        compacting.compact(target.ledger, plan.dataset)
        records.refresh(target.ledger, plan.dataset)
    return sender.tally


def _wire(aim: Aim, journal: Journal, job: Job, fast: bool) -> Wire:
    if not fast:
        return Boto3Wire(aim, Answers(journal), job.stopping)
    from pdprep.personalize.puts.transport.fast_wire import (
        FastWire,  # aiohttp is there where somebody asked for it
    )

    return FastWire(aim, journal, job.stopping)


def _set_aside(ledger: Ledger, plan: PlanRow, tally: Tally) -> None:
    """Keep what the service refused beside what validation did."""
    if tally.rejected:
        folder = folders.private(ledger.folder / "quarantine" / plan.job)
        layers.rejected(ledger, plan).write_parquet(folder / REFUSED)


def _end(job: Job, tally: Tally, before: list[str]) -> None:
    if tally.rejected and not tally.sent:
        raise ServiceError(
            f"none of {tally.rejected:,} records was taken: {tally.reason}",
            "records that the service takes",
            "group.put(frame)  # once what the reason names is fixed",
        )
    by = f"by {clock.now() + timedelta(minutes=filters.MINUTES):%H:%M} UTC"
    seen = f"within seconds, {by} at the latest" if filters.FILTERS[job.dataset].seconds else by
    kept = f"kept in quarantine/{job.id}/{REFUSED}"
    rejected = f"{tally.rejected:,} rejected ({tally.reason}; {kept})" if tally.rejected else ""
    said = [*before, rejected, f"filters current {seen}"]
    job.update(
        status="DONE", phase="done", rows=tally.sent, done=tally.answered, total=tally.answered,
        note="; ".join(part for part in said if part),
    )  # fmt: skip


def _record(ledger: Ledger, plan: PlanRow, tally: Tally) -> None:
    """Write down in the row of the job that began a plan that it is finished."""
    row = ledger.journal.job(plan.job)
    if row is not None:
        note = f"finished after an interruption; {tally.rejected:,} rejected"
        changed = {"status": "DONE", "phase": "done", "rows": tally.sent, "note": note, "error": ""}
        ended = {"ended": clock.now().timestamp(), "done": tally.answered}
        ledger.journal.save_job(type(row)(**{**row.values(), **changed, **ended}))


def _planned(ledger: Ledger, job: Job) -> bool:
    """Say whether this job made its plan already, and so has just finished it.

    Raises:
        JobError: The plan was given up.
    """
    if not any(plan.job == job.id for plan in ledger.journal.plans(job.dataset)):
        return False
    if job.status != "DONE":
        raise JobError(f"{job.id} was given up, since no record was taken", "another put", "group.put(frame)")
    return True


def _polite(dataset: str) -> float:
    return POLITE[PUTS[dataset].rate]


def _check_rate(dataset: str, rate: float | None) -> None:
    most = quota(PUTS[dataset].rate)
    if rate is not None and not 0 < rate <= most:
        raise InputError(
            f"rate={rate}", f"more than 0 and at most {most} calls a second", f"rate={_polite(dataset):.0f}"
        )


def _check_fast() -> None:
    if find_spec("aiohttp") is None:
        raise InputError(
            "fast=True, and aiohttp is not installed",
            "the extra that brings it",
            'pip install "pdprep[fast]"',
        )


KIND: Final = JobKind(prepare, run, resume, again=lambda job: "group.put(frame)")
