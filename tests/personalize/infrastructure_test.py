"""A dataset group as code: what the service holds to the letter, and what contracts add."""

from __future__ import annotations

from typing import Any

import pytest
from cfnlint.decode.cfn_yaml import loads

from pdprep.contract.contract import Contract
from pdprep.errors import GroupError
from pdprep.group import DatasetGroup
from tests.personalize.frames import items, prepared


def names(template: str) -> dict[str, Any]:
    return {key: each["Properties"]["Name"] for key, each in loads(template)["Resources"].items()}


@pytest.fixture
def deployed(group: DatasetGroup) -> DatasetGroup:
    group.put(prepared(group, items("a", "b"))).wait()
    return group


def test_field_16_a_group_is_written_with_the_names_and_schemas_that_stand(deployed: DatasetGroup) -> None:
    client = deployed.client()
    schema = client.list_schemas()["schemas"][0]
    text = client.describe_schema(schemaArn=schema["schemaArn"])["schema"]["schema"]
    template = deployed.to_cloudformation()
    assert names(template) == {
        "DatasetGroup": deployed.name,
        "ItemsSchema": schema["name"],
        "ItemsDataset": client.list_datasets()["datasets"][0]["name"],
    }
    assert loads(template)["Resources"]["ItemsSchema"]["Properties"]["Schema"] == text


def test_field_16_contracts_add_what_is_not_there_yet(deployed: DatasetGroup) -> None:
    users, other = Contract.of("users", deployed.domain), Contract.of("items", deployed.domain)
    template = deployed.to_cloudformation(users, other)
    assert set(names(template)) == {
        "DatasetGroup", "ItemsSchema", "ItemsDataset", "UsersSchema", "UsersDataset",
    }  # fmt: skip
    assert names(template)["ItemsSchema"] == names(deployed.to_cloudformation())["ItemsSchema"]
    assert 'resource "awscc_personalize_dataset" "users"' in deployed.to_terraform(users)


def test_field_16_a_group_to_come_has_the_names_that_an_import_gives(group: DatasetGroup) -> None:
    frame = prepared(group, items("a", "b"))
    before = group.to_cloudformation(frame.contract)
    group.put(frame).wait()
    assert group.to_cloudformation() == before


def test_field_16_a_group_that_is_not_there_asks_for_contracts(group: DatasetGroup) -> None:
    with pytest.raises(GroupError, match=r"no dataset group .* yet; contracts of the datasets"):
        group.to_terraform()
