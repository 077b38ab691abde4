"""A dataset group as code: what the service holds, and what contracts would add to it."""

from __future__ import annotations

from collections.abc import Sequence

from pdprep.contract.catalogue import DATASETS
from pdprep.contract.contract import Contract
from pdprep.contract.infrastructure import TYPES, DatasetDefinition, Infrastructure, definition
from pdprep.errors import GroupError
from pdprep.personalize.resources.ensuring import Group, find_dataset
from pdprep.personalize.resources.polling import describe
from pdprep.personalize.resources.target import Target


def of_group(target: Target, contracts: Sequence[Contract]) -> Infrastructure:
    """Return what a group is: its datasets with their names and schemas to the letter, and those to come.

    Args:
        target: The dataset group; it may not exist yet.
        contracts: Of datasets that do not exist yet.

    Raises:
        GroupError: There is no such group and no contract.
    """
    group = target.group()
    if group is None and not contracts:
        raise GroupError(
            f"no dataset group {target.name} yet",
            "contracts of the datasets that it will have",
            "group.to_cloudformation(prepared.contract)",
        )
    found = {kind: _definition(target, group, kind) for kind in DATASETS if group}
    there = {kind: each for kind, each in found.items() if each}
    new = {
        contract.dataset: definition(contract.dataset, contract.domain, contract.to_avro(), target.name)
        for contract in contracts
        if contract.dataset not in there
    }
    datasets = [each for kind, each in (there | new).items() if kind in TYPES]
    return Infrastructure(
        target.name,
        target.domain,
        datasets,
        _key(target, group),
        [kind for kind in there if kind not in TYPES],  # CloudFormation has no resource for these
    )


def _definition(target: Target, group: Group | None, kind: str) -> DatasetDefinition | None:
    dataset = find_dataset(target.environment, group.arn, kind) if group else None
    if dataset is None:
        return None
    schema = describe(target.environment, "schema", dataset.schema)
    name = str(describe(target.environment, "dataset", dataset.arn)["name"])
    return DatasetDefinition(kind, name, str(schema["name"]), str(schema["schema"]))


def _key(target: Target, group: Group | None) -> tuple[str, str]:
    if group is None:
        key = target.environment.options.kms_key_arn or ""
        return key, target.environment.role_arn if key else ""
    found = describe(target.environment, "dataset_group", group.arn)
    return str(found.get("kmsKeyArn", "")), str(found.get("roleArn", ""))
