"""Send frames to a group, by either route; say what that would do; take users out again."""

from __future__ import annotations

from typing import overload

from pdprep.contract.choices import ImportMode
from pdprep.engine.validate import Engine, checked_engine
from pdprep.engine.validate import check as prepared_only
from pdprep.errors import InputError
from pdprep.group.connected import Connected
from pdprep.personalize.deletions import deletion
from pdprep.personalize.deletions.request import request as deletion_request
from pdprep.personalize.imports import bulk
from pdprep.personalize.imports.request import ImportRequest
from pdprep.personalize.jobs import history
from pdprep.personalize.jobs.job import Callback, Job
from pdprep.personalize.planning.making import plan
from pdprep.personalize.planning.plan import Plan, Plans
from pdprep.personalize.puts import put
from pdprep.personalize.puts.request import PutRequest, Speed
from pdprep.preparation.prepare import Prepared


class Sending(Connected):
    """Sends records to the datasets of a group, and deletes users from them."""

    @overload
    def plan(self, frame: Prepared, /, *, fill: bool = False, engine: Engine | None = None) -> Plan: ...
    @overload
    def plan(self, *frames: Prepared, fill: bool = False, engine: Engine | None = None) -> Plan | Plans: ...
    def plan(self, *frames: Prepared, fill: bool = False, engine: Engine | None = None) -> Plan | Plans:
        """Say what sending a frame, or each of several, would do; nothing is sent.

        Args:
            frames: What ``prepare`` returned, one or more.
            fill: Whether a put would send the known values of fields that a frame leaves out along.
            engine: As in ``bulk``.
        """
        if not frames:
            raise InputError("no frame", "one or more prepared frames", "group.plan(frame)")
        by = checked_engine(engine or self.environment.options.engine)
        found = Plans(plan(self._target, prepared_only(each), fill=fill, engine=by) for each in frames)
        return found[0] if len(found) == 1 else found

    def bulk(
        self,
        frame: Prepared,
        mode: ImportMode = "FULL",
        *,
        replace: bool = False,
        shrink: bool = False,
        keep: bool = False,
        engine: Engine | None = None,
        on_start: Callback | None = None,
    ) -> Job:
        """Import a frame in bulk; the job runs on when this returns.

        Args:
            frame: What ``prepare`` returned.
            mode: FULL or INCREMENTAL.
            replace: Whether a FULL import may replace bulk records.
            shrink: Whether it may leave less than 90 % of them.
            keep: Whether the staged parts stay in S3 once the import is ACTIVE.
            engine: local, or ray, whose tasks send the parts; by default what the profile says, else local.
            on_start: Takes the job as soon as it runs, before it is known whether anything refuses it.

        Raises:
            ReplaceRefused: Bulk records would go, and nobody asked for that.
            RefusedError: Too few would be left, or nothing stands that INCREMENTAL could add to.
        """
        by = checked_engine(engine or self.environment.options.engine)
        asked = ImportRequest(self._target, prepared_only(frame), mode.upper(), replace, shrink, keep, by)
        job = history.remember(self._target, bulk.begin(asked, on_start))
        # A job that found its bytes imported already gives way to the job that imported them.
        return history.earlier(self._target, job) if job.finished and job.same else job

    def put(
        self,
        frame: Prepared,
        *,
        new_only: bool = False,
        resend: bool = False,
        fill: bool = False,
        rate: float | None = None,
        fast: bool = False,
        on_start: Callback | None = None,
    ) -> Job:
        """Send a frame record by record; the job runs on when this returns.

        Args:
            frame: What ``prepare`` returned.
            new_only: Leave out records whose key the dataset holds already.
            resend: Send also what the service has taken with the same content.
            fill: Send the known values of fields that the frame leaves out along, as a put replaces the whole
                record of an item, user or action; ``new_only`` then leaves out records that are the same.
            rate: Calls a second; by default a tenth of the quota for events, half of it for the rest.
            fast: Send by aiohttp, which reaches the quota of events where boto3 does half
                (``pip install "pdprep[fast]"``).
            on_start: Takes the job as soon as it runs, before its rows are judged.

        Raises:
            InputError: The rate is beyond the quota, aiohttp is not installed, or events are to be filled in.
        """
        asked = PutRequest(self._target, prepared_only(frame), new_only, resend, Speed(rate, fast), fill)
        return history.remember(self._target, put.begin(asked, on_start))

    def delete_users(self, users: object, *, confirm: int | None = None) -> Job:
        """Delete users from every dataset and the ledger; one that was cut off goes on first.

        Args:
            users: Their ids, read as ``prepare`` reads them (``" 16 "`` is 16): any iterable of texts or
                whole numbers, a Series, an array, or a frame with USER_ID or with one column alone.
            confirm: How many users that are; without it nothing is deleted and the error says what would go.

        Raises:
            InputError: It is one text, which would be read letter by letter, or holds what is no id.
            RefusedError: ``confirm`` is not the number of the users.
        """
        asked = deletion_request(self._target, users, confirm)
        if asked.unfinished:
            return history.find(self._target, asked.unfinished).resume()
        return history.remember(self._target, deletion.begin(asked))
