"""A contract as the Avro schema that CreateSchema takes, and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from pdprep import Contract, Field
from pdprep.errors import ContractError
from tests.contract.strategies import contracts

# From the developer guide, how-it-works-dataset-schema, with its fields and flags.
ITEMS = {
    "type": "record",
    "name": "Items",
    "namespace": "com.amazonaws.personalize.schema",
    "fields": [
        {"name": "ITEM_ID", "type": "string"},
        {"name": "CREATION_TIMESTAMP", "type": "long"},
        {"name": "GENRES", "type": ["null", "string"], "categorical": True},
        {"name": "DESCRIPTION", "type": ["string", "null"], "textual": True},
        {"name": "TITLE", "type": "string", "itemName": True},
    ],
    "version": "1.0",
}


@given(contracts())
def test_there_and_back_gives_the_same_contract(contract: Contract) -> None:
    assert Contract.from_avro(contract.to_avro(), contract.domain) == contract


@given(contracts(put_only=True))
def test_put_only_fields_stay_at_home(contract: Contract) -> None:
    back = Contract.from_avro(json.loads(contract.to_avro()), contract.domain)
    assert back.fields == contract.stored


def test_a_schema_of_aws_is_read() -> None:
    contract = Contract.from_avro(ITEMS)
    assert [field.kind for field in contract.fields] == [
        "string", "long", "categorical string or null", "textual string or null", "name string",
    ]  # fmt: skip


def test_the_text_is_the_same_for_the_same_contract() -> None:
    brand = Field("BRAND", categorical=True, nullable=True)
    assert Contract.of("items").extend(brand).to_avro() == Contract.of("items").extend(brand).to_avro()
    assert json.loads(Contract.of("items").extend(brand).to_avro())["fields"][1] == {
        "name": "BRAND", "type": ["string", "null"], "categorical": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ({"name": "Things", "fields": []}, "'Things'"),
        ({"name": "Items"}, "'Items'"),
        (ITEMS | {"fields": ["ITEM_ID"]}, "a field 'ITEM_ID'"),
        (ITEMS | {"fields": [{"name": "ITEM_ID"}]}, "{'name': 'ITEM_ID'}"),
        (ITEMS | {"fields": [{"name": "A", "type": ["int", "string"]}]}, "['int', 'string']"),
        (ITEMS | {"fields": [{"name": "A", "type": {"type": "array", "items": "string"}}]}, "'array'"),
    ],
)
def test_what_is_no_schema_is_refused(schema: object, found: str) -> None:
    with pytest.raises(ContractError) as caught:
        Contract.from_avro(schema)  # type: ignore[arg-type]  # what people hand in
    assert found in caught.value.found
