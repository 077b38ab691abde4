"""A dataset group to try things on: files that pdprep would not send, jobs, exports, within a limit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from pdprep import clock
from pdprep.contract.choices import DatasetType, ExportMode, ImportMode
from pdprep.contract.contract import Contract
from pdprep.errors import ServiceError
from pdprep.group import DatasetGroup
from pdprep.personalize.aws.client import call
from pdprep.personalize.imports import uploads
from pdprep.personalize.resources import ensuring, names, polling
from pdprep.personalize.resources.ensuring import Dataset, Group

# What a run may use up, whatever a probe does. The statement in __main__ is made of these.
IMPORTS: Final = 12
EXPORTS: Final = 8
CALLS: Final = 60
BYTES: Final = 2_000_000


class TooMuch(Exception):  # noqa: N818 - a brake, not an accident
    """A probe asked for more than the run may use up."""


@dataclass
class Meter:
    """What was used up."""

    imports: int = 0
    exports: int = 0
    calls: int = 0
    bytes: int = 0

    def add(self, **used: int) -> None:
        """Count something before it happens."""
        for name, count in used.items():
            setattr(self, name, getattr(self, name) + count)
        if self.imports > IMPORTS or self.exports > EXPORTS or self.calls > CALLS or self.bytes > BYTES:
            raise TooMuch(f"{self} is over the limit of this run")


@dataclass
class Lab:
    """One dataset group, created when first asked for."""

    group: DatasetGroup
    meter: Meter = field(default_factory=Meter)

    @property
    def made(self) -> Group:
        """The dataset group, there and ACTIVE."""
        return ensuring.ensure_group(self.group.environment, self.group.name, self.group.domain)

    def dataset(self, contract: Contract) -> Dataset:
        """Return the dataset of a contract, there and ACTIVE."""
        return ensuring.ensure_dataset(self.group.environment, self.made, contract)

    def load(self, dataset: Dataset, text: str, mode: ImportMode = "FULL", name: str = "") -> str:
        """Import a CSV text and return how that ended, in the service's words."""
        self.meter.add(imports=1, bytes=len(text.encode()))
        environment, name = self.group.environment, name or f"{self.group.name}-{clock.new_id()[-8:]}"
        ensuring.ensure_bucket(environment)
        key = f"{uploads.fresh_prefix(environment, self.group.name, dataset.kind, name)}/part.csv"
        call(environment, "s3", "put_object", Bucket=environment.place[0], Key=key, Body=text.encode())
        try:
            arn = call(
                environment, "personalize", "create_dataset_import_job", jobName=name, datasetArn=dataset.arn,
                dataSource={"dataLocation": uploads.location(environment, key)}, roleArn=environment.role_arn,
                importMode=mode, tags=ensuring.tags(self.group.name),
            )["datasetImportJobArn"]  # fmt: skip
        except ServiceError as error:
            return error.code
        found = polling.settled(environment, "dataset_import_job", arn)
        return str(found.get("failureReason") or found["status"])

    def rows(self, kind: DatasetType, mode: ExportMode) -> pl.DataFrame:
        """Return what an export shows."""
        self.meter.add(exports=1)
        return self.group.export(kind, mode).collect()

    def put(self, operation: str, **arguments: Any) -> str:
        """Put records; return the code of the error, or nothing where they were taken."""
        self.meter.add(calls=1)
        try:
            call(self.group.environment, "personalize-events", operation, **arguments)
        except ServiceError as error:
            return error.code
        return ""

    def takes_schema(self, contract: Contract, text: str = "") -> bool:
        """Say whether the service takes a schema; it is deleted again."""
        extra = {} if contract.domain == "CUSTOM" else {"domain": contract.domain}
        name = f"{self.group.name[: names.LONGEST - 9]}-{clock.new_id()[-8:]}"
        schema = text or contract.to_avro()
        try:
            arn = call(
                self.group.environment, "personalize", "create_schema", name=name, schema=schema, **extra
            )
        except ServiceError:
            return False
        call(self.group.environment, "personalize", "delete_schema", schemaArn=arn["schemaArn"])
        return True
