"""Put: plan on disk first, then call by call; what an earlier crash left is finished first."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from typing import Final

import polars as pl

from pdprep import clock
from pdprep.contract.contract import Contract
from pdprep.engine.stage import stage
from pdprep.errors import InputError, JobError, ServiceError
from pdprep.ledger import contracts, filters, folders, forms, layers, records
from pdprep.ledger.answers import Answers
from pdprep.ledger.journal import Journal
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import PlanRow
from pdprep.personalize import batches, filling, following, minima, unknown
from pdprep.personalize.alignment import aligned, unplaced
from pdprep.personalize.boto3_wire import Boto3Wire
from pdprep.personalize.calls import runs
from pdprep.personalize.jobs import Job
from pdprep.personalize.pace import Pace
from pdprep.personalize.puts import PUTS, Aim
from pdprep.personalize.quotas import POLITE, quota
from pdprep.personalize.resources import ensure_tracking
from pdprep.personalize.sender import WRONG, Sender, Tally, Wire
from pdprep.personalize.target import Target
from pdprep.personalize.turns import enqueue, turn
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
    """Start the job of a put.

    Raises:
        InputError: The rate is above the quota, or no rate at all; or the fast sender is not installed.
    """
    dataset = asked.prepared.dataset
    _check_rate(dataset, asked.manner.rate)
    if asked.fill:
        filling.check(asked.prepared)
    if asked.manner.fast:
        _check_fast()
    job = Job(asked.ledger.journal.new_job(dataset, "put"), asked.ledger)
    before = enqueue(asked.ledger, job)
    return job.start(lambda job: run(asked, job, before))


def run(asked: Request, job: Job, before: Job | None = None) -> None:
    """Do a put from its first row to its last answer."""
    with turn(asked.ledger, job, before):
        following.settle(asked.target, job)
        finish_open(asked.target, job, asked.manner)
        if _planned(asked.ledger, job):
            return
        prepared = aligned(asked.prepared, asked.target.deployed(job.dataset))
        contract, rows = _valid_rows(asked.ledger, prepared, job)
        frame, said = _wanted(asked, job, prepared, contract, rows)
        job.update(phase="put", rows=frame.height, done=0, total=frame.height, unit="records")
        if frame.is_empty():
            job.update(status="DONE", phase="done", note="; ".join(said))
            return
        forms.keep(asked.ledger, prepared)
        plan = layers.file_plan(asked.ledger, job.id, contract, frame, _fingerprint(frame))
        _end(job, _send(asked.target, plan, job, asked.manner), said)
        minima.judge(job, asked.ledger)


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


def _valid_rows(ledger: Ledger, prepared: Prepared, job: Job) -> tuple[Contract, pl.DataFrame]:
    """Judge the frame for this route and return its good rows."""
    folder, runs = ledger.scratch(job.id), list[pl.DataFrame]()
    try:
        staged = stage(
            prepared, folder, route="put", on_rows=runs.append,
            quarantine=ledger.folder / "quarantine" / job.id, listener=job.listen,
            scratch=folder / "partitions",
        )  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    job.report = staged.report
    forms.check(ledger, prepared)
    contract = batches.put_contract(staged.contract)
    return contract, pl.concat(runs) if runs else prepared.frame.clear().collect()


def _wanted(
    asked: Request, job: Job, prepared: Prepared, contract: Contract, rows: pl.DataFrame
) -> tuple[pl.DataFrame, list[str]]:
    """Return the records to send, filled in if somebody asked for it, and what there is to say."""
    absent, left_out = filling.absent(prepared), unplaced(asked.prepared, contract)
    said = [f"left out, as the schema has no such field: {', '.join(left_out)}"] * bool(left_out)
    if asked.fill:
        done = filling.fill(asked.ledger, contract, rows, absent)
        rows = done.frame
        said.append(filling.told(job.dataset, done))
        if len(done.unknown):
            unknown.keep(asked.ledger, job.id, done.unknown)
    frame, left = _new(asked, contract, batches.plan(contract, rows))
    said += [f"{left:,} already there"] * bool(left)
    if absent and not asked.fill:
        held = layers.acknowledged(asked.ledger, job.dataset)
        nulled = filling.lost(held, contract, frame.lazy(), absent)
        if nulled and job.report is not None:
            job.report = filling.warned(job.report, job.dataset, nulled)
            fields = ", ".join(f"{name} of {count:,}" for name, count in nulled.items())
            said.append(f"{fields} became null, which fill=True would have sent along")
    return frame, said


def _new(asked: Request, contract: Contract, frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Leave out what is there already; return the rest and how many were left out."""
    _, held = layers.scan(asked.ledger, contract.dataset)
    left = frame if asked.resend else batches.without_acknowledged(contract, frame, held)
    if asked.new_only:
        # What is filled in is known by its id: there the whole record tells whether it is new.
        left = (filling.without_same if asked.fill else batches.without_known)(contract, left, held)
    return batches.number(contract, left), frame.height - left.height


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
        layers.compact(target.ledger, plan.dataset)
        records.refresh(target.ledger, plan.dataset)
    return sender.tally


def _wire(aim: Aim, journal: Journal, job: Job, fast: bool) -> Wire:
    if not fast:
        return Boto3Wire(aim, Answers(journal), job.stopping)
    from pdprep.personalize.fast_wire import FastWire  # aiohttp is there where somebody asked for it

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
            "group.put(frame)  # once what the reason names is mended",
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


def _fingerprint(frame: pl.DataFrame) -> str:
    text = "\n".join(frame[layers.DIGEST].to_list())
    return hashlib.sha256(text.encode()).hexdigest()


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
