"""A contract is a value: equal by content, never changed, extended into another."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from pdprep import Contract, Field
from pdprep.errors import ContractError

BRAND = Field("BRAND", categorical=True)


def test_equal_content_is_an_equal_value() -> None:
    assert Contract.of("items") == Contract.of("ITEMS", domain="custom")
    assert len({Contract.of("items"), Contract.of("items"), Contract.of("items", "ECOMMERCE")}) == 2


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Contract.of("items").dataset = "users"  # type: ignore[misc]  # that is the point


def test_extend_gives_another_and_keeps_the_first() -> None:
    items = Contract.of("items")
    assert items.extend(BRAND).names == ("ITEM_ID", "BRAND")
    assert items.names == ("ITEM_ID",)


def test_extend_replaces_a_field_in_its_place() -> None:
    wider = Contract.of("items").extend(BRAND, Field("YEAR", "int")).extend(Field("BRAND", nullable=True))
    assert wider.names == ("ITEM_ID", "BRAND", "YEAR")
    assert wider.field("BRAND").kind == "string or null"


def test_put_only_fields_stand_in_no_column() -> None:
    events = Contract.of("interactions").extend(Field("SESSION_ID", nullable=True, put_only=True))
    assert (events.put_only, "SESSION_ID" in events.columns) == (("SESSION_ID",), False)
    assert "SESSION_ID" not in events.to_avro()
    assert [field.name for field in events.metadata] == []


def test_metadata_is_what_the_dataset_does_not_require() -> None:
    shop = Contract.of("items", "ECOMMERCE").extend(BRAND)
    assert [field.name for field in shop.metadata] == ["BRAND"]


@pytest.mark.parametrize(("dataset", "key"), [("interactions", "USER_ID"), ("items", "ITEM_ID")])
def test_the_key_is_the_id_that_rows_are_grouped_by(dataset: str, key: str) -> None:
    assert Contract.of(dataset).key == key


def test_its_repr_is_one_line_that_says_it_all() -> None:
    movies = Contract.of("items", "VIDEO_ON_DEMAND")
    assert repr(movies) == (
        "<Contract items in VIDEO_ON_DEMAND: "
        "ITEM_ID string, CREATION_TIMESTAMP long, GENRES categorical string>"
    )


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda: Field("TWO WORDS"), "field name 'TWO WORDS'"),
        (lambda: Field("Ä"), "field name 'Ä'"),
        (lambda: Field("AGE", "number"), "type 'number'"),
        (lambda: Field("AGE", "int", categorical=True), "AGE is int and categorical"),
        (lambda: Field("AGE", categorical=True, textual=True), "categorical and textual"),
        (lambda: Contract.of("items").extend(Field("A_B"), Field("AB")), "the fields A_B and AB"),
        (lambda: Contract.of("items").extend(Field("item_id")), "the fields ITEM_ID and item_id"),
        (lambda: Contract.of("items").field("BRAND"), "no field 'BRAND'"),
    ],
)
def test_what_amazon_personalize_does_not_take_is_refused(make: object, found: str) -> None:
    with pytest.raises(ContractError) as caught:
        make()  # type: ignore[operator]  # a lambda
    assert found in caught.value.found
    assert caught.value.expected
