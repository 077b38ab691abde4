"""A prepared frame as tasks in other processes take it: how to read and convert rows, without the rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import polars as pl

from pdprep import clock
from pdprep.contract.contract import Contract
from pdprep.preparation import expressions
from pdprep.preparation.conversions import Conversion
from pdprep.preparation.dialects import Dialect, TextOptions
from pdprep.preparation.ids import Form
from pdprep.preparation.ids_told import IdForms
from pdprep.preparation.prepare import Options, Prepared
from pdprep.preparation.sources import FILE, Source
from pdprep.preparation.storage import Storage, from_environment

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Reach:
    """The way into S3 for a task: where it is and the name of a profile, never a key.

    A worker signs with what boto3 finds where it runs: the role of its machine, as a rule. Only a service on
    the loopback, which takes any key, is given one.
    """

    endpoint: str | None = None
    region: str | None = None
    profile: str | None = None

    @staticmethod
    def of(storage: Storage) -> Reach:
        """Return the way that a storage goes."""
        url, region = storage.client.meta.endpoint_url, storage.client.meta.region_name
        amazon = ".amazonaws." in str(urlsplit(url).hostname)
        profile = storage.session.profile_name
        return Reach(None if amazon else url, region, None if profile == "default" else profile)

    @property
    def storage(self) -> Storage:
        """The storage, reached from this process by the same way."""
        if self == Reach():
            return from_environment()
        session = self.session
        return Storage(session, session.client("s3", endpoint_url=self.endpoint, region_name=self.region))

    @property
    def session(self) -> Any:
        """A session of boto3 that signs with what is found here."""
        import boto3
        from botocore.exceptions import ProfileNotFound

        if self.endpoint and urlsplit(self.endpoint).hostname in _LOOPBACK:
            return boto3.Session("local", "local", region_name=self.region)
        try:
            return boto3.Session(profile_name=self.profile, region_name=self.region)
        except ProfileNotFound:  # a profile of the driver's machine; this one has a role
            return boto3.Session(region_name=self.region)


@dataclass(frozen=True, eq=False)
class Recipe:
    """What a task needs of a prepared frame.

    Attributes:
        kind: The format of the files, as ``Source.kind``.
        schema: The source's own columns under their own names.
        path: The hidden column of file names, where there is one.
        types: The types of a CSV's columns in expressions.
        now: The time that rules about the future go by: the same for every task.
    """

    label: str
    kind: str
    schema: dict[str, pl.DataType]
    path: str | None
    contract: Contract
    conversions: tuple[Conversion, ...]
    options: Options
    now: datetime
    asked: TextOptions = field(default_factory=TextOptions)
    dialect: Dialect | None = None
    types: dict[str, pl.DataType] = field(default_factory=dict)
    reach: Reach | None = None
    separator: str = ""

    @staticmethod
    def of(prepared: Prepared) -> Recipe:
        """Return the recipe of a frame whose source is made of files."""
        source = prepared.source
        if source.is_text:  # told by the first rows of the source, so not by each task for itself
            expressions.types(source, sorted(expressions.used_in(prepared.conversions)))
        path = FILE if FILE in source.frame.collect_schema() else None
        return Recipe(
            source.label, source.kind, dict(source.schema), path, prepared.contract, prepared.conversions,
            prepared.options, clock.now(), source.asked, source.blocks.dialect if source.blocks else None,
            dict(source.types), Reach.of(source.storage) if source.storage else None, source.separator,
        )  # fmt: skip

    def over(self, source: Source, forms: dict[str, Form]) -> Prepared:
        """Return the frame over some of its rows, with ids in forms that are told by all of them."""
        return Prepared(self.contract, source, self.conversions, self.options, id_forms=IdForms(asked=forms))

    @property
    def unread(self) -> Prepared:
        """The frame over no rows: what is left to do with converted rows."""
        return replace(self.over(Source(self.label, pl.LazyFrame()), {}), conversions=())
