"""Give a dataset another schema, where Amazon Personalize allows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pdprep.contract.contract import Contract
from pdprep.errors import ContractError, GroupError
from pdprep.personalize.aws.client import call
from pdprep.personalize.resources import ensuring
from pdprep.personalize.resources.ensuring import Dataset, Group
from pdprep.personalize.resources.polling import describe, updated
from pdprep.personalize.resources.target import Target

# Source: developer guide, updating-dataset-schema.
UPDATABLE: Final = ("items", "users")


def update_schema(target: Target, contract: Contract) -> Contract:
    """Replace the schema of items or users and return the contract as it is deployed now.

    Every field keeps its type and attributes; new fields allow null.

    Raises:
        ContractError: The change is not one that the service makes.
        GroupError: There is no such dataset.
    """
    group, dataset, old = _deployed(target, contract.dataset)
    if set(old.stored) == set(contract.stored):
        return old
    problems = list(ineligible(old, contract))
    if problems:
        raise ContractError(
            f"this change of {contract.dataset}: {'; '.join(problems)}",
            "items or users, every old field as it is, and new fields that allow null",
            f'group.export("{contract.dataset}")  # prepared with the new contract, it fills a new group',
        )
    schema = ensuring.ensure_schema(target.environment, group, contract)
    call(target.environment, "personalize", "update_dataset", datasetArn=dataset.arn, schemaArn=schema)
    updated(target.environment, "dataset", dataset.arn, "latestDatasetUpdate")
    return Contract.from_avro(describe(target.environment, "schema", schema)["schema"], group.domain)


def ineligible(old: Contract, new: Contract) -> Iterator[str]:
    """Yield what forbids replacing one schema by another.

    >>> from pdprep.contract.fields import Field
    >>> items = Contract.of("items")
    >>> list(ineligible(items, items.extend(Field("BRAND"))))
    ['BRAND is new and does not allow null']
    """
    if old.dataset not in UPDATABLE:
        yield f"the schema of {old.dataset} cannot be replaced"
    fields = {field.name: field for field in new.stored}
    for field in old.stored:
        if field.name not in fields:
            yield f"{field.name} is left out"
        elif fields[field.name] != field:
            yield f"{field.name} changes from {field.kind} to {fields[field.name].kind}"
    for field in new.stored:
        if field.name not in old.names and not field.nullable:
            yield f"{field.name} is new and does not allow null"


def _deployed(target: Target, kind: str) -> tuple[Group, Dataset, Contract]:
    group = target.group()
    dataset = ensuring.find_dataset(target.environment, group.arn, kind) if group else None
    old = ensuring.deployed(target.environment, group, kind)
    if group is None or dataset is None or old is None:
        raise GroupError(
            f"the dataset group {target.name} has no dataset {kind}",
            "a dataset whose schema can be replaced",
            f'group.bulk(group.prepare(frame, "{kind}"))  # creates it',
        )
    return group, dataset, old
