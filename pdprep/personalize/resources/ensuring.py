"""Find what an import needs, or create it: bucket, dataset group, schema, dataset, event tracker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pdprep.contract import catalogue
from pdprep.contract.choices import Domain
from pdprep.contract.contract import Contract
from pdprep.contract.payloads import camel
from pdprep.errors import ServiceError
from pdprep.personalize.aws.client import Environment, call, missing, pages
from pdprep.personalize.resources import names
from pdprep.personalize.resources.polling import active, describe

EXISTS, FULL = "ResourceAlreadyExistsException", "LimitExceededException"


@dataclass(frozen=True)
class Group:
    """A dataset group as the service describes it."""

    name: str
    arn: str
    domain: Domain
    created: datetime


@dataclass(frozen=True)
class Dataset:
    """A dataset as the service describes it."""

    kind: str
    arn: str
    schema: str
    tracking_id: str


def groups(environment: Environment) -> list[str]:
    """Return the names of the dataset groups in this environment."""
    return [row["name"] for row in pages(environment, "list_dataset_groups", "datasetGroups")]


def find_group(environment: Environment, name: str) -> Group | None:
    """Return the dataset group of that name, or None."""
    rows = pages(environment, "list_dataset_groups", "datasetGroups")
    arn = next((row["datasetGroupArn"] for row in rows if row["name"] == name), None)
    return _group(describe(environment, "dataset_group", arn)) if arn else None


def ensure_group(environment: Environment, name: str, domain: str) -> Group:
    """Return the dataset group, ACTIVE; create it where it is missing."""
    extra = {} if domain == "CUSTOM" else {"domain": domain}
    if environment.options.kms_key_arn:  # a role is named with a key only; API_CreateDatasetGroup
        extra |= {"kmsKeyArn": environment.options.kms_key_arn, "roleArn": environment.role_arn}

    def create() -> str:
        try:
            return _create(environment, "dataset_group", name=name, tags=tags(name), **extra)
        except ServiceError as error:
            if error.code != FULL:
                raise
            raise _no_room(environment, error) from error

    arn = create_once(lambda: _arn(find_group(environment, name)), create)
    return _group(active(environment, "dataset_group", arn))


def _no_room(environment: Environment, error: ServiceError) -> ServiceError:
    """Return the error of a group for which the region has no room, naming those that are there."""
    there = groups(environment)
    one = there[0] if there else "another"
    return ServiceError(
        error.found,
        f"room for one more dataset group; there are {', '.join(there)}",
        f'pdprep.connect("{one}").delete()  # lists what would go, and says how it goes; on AWS with your '
        "profile=, where a larger quota can be asked for",
        code=error.code,
        operation=error.operation,
    )


def find_dataset(environment: Environment, group_arn: str, kind: str) -> Dataset | None:
    """Return the dataset of a kind, or None."""
    rows = pages(environment, "list_datasets", "datasets", datasetGroupArn=group_arn)
    arn = next((row["datasetArn"] for row in rows if row["datasetType"].lower() == kind), None)
    return _dataset(kind, describe(environment, "dataset", arn)) if arn else None


def ensure_dataset(environment: Environment, group: Group, contract: Contract) -> Dataset:
    """Return the dataset of a contract, ACTIVE; create it and its schema where they are missing."""
    kind = contract.dataset

    def create() -> str:
        schema = ensure_schema(environment, group, contract)
        name = names.dataset(group.name, kind)
        # Source: service model, DatasetType.
        type_ = {"action_interactions": "Action_Interactions"}.get(kind, kind.capitalize())
        return _create(
            environment, "dataset", name=name, schemaArn=schema, datasetGroupArn=group.arn,
            datasetType=type_, tags=tags(group.name),
        )  # fmt: skip

    arn = create_once(lambda: _arn(find_dataset(environment, group.arn, kind)), create)
    return _dataset(kind, active(environment, "dataset", arn))


def ensure_schema(environment: Environment, group: Group, contract: Contract) -> str:
    """Return the ARN of the schema of a contract; the same contract has the same schema."""
    text = contract.to_avro()
    # A schema is never changed: its name has a digest of what it says, so another contract is another schema.
    name = names.schema(group.name, contract.dataset, text + contract.domain)
    extra = {} if group.domain == "CUSTOM" else {"domain": group.domain}

    def find() -> str:
        rows = pages(environment, "list_schemas", "schemas")
        return next((str(row["schemaArn"]) for row in rows if row["name"] == name), "")

    return create_once(find, lambda: _create(environment, "schema", name=name, schema=text, **extra))


def deployed(environment: Environment, group: Group | None, kind: str) -> Contract | None:
    """Return the contract of a dataset's schema; None where the dataset does not exist."""
    dataset = find_dataset(environment, group.arn, kind) if group else None
    if dataset is None or group is None:
        return None
    return Contract.from_avro(describe(environment, "schema", dataset.schema)["schema"], group.domain)


def ensure_tracking(environment: Environment, group: Group, dataset: Dataset) -> str:
    """Return the tracking id that put events of this dataset name; create the event tracker if needed."""
    if dataset.kind != "interactions":
        return dataset.tracking_id

    def find() -> str:
        rows = pages(environment, "list_event_trackers", "eventTrackers", datasetGroupArn=group.arn)
        return next((str(row["eventTrackerArn"]) for row in rows), "")

    def create() -> str:
        name = names.dataset(group.name, "events")
        return _create(
            environment, "event_tracker", name=name, datasetGroupArn=group.arn, tags=tags(group.name)
        )

    return str(active(environment, "event_tracker", create_once(find, create))["trackingId"])


def ensure_bucket(environment: Environment) -> None:
    """Make sure that the bucket for staged files is there."""
    bucket, _ = environment.place
    try:
        call(environment, "s3", "head_bucket", Bucket=bucket)
    except ServiceError as error:
        if not missing(error):
            raise
        # us-east-1 is the one region that may not be named. Source: S3 API, CreateBucket.
        place = {"CreateBucketConfiguration": {"LocationConstraint": environment.region}}
        call(
            environment,
            "s3",
            "create_bucket",
            Bucket=bucket,
            **({} if environment.region == "us-east-1" else place),
        )


def tags(group: str) -> list[dict[str, str]]:
    """Return the tag by which pdprep knows what it created."""
    return [{"tagKey": names.TAG, "tagValue": group}]


def create_once(find: Callable[[], str], create: Callable[[], str], *, fresh: bool = False) -> str:
    """Return the ARN of what ``find`` finds, else of what ``create`` creates; never is it created twice.

    Args:
        find: Returns an ARN, or nothing where there is no such thing.
        create: Returns the ARN of what it has created.
        fresh: Whether the name is new, so that looking for it first is spared.

    Raises:
        ServiceError: It cannot be created, or the name is that of something else.
    """
    found = "" if fresh else find()
    if found:
        return found
    try:
        return create()
    except ServiceError as error:
        # Somebody else was quicker, or our first reply was lost.
        if error.code != EXISTS or not (found := find()):
            raise
        return found


def _create(environment: Environment, kind: str, **arguments: Any) -> str:
    answer = call(environment, "personalize", f"create_{kind}", **arguments)
    return str(answer[f"{camel(kind.upper())}Arn"])


def _arn(found: Group | Dataset | None) -> str:
    return found.arn if found else ""


def _group(found: dict[str, Any]) -> Group:
    domain = catalogue.domain_name(found.get("domain"))
    return Group(found["name"], found["datasetGroupArn"], domain, found["creationDateTime"])


def _dataset(kind: str, found: dict[str, Any]) -> Dataset:
    return Dataset(kind, found["datasetArn"], found["schemaArn"], found.get("trackingId", ""))
