"""DatasetGroup: the facade that lists what one can do with a dataset group, and ``connect`` that finds it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import polars as pl

from pdprep import clock
from pdprep.contract import catalogue
from pdprep.contract.contract import Contract
from pdprep.engine.validate import Engine, checked_engine
from pdprep.engine.validate import check as prepared_only
from pdprep.ledger import folders, forms, records
from pdprep.ledger.records import Records
from pdprep.personalize.deletions import deletion, leavers
from pdprep.personalize.exports import adoption, infrastructure
from pdprep.personalize.exports.export import export
from pdprep.personalize.exports.preview import Preview, preview
from pdprep.personalize.exports.verify import Verification, verify
from pdprep.personalize.imports import alignment, bulk, staging
from pdprep.personalize.jobs import history
from pdprep.personalize.jobs.history import Jobs
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.planning.check import Check, check
from pdprep.personalize.planning.plan import Plan, plan
from pdprep.personalize.puts import put
from pdprep.personalize.resources import connecting, description, evolution, reading, removal, trainings
from pdprep.personalize.resources.connecting import Given
from pdprep.personalize.resources.target import Target
from pdprep.preparation import prepare as preparation
from pdprep.preparation.dialects import TextArguments
from pdprep.preparation.ids import Form
from pdprep.preparation.mapping import Columns, Metadata
from pdprep.preparation.prepare import OnInvalid, Prepared

if TYPE_CHECKING:
    from pdprep.personalize.aws.client import Session, World
    from pdprep.personalize.aws.options import Settings


def connect(
    name: str,
    domain: str | None = None,
    *,
    profile: str | None = None,
    session: Session | None = None,
    bucket: str | None = None,
    role_arn: str | None = None,
    home: str | Path | None = None,
    new: bool = False,
    **settings: Unpack[Settings],
) -> DatasetGroup:
    """Connect to a dataset group; it is created by the first import, not here.

    Args:
        name: The name of the dataset group.
        domain: CUSTOM, ECOMMERCE or VIDEO_ON_DEMAND; read from the group where it exists.
        profile: A profile of ``[tool.pdprep.profiles.NAME]`` in pyproject.toml: AWS.
        session: A boto3 session: AWS, with ``bucket`` and ``role_arn``.
        bucket: ``s3://bucket/prefix`` for staged files.
        role_arn: The role that Amazon Personalize takes to read them.
        home: Where pdprep keeps its files.
        new: Take the name although another group's is one letter off.
        settings: ``kms_key_arn`` of a new group, ``export_kms_key_arn``, ``deletion_bucket``, ``metrics`` and
            ``publish_attribution_metrics``, each also a key of the profile; docs/sending.md says more.

    Without a profile or session this is the local Personalize: nothing leaves the machine.

    Raises:
        GroupError: A name that the service does not take, a slip of another group's, or a contrary domain.
    """
    given = Given(profile, session, bucket, role_arn, settings)
    place = folders.home(home)
    target, note = connecting.target(name, domain, given, place, new)
    if note:
        warnings.warn(f"{name}: {note}", stacklevel=2)
    return DatasetGroup(target, place)


class DatasetGroup:
    """A dataset group of Amazon Personalize and the ledger of what was sent to it."""

    def __init__(self, target: Target, home: Path) -> None:
        self._target, self.home = target, home

    @property
    def name(self) -> str:
        """The name of the dataset group."""
        return self._target.name

    @property
    def domain(self) -> str:
        """CUSTOM, ECOMMERCE or VIDEO_ON_DEMAND."""
        return self._target.domain

    @property
    def arn(self) -> str | None:
        """The ARN; None until the first import creates the group."""
        return found.arn if (found := self._target.group()) else None

    @property
    def world(self) -> World:
        """The account, region and way in."""
        return self._target.world

    @property
    def datasets(self) -> tuple[str, ...]:
        """The dataset types that this ledger has records of."""
        journal = self._target.ledger.journal
        return tuple(name for name in catalogue.DATASETS if journal.imports(name) or journal.plans(name))

    def contract(self, dataset: str) -> Contract:
        """Return the contract of a dataset's schema; what the catalogue requires where it does not exist."""
        name = catalogue.dataset_name(dataset)
        return self._target.deployed(name) or Contract.of(name, self.domain)

    def prepare(
        self,
        source: object,
        dataset: str | Contract | None = None,
        *,
        columns: Columns | None = None,
        metadata: Metadata | None = None,
        like: Prepared | None = None,
        on_invalid: OnInvalid = "raise",
        max_invalid: float | None = None,
        dedupe_on: Sequence[str] = (),
        id_forms: Mapping[str, Form] | None = None,
        **text: Unpack[TextArguments],
    ) -> Prepared:
        """Prepare a source for a dataset of this group; see ``pdprep.prepare``.

        Once the dataset exists its schema rules: a missing nullable column becomes null, an extra one is left
        out and named by ``.explain()``; a warning names one that was asked for. Ids keep their form.
        """
        kind = dataset.dataset if isinstance(dataset, Contract) else dataset
        deployed = self._target.deployed(catalogue.dataset_name(kind)) if kind and not like else None
        source = reading.opened(self.world, source, text, like)
        found = preparation.prepare(
            source, None if deployed else dataset, domain=self.domain, columns=columns, metadata=metadata,
            like=like, on_invalid=on_invalid, max_invalid=max_invalid, dedupe_on=dedupe_on, deployed=deployed,
            id_forms=id_forms, **text,
        )  # fmt: skip
        return alignment.warned(forms.following(self._target.ledger, found), deployed, dataset)

    def check(self) -> Check:
        """Ask whether this identity may do it all, before anything is uploaded."""
        return check(self.world)

    def plan(self, frame: Prepared, *, fill: bool = False, engine: Engine | None = None) -> Plan:
        """Say what sending a frame would do, by a put with ``fill`` for one; ``engine`` as in ``bulk``."""
        by = checked_engine(engine or self.world.options.engine)
        return plan(self._target, prepared_only(frame), fill=fill, engine=by)

    def bulk(
        self,
        frame: Prepared,
        mode: str = "FULL",
        *,
        replace: bool = False,
        shrink: bool = False,
        keep: bool = False,
        engine: Engine | None = None,
    ) -> Job:
        """Import a frame in bulk; the job runs on when this returns.

        Args:
            frame: What ``prepare`` returned.
            mode: FULL or INCREMENTAL.
            replace: Whether a FULL import may replace bulk records.
            shrink: Whether it may leave less than 90 % of them.
            keep: Whether the staged parts stay in S3 once the import is ACTIVE.
            engine: local, or ray, whose tasks send the parts; by default what the profile says, else local.

        Raises:
            ReplaceRefused: Bulk records would go, and nobody asked for that.
            RefusedError: Too few would be left, or nothing stands that INCREMENTAL could add to.
        """
        by = checked_engine(engine or self.world.options.engine)
        asked = staging.Import(self._target, prepared_only(frame), mode.upper(), replace, shrink, keep, by)
        job = history.remember(self._target, bulk.begin(asked))
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

        Raises:
            InputError: The rate is beyond the quota, aiohttp is not installed, or events are to be filled in.
        """
        manner = put.Manner(rate, fast)
        asked = put.Request(self._target, prepared_only(frame), new_only, resend, manner, fill)
        return history.remember(self._target, put.begin(asked))

    def records(self, dataset: str) -> Records:
        """Return the records of a dataset with ORIGIN, STATUS and EFFECT."""
        name = catalogue.dataset_name(dataset)
        training = trainings.training(self.world, self._target.group(), clock.now(), self._target.ledger)
        return records.records(self._target.ledger, name, Contract.of(name, self.domain), training)

    def preview(self, user: str | None = None, item: str | None = None, *, count: int = 10) -> Preview:
        """Return what the local Personalize recommends, and when that changes: no claim about AWS."""
        return preview(self._target, user, item, count, clock.now())

    def jobs(self) -> Jobs:
        """Return every import, put and export, newest first."""
        return history.jobs(self._target)

    def verify(self, dataset: str) -> Verification:
        """Export both layers of a dataset and compare them with the ledger."""
        return verify(self._target, catalogue.dataset_name(dataset))

    def export(self, dataset: str, mode: str = "ALL") -> pl.LazyFrame:
        """Export a dataset: ``mode`` BULK, PUT or ALL; the frame can be prepared for another group."""
        return export(self._target, catalogue.dataset_name(dataset), mode.upper())[1]

    def adopt(self, dataset: str) -> Records:
        """Build the ledger of a dataset that others filled, from an export, and return its records."""
        name = catalogue.dataset_name(dataset)
        adoption.adopt(self._target, name)
        return self.records(name)

    def delete_users(self, users: object) -> Job:
        """Delete users from every dataset and the ledger; one that was cut off goes on first.

        Args:
            users: Their ids, read as ``prepare`` reads them (``" 16 "`` is 16): any iterable of texts or
                whole numbers, a Series, an array, or a frame with USER_ID or with one column alone.

        Raises:
            InputError: It is one text, which would be read letter by letter, or holds what is no id.
        """
        ids = deletion.ids_of(self._target, users)
        left = leavers.unfinished(self._target, ids)
        if left:
            return history.find(self._target, left).resume()
        return history.remember(self._target, deletion.begin(self._target, ids))

    def update_schema(self, contract: Contract) -> Contract:
        """Give items or users another schema: old fields as they are, new fields that allow null.

        Raises:
            ContractError: The change is not one that Amazon Personalize makes; says what is.
        """
        return evolution.update_schema(self._target, contract)

    def to_cloudformation(self, *contracts: Contract) -> str:
        """Return group, schemas and datasets as a CloudFormation template; contracts add missing ones."""
        return infrastructure.of_group(self._target, contracts).cloudformation()

    def to_terraform(self, *contracts: Contract) -> str:
        """Return the same in Terraform's language, for the provider ``awscc``."""
        return infrastructure.of_group(self._target, contracts).terraform()

    def delete(self, *, confirm: str | None = None) -> tuple[str, ...]:
        """Delete what pdprep created for this group, and return what that was.

        Args:
            confirm: The name of the group; without it the error lists what would go.

        Raises:
            RefusedError: ``confirm`` is not the name, or something in the group is of others.
        """
        return removal.delete(self._target, confirm)

    def client(self, service: str = "personalize") -> Any:
        """Return the boto3 client of the world this group lives in."""
        return self.world.client(service)

    def describe(self) -> dict[str, str]:
        """Return what is connected, in words."""
        return description.describe(self._target, self.home, self.jobs())

    def __repr__(self) -> str:
        where = "local" if self.world.local else f"{self.world.account} {self.world.region}"
        return f"<DatasetGroup {self.name}: {self.domain}, {where}>"
