"""What tasks of Ray send to S3 by themselves: parts of an import and its records, under names that stay."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.engine.executors.recipe import Reach
from pdprep.engine.parts import Part, summed
from pdprep.ledger import record_files
from pdprep.personalize.aws.client import Environment, upload
from pdprep.personalize.imports import uploads
from pdprep.personalize.imports.staging import RECORDS

# Numbers of records that a partition has for itself, as no task knows how many the others keep. The numbers
# of 256 partitions end below 2 ** 40, which is what an import has in the ledger.
_PARTITION: Final = 1 << 31


@dataclass(frozen=True)
class FixedEndpoint:
    """An address of services that no task can bring back."""

    url: str | None

    def revive(self) -> bool:
        """Nothing here can be started from here."""
        return False


@dataclass(frozen=True)
class S3Sink:
    """Where an import is in S3, and the way there for a task: no keys go to other processes."""

    reach: Reach
    account: str
    region: str
    bucket: str
    group: str
    location: str

    @staticmethod
    def of(environment: Environment, group: str, location: str) -> S3Sink:
        """Return the prefix of an import."""
        profile = environment.session.profile_name
        reach = Reach(environment.endpoint_url, environment.region, None if profile == "default" else profile)
        return S3Sink(reach, environment.account, environment.region, environment.bucket, group, location)

    @cached_property
    def environment(self) -> Environment:
        """The environment that was asked from, reached from the process of the task."""
        endpoint = FixedEndpoint(self.reach.endpoint)
        return Environment(self.reach.session, self.account, self.region, self.bucket, "", endpoint)

    def __getstate__(self) -> dict[str, object]:
        # A session and its clients stay in their process: each task makes its own.
        return {name: value for name, value in self.__dict__.items() if name != "environment"}

    def put(self, name: str, rows: int, text: Iterable[bytes | memoryview]) -> Part:
        """Upload a part, unless it is there already: S3 shows it when it is whole."""
        part = summed(name, rows, text)  # its checksum tells whether it is there, and goes with it
        uploads.send(self.environment, self.location, part, self.group, lambda count: None, text)
        return part


@dataclass(frozen=True)
class RecordsInS3:
    """Puts the records of a partition beside the parts, as Parquet."""

    sink: S3Sink
    contract: Contract

    def __call__(self, partition: int, before: int, rows: pl.DataFrame) -> None:
        """Write some records of a partition; they are numbered by it, and in it in their order."""
        if not rows.height:
            return
        number = partition * _PARTITION + before if before else partition
        with tempfile.TemporaryDirectory(prefix="pdprep-") as folder:
            file = record_files.write_records(
                Path(folder), number, rows, self.contract, first=partition * _PARTITION + before, wide=True
            )
            key = f"{self.sink.location}/{RECORDS}/{file.name}"
            upload(self.sink.environment, file, key, lambda count: None)
