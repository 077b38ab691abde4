"""An import whose parts are made by tasks of Ray: they send them, this process decides and writes down."""

from __future__ import annotations

import json
from pathlib import Path

from pdprep.engine.executors.passing import Pass, consumed, passing
from pdprep.engine.stage import Staged, write_schema
from pdprep.ledger import forms
from pdprep.ledger.rows import ImportRow
from pdprep.personalize.aws.client import World, download
from pdprep.personalize.imports import creating, decision, following, guards, sending, staging, uploads
from pdprep.personalize.imports.alignment import aligned
from pdprep.personalize.imports.distributed.remote import RECORDS, Prefix, Shelf
from pdprep.personalize.imports.request import ImportRequest
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.resources.ensuring import ensure_bucket
from pdprep.preparation.prepare import Prepared


def create(asked: ImportRequest, job: Job) -> ImportRow | None:
    """Have a frame staged and create the import job; None where an earlier one brought the same bytes.

    The parts are counted before any is sent: what they will be is known once the last row has passed.
    """
    target = asked.target
    prepared = aligned(asked.prepared, target.deployed(job.dataset))
    state = guards.state_of(asked.ledger, target.world, target.group(), job.dataset)
    ensure_bucket(target.world)
    row = creating.begin(asked, job)
    place = Prefix.of(target.world, target.name, row.location)
    try:
        with (
            staging.scratch(asked.ledger, job) as folder,
            passing(prepared, job.listen, "bulk", only=True, scratch=folder / "partitions") as ours,
        ):
            staged, coming = _counted(asked, prepared, ours, place, folder, job)
            if same := decision.decided(asked, state, coming, folder / RECORDS):
                following.abandon(target, row)
                sending.take_over(job, same)
                return None
            row = sending.accept(asked, staged, coming, row, folder / RECORDS, job)
            keys = [uploads.key(row.location, part) for part in staged.parts]
            row = asked.ledger.journal.change_import(row, files=json.dumps(keys))
            ours.write(place, lambda part: None)
            there = uploads.keys_below(target.world, row.location)
            uploads.remove(target.world, [name for name in there if name not in keys])
            job.update(note="")
            return sending.import_parts(asked, staged, row, job)
    except BaseException as error:
        if not creating.uncertain(error):
            uploads.remove(target.world, uploads.keys_below(target.world, row.location))
            following.abandon(target, row)
        raise


def _counted(
    asked: ImportRequest, prepared: Prepared, ours: Pass, place: Prefix, folder: Path, job: Job
) -> tuple[Staged, guards.Coming]:
    """Say what the parts will be, and bring the records home."""
    quarantine = asked.ledger.folder / "quarantine" / job.id
    done = consumed(ours, quarantine, Shelf(place, prepared.contract))
    parts = ours.write(None, lambda part: None)
    schema = write_schema(folder, prepared.contract)
    staged = Staged(parts, done.rows, done.report, prepared.contract, schema, done.quarantine)
    job.report = staged.report
    forms.check(asked.ledger, prepared)
    job.update(rows=staged.rows)
    _bring_home(asked.target.world, f"{place.location}/{RECORDS}", folder / RECORDS)
    sizes = (staged.rows, staged.ids, staged.bytes, staging.fingerprint(staged))
    return staged, guards.Coming(asked.mode, *sizes)


def _bring_home(world: World, prefix: str, folder: Path) -> None:
    """Copy the records that the tasks have left in S3, a file at a time, and remove them there."""
    folder.mkdir()
    keys = uploads.keys_below(world, prefix)
    for key in keys:
        download(world, key, folder / Path(key).name)
    uploads.remove(world, keys)
