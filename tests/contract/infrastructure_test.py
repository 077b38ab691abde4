"""A contract as CloudFormation and Terraform: held to AWS's resource schemas, and the Avro to the letter."""

from __future__ import annotations

from typing import Any

import hcl2
import pytest
from cfnlint import api
from cfnlint.decode.cfn_yaml import loads

from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.contract.infrastructure import TYPES, DatasetDefinition, Infrastructure
from pdprep.errors import ContractError

DOMAINS = ["CUSTOM", "ECOMMERCE", "VIDEO_ON_DEMAND"]
KINDS = ["DatasetGroup", "Schema", "Dataset"]
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1", "arn:aws:iam::123456789012:role/Key"
ODD = '{"type": "record",\r\n\t"doc": "${a} %{b} \u00e9 \U0001f600",\n "fields": []}\n'


def contract(kind: str, domain: str) -> Contract:
    return Contract.of(kind, domain).extend(Field("TIER", nullable=True, categorical=True))


def resources(template: str) -> dict[str, Any]:
    found: dict[str, Any] = loads(template)["Resources"]
    return found


def wrong(template: str) -> list[str]:
    """Hold a template to the resource schemas that AWS publishes, which cfn-lint brings."""
    found = api.lint(template, regions=["eu-central-1"])
    return [each.rule.id for each in found if each.rule.id[0] in "EW"]


def plain(value: Any) -> Any:
    """Return what hcl2 read, without the quotation marks and the marks of blocks that it keeps."""
    if isinstance(value, dict):
        return {plain(key): plain(each) for key, each in value.items() if not str(key).startswith("__")}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value[1:-1] if isinstance(value, str) and value.startswith('"') else value


def blocks(text: str) -> dict[str, dict[str, Any]]:
    found = plain(hcl2.loads(text))["resource"]
    return {kind: next(iter(named.values())) for each in found for kind, named in each.items()}


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("kind", TYPES)
def test_field_16_the_template_has_the_schema_to_the_letter(kind: str, domain: str) -> None:
    one = contract(kind, domain)
    found = resources(one.to_cloudformation("shop"))
    schema = found[f"{TYPES[kind]}Schema"]["Properties"]
    assert schema["Schema"] == one.to_avro()
    assert schema.get("Domain") == (None if domain == "CUSTOM" else domain)
    assert {each["Type"] for each in found.values()} == {f"AWS::Personalize::{name}" for name in KINDS}


def test_field_16_aws_s_resource_schemas_take_the_template() -> None:
    texts = {kind: contract(kind, "ECOMMERCE").to_avro() for kind in TYPES}
    datasets = [
        DatasetDefinition(kind, f"shop-{kind}", f"shop-{kind}-1", text) for kind, text in texts.items()
    ]
    assert wrong(Infrastructure("shop", "ECOMMERCE", datasets, KEY).cloudformation()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("DatasetType", "Kind"), ('"Items"', '"Actions"'), ("SchemaArn: !GetAtt", "SchemaArn: !Sub")],
)
def test_field_16_a_template_that_is_wrong_is_seen(old: str, new: str) -> None:
    template = contract("items", "CUSTOM").to_cloudformation("shop")
    assert old in template
    assert wrong(template.replace(old, new))


def test_field_16_nothing_is_deleted_with_its_stack_or_by_a_change() -> None:
    for each in resources(contract("users", "CUSTOM").to_cloudformation("shop")).values():
        assert (each["DeletionPolicy"], each["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_field_16_a_schema_of_others_stands_to_the_letter() -> None:
    found = Infrastructure("shop", "CUSTOM", [DatasetDefinition("items", "a", "b", ODD)])
    assert resources(found.cloudformation())["ItemsSchema"]["Properties"]["Schema"] == ODD
    assert "$${a} %%{b}" in found.terraform()


@pytest.mark.parametrize("kind", TYPES)
def test_field_16_terraform_refuses_to_destroy_and_links_by_arn(kind: str) -> None:
    found = blocks(contract(kind, "VIDEO_ON_DEMAND").to_terraform("shop"))
    kinds = ("dataset_group", "schema", "dataset")
    assert set(found) == {f"awscc_personalize_{each}" for each in kinds}
    assert all(each["lifecycle"] == [{"prevent_destroy": True}] for each in found.values())
    dataset = found["awscc_personalize_dataset"]
    assert dataset["dataset_group_arn"] == "${awscc_personalize_dataset_group.this.dataset_group_arn}"
    assert dataset["schema_arn"] == f"${{awscc_personalize_schema.{kind}.schema_arn}}"
    assert (dataset["dataset_type"], dataset["name"]) == (TYPES[kind], f"shop-{kind}")


@pytest.mark.parametrize("kind", ["actions", "action_interactions"])
def test_field_16_what_cloudformation_does_not_create_is_said(kind: str) -> None:
    with pytest.raises(ContractError, match="one that CloudFormation creates: interactions, items, users"):
        Contract.of(kind).to_cloudformation("shop")
