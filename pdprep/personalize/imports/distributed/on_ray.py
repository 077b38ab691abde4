"""An import whose parts are made by tasks of Ray: they send them, this process decides and writes down."""

from __future__ import annotations

import json

from pdprep.engine.executors.ray_pass import open_pass
from pdprep.ledger.rows import ImportRow
from pdprep.personalize.imports import creating, decision, following, guards, sending, staging, uploads
from pdprep.personalize.imports.alignment import aligned
from pdprep.personalize.imports.distributed.counting import count
from pdprep.personalize.imports.distributed.remote import S3Sink
from pdprep.personalize.imports.request import ImportRequest
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.resources.ensuring import ensure_bucket


def create(asked: ImportRequest, job: Job) -> ImportRow | None:
    """Have a frame staged and create the import job; None where an earlier one brought the same bytes.

    The parts are counted before any is sent: what they will be is known once the last row has passed.
    """
    target = asked.target
    prepared = aligned(asked.prepared, target.deployed(job.dataset))
    state = guards.state_of(asked.ledger, target.environment, target.group(), job.dataset)
    ensure_bucket(target.environment)
    row = creating.begin(asked, job)
    sink = S3Sink.of(target.environment, target.name, row.location)
    try:
        with (
            staging.scratch(asked.ledger, job) as folder,
            open_pass(prepared, job.listen, "bulk", only=True, scratch=folder / "partitions") as ray_pass,
        ):
            staged, coming, reduced, records = count(asked, ray_pass, sink, folder, job)
            if same := decision.decided(asked, state, coming, records):
                uploads.remove(target.environment, uploads.keys_below(target.environment, row.location))
                following.abandon(target, row)
                sending.take_over(job, same)
                return None
            row = sending.accept(asked, staged, coming, row, records, job)
            # Listed before the first is sent: whatever a kill leaves in the bucket, the journal names it.
            keys = [uploads.key(row.location, part) for part in staged.parts]
            row = asked.ledger.journal.change_import(row, files=json.dumps(keys))
            reduced.write(sink, lambda part: None)
            there = uploads.keys_below(target.environment, row.location)
            records_too = (*keys, f"{row.location}/{staging.RECORDS}/")
            uploads.remove(target.environment, [name for name in there if not name.startswith(records_too)])
            job.update(note="")
            return sending.import_parts(asked, staged, row, job)
    except BaseException as error:
        # Where the reply was lost the job may exist and read its parts; then the next job looks for it.
        if not creating.uncertain(error):
            uploads.remove(target.environment, uploads.keys_below(target.environment, row.location))
            following.abandon(target, row)
        raise
