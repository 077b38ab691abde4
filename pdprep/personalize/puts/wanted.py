"""Which records of a put go: filled in where somebody asked for it, without those that are there already."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import deleted_users, forgetting, record_files
from pdprep.ledger.copartitioned import CoPartitioned
from pdprep.ledger.record_files import BULK, DIGEST, ORDER
from pdprep.personalize.imports.alignment import unplaced
from pdprep.personalize.jobs import unknown
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.puts import batches, filling
from pdprep.personalize.puts.draft import PutBatch
from pdprep.personalize.puts.request import PutRequest
from pdprep.preparation.prepare import Prepared
from pdprep.validation.wording import plural


class Wanted:
    """Chooses a batch of the records at a time, beside what the ledger has of the same ids.

    Attributes:
        left: How many records are left out, as they are there already.
        deleted: How many records are of users who have been deleted; with ``new_only`` they are left out.
        filled: The fields filled in, and in how many records.
        unknown: The ids of which the ledger knows no record.
        nulled: The fields that become null, and of how many ids.
    """

    def __init__(self, asked: PutRequest, prepared: Prepared, contract: Contract, folder: Path) -> None:
        """Read what the ledger has, once.

        Args:
            asked: The put.
            prepared: Its frame, as the schema of the dataset asks for it.
            contract: The contract of the records, with the fields that only a put carries.
            folder: A place for files, which is there until the last batch was chosen.
        """
        ledger, absent = asked.ledger, filling.absent(prepared)
        fill, new_only, resend = asked.fill, asked.new_only, asked.resend
        self.left = self.deleted = 0
        self.filled, self.nulled = Counter[str](dict.fromkeys(absent, 0)), Counter[str]()
        self._ledger, self._contract, self._absent = ledger, contract, absent
        self._fill, self._new_only, self._resend = fill, new_only, resend
        self._unknown = [pl.Series(contract.key, [], pl.String)]
        _, self._held = record_files.scan(ledger, contract.dataset)
        self._sent = self._taken = None
        # Items, users and actions come by bucket, as the ledger is cut here. Events come by user: of them the
        # ledger's own files are asked, which are in that order.
        if not contract.event_like:
            compared = self._held if new_only or not resend else []
            if compared:
                rows = [record_files.like(each, contract, batches.digest(each)) for each in compared]
                names = contract.columns if new_only and fill else [contract.key]
                narrow = [each.select(*names, BULK, ORDER, DIGEST) for each in rows]
                self._sent = CoPartitioned(narrow, contract.key, folder / "sent")
            if fill or absent:
                needed = filling.needed(ledger, contract, absent)
                self._taken = CoPartitioned(needed, contract.key, folder / "taken")

    @property
    def unknown(self) -> pl.Series:
        """The ids of which the ledger knows no record, where it was asked to fill in."""
        return pl.concat(self._unknown).sort()

    def of(self, batch: PutBatch) -> pl.DataFrame:
        """Return the records of the next batch that go, each with its digest."""
        rows = batch.rows
        taken = [self._taken.upto(batch.bucket, batch.whole).lazy()] if self._taken else []
        # Filled in first: digests, and whether a record is there already, are about what will be sent.
        if self._fill:
            done = filling.fill(self._ledger, self._contract, rows, self._absent, taken)
            rows = done.frame
            self.filled.update(done.fields)
            self._unknown.append(done.unknown)
        frame = self._without_deleted(batches.identified(self._contract, rows))
        left = self._without(frame, batch)
        self.left += frame.height - left.height
        if self._absent and not self._fill:
            self.nulled.update(filling.lost(taken, self._contract, left.lazy(), self._absent))
        return left

    def _without_deleted(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Count the records of users who have been deleted: the ledger forgot them, and has them as new."""
        if self._contract.dataset not in forgetting.USER_DATASETS:
            return frame
        deleted = deleted_users.among(self._ledger, frame[forgetting.USER])
        kept = frame.filter(~pl.col(forgetting.USER).is_in(deleted.implode()).fill_null(False))
        self.deleted += frame.height - kept.height
        return kept if self._new_only else frame

    def _without(self, frame: pl.DataFrame, batch: PutBatch) -> pl.DataFrame:
        """Leave out what is there already."""
        if self._contract.event_like:
            held = [_near(each, frame) for each in self._held]
        else:
            held = [self._sent.upto(batch.bucket, batch.whole).lazy()] if self._sent else []
        left = frame if self._resend else batches.without_acknowledged(self._contract, frame, held)
        if self._new_only:
            # What is filled in is known by its id: there the whole record tells whether it is new.
            without = filling.without_same if self._fill else batches.without_known
            left = without(self._contract, left, held)
        return left


def remarks(asked: PutRequest, job: Job, contract: Contract, wanted: Wanted) -> list[str]:
    """Return what there is to say of the records that go and of those that do not."""
    left_out, nulled = unplaced(asked.prepared, contract), wanted.nulled
    said = [f"left out, as the schema has no such field: {', '.join(left_out)}"] * bool(left_out)
    if asked.fill:
        said.append(filling.told(job.dataset, wanted.filled, wanted.unknown))
        if len(wanted.unknown):
            unknown.keep(asked.ledger, job.id, wanted.unknown)
    said += [f"{wanted.left:,} already there"] * bool(wanted.left)
    if wanted.deleted:
        fate = "left out: without new_only they are sent" if asked.new_only else "sent again"
        said.append(f"{plural(wanted.deleted, 'record')} of users who were deleted, {fate}")
    if nulled and job.report is not None:
        job.report = filling.warned(job.report, job.dataset, nulled)
        fields = ", ".join(f"{name} of {count:,}" for name, count in nulled.items())
        said.append(f"{fields} became null, which fill=True would have sent along")
    return said


def _near(layer: pl.LazyFrame, frame: pl.DataFrame) -> pl.LazyFrame:
    """Return the events of a layer from the first user of a batch to the last: files are sorted by user."""
    users = frame["USER_ID"]
    if users.null_count() or users.is_empty():
        return layer
    return layer.filter(pl.col("USER_ID").is_between(pl.lit(users.min()), pl.lit(users.max())))
