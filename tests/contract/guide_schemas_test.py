"""Schemas of the developer guide and of AWS's samples are taken as they are, and rows like theirs pass."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from pdprep import Contract, Field, prepare, validate
from pdprep.assumptions import ROWS as ASSUMPTIONS
from pdprep.contract import facts, shape
from pdprep.contract.rules_page import page
from pdprep.errors import ContractError

NULL_LONG, LONG_NULL = ["null", "long"], ["long", "null"]
TEXT, NULL_TEXT, TEXT_NULL = "string", ["null", "string"], ["string", "null"]
Fields = list[tuple[Any, ...]]
# Page, domain, record, fields (name, type, flag), and a row of the fields in their order.
PAGES: list[tuple[str, str, str, Fields, tuple[Any, ...]]] = [
    (
        "interactions-dataset-requirements", "CUSTOM", "Interactions",
        [("USER_ID", TEXT), ("ITEM_ID", TEXT), ("EVENT_TYPE", TEXT), ("EVENT_VALUE", ["float", "null"]),
         ("LOCATION", TEXT, "categorical"), ("DEVICE", TEXT_NULL, "categorical"), ("TIMESTAMP", "long"),
         ("IMPRESSION", TEXT)],
        ("12", "80", "watch", 0.5, "Bavaria", "Tablet", 1_586_000_000, "80|81|82"),
    ),
    (
        "users-datasets", "CUSTOM", "Users",
        [("USER_ID", TEXT), ("AGE", "int"), ("GENDER", TEXT, "categorical"),
         ("INTEREST", TEXT, "categorical")],
        ("4", 33, "Female", "films|opera"),
    ),
    (
        "items-datasets", "CUSTOM", "Items",
        [("ITEM_ID", TEXT), ("GENRES", NULL_TEXT, "categorical"), ("CREATION_TIMESTAMP", "long"),
         ("DESCRIPTION", NULL_TEXT, "textual")],
        ("9", "Comedy|Crime", 1_570_000_000, "A film about a film, with a \"quote\"."),
    ),
    (
        "native-recipe-semantic-similarity", "CUSTOM", "Items",
        [("ITEM_ID", TEXT), ("TITLE", TEXT, "itemName"), ("DESCRIPTION", TEXT_NULL, "textual")],
        ("9", "A title", "A text."),
    ),
    (
        "actions-datasets", "CUSTOM", "Actions",
        [("ACTION_ID", TEXT), ("VALUE", NULL_LONG), ("MEMBERSHIP_LEVEL", NULL_TEXT, "categorical"),
         ("CREATION_TIMESTAMP", "long"), ("REPEAT_FREQUENCY", LONG_NULL)],
        ("1", 10, "Gold|Silver", 1_510_000_000, 7),
    ),
    (
        "action-interactions-datasets", "CUSTOM", "ActionInteractions",
        [("USER_ID", TEXT), ("ACTION_ID", TEXT), ("EVENT_TYPE", TEXT), ("TIMESTAMP", "long")],
        ("54", "35", "Not taken", 1_586_000_000),
    ),
    (
        "ECOMMERCE-items-dataset", "ECOMMERCE", "Items",
        [("ITEM_ID", TEXT), ("PRICE", "float"), ("CATEGORY_L1", [TEXT], "categorical"),
         ("CREATION_TIMESTAMP", "float")],
        ("1", 9.5, "Tools|Saws", 1_570_000_000),
    ),
    (
        "VIDEO-ON-DEMAND-items-dataset", "VIDEO_ON_DEMAND", "Items",
        [("ITEM_ID", TEXT), ("GENRES", [TEXT], "categorical"), ("CREATION_TIMESTAMP", "long")],
        ("1", "Drama", -946_771_200),
    ),
    (
        "VIDEO-ON-DEMAND-users-dataset", "VIDEO_ON_DEMAND", "Users",
        [("USER_ID", TEXT), ("SUBSCRIPTION_MODEL", TEXT, "categorical")],
        ("1", "student|monthly"),
    ),
    (
        "VIDEO-ON-DEMAND-interactions-dataset", "VIDEO_ON_DEMAND", "Interactions",
        [("USER_ID", TEXT), ("ITEM_ID", TEXT), ("EVENT_TYPE", TEXT), ("TIMESTAMP", "long")],
        ("1", "2", "Watch", 1_570_000_000),
    ),
]  # fmt: skip


def avro(record: str, fields: Fields) -> str:
    rows = [{"name": name, "type": kind, **dict.fromkeys(flags, True)} for name, kind, *flags in fields]
    namespace = "com.amazonaws.personalize.schema"
    return json.dumps(
        {"type": "record", "name": record, "namespace": namespace, "fields": rows, "version": "1.0"}
    )


@pytest.mark.parametrize(
    ("page", "domain", "record", "fields", "row"), PAGES, ids=[each[0] for each in PAGES]
)
def test_facts_3_the_guides_schemas_are_adopted_and_rows_like_its_own_pass(
    page: str, domain: str, record: str, fields: Fields, row: tuple[Any, ...]
) -> None:
    contract = Contract.from_avro(avro(record, fields), domain)
    shape.check(contract)
    frame = pl.DataFrame([row], schema=[name for name, *_ in fields], orient="row")
    prepared = prepare(frame, deployed=contract)
    report = validate(prepared, route="put")
    assert report.blocking("put").rows() == validate(prepared).failures.rows() == []
    assert prepared.frame.collect().row(0) == row
    assert prepared.contract.columns == tuple(frame.columns)


def own(dataset: str, *fields: Field) -> Contract:
    return Contract.of(dataset).extend(*fields)


def test_facts_4_a_reserved_string_is_categorical_only_where_the_table_says_so() -> None:
    level = Field("LEVEL", categorical=True)
    for dataset, name in (
        ("actions", "TYPE"),
        ("action_interactions", "IMPRESSION"),
        ("interactions", "EVENT_TYPE"),
    ):
        shape.check(own(dataset, level, Field(name, nullable=name != "EVENT_TYPE")))
        with pytest.raises(ContractError, match="reserved_type"):
            shape.check(own(dataset, level, Field(name, categorical=True)))


def test_facts_14_a_plain_string_is_no_metadata_and_reserved_fields_are_none() -> None:
    numbers = [Field(f"N{n}", "int") for n in range(100)]
    shape.check(own("items", Field("CREATION_TIMESTAMP", "long"), *numbers))
    for dataset in ("items", "users", "actions"):
        with pytest.raises(ContractError, match="metadata_none") as caught:
            shape.check(own(dataset, Field("NAME")))
        assert caught.value.hint == 'metadata={"NAME": pdprep.Field("NAME", nullable=True, categorical=True)}'
        shape.check(own(dataset, Field("NAME", nullable=True, categorical=True)))
    with pytest.raises(ContractError, match="metadata_none"):
        shape.check(own("items", Field("CREATION_TIMESTAMP", "long")))


def test_facts_18_both_types_of_the_pages_are_adopted_and_no_third() -> None:
    shop = Contract.of("items", "ECOMMERCE")
    for kind in ("long", "float"):
        shape.check(shop.extend(Field("CREATION_TIMESTAMP", kind)))
    with pytest.raises(ContractError, match="reserved_type"):
        shape.check(shop.extend(Field("CREATION_TIMESTAMP", "int")))
    with pytest.raises(ContractError, match="reserved_type"):
        shape.check(own("items", Field("N", "int"), Field("CREATION_TIMESTAMP", "float")))


def test_facts_20_what_is_documented_is_no_assumption() -> None:
    names = {row.name for row in ASSUMPTIONS}
    documented = {row.name for row in facts.ROWS}
    assert not names & documented
    assert {"put_lengths", "full_keeps_put", "exports_keep_versions", "string_length_stops"} <= documented
    assert not names & {
        "item_update_hours",
        "domain_retrain_days",
        "put_actions_reach_filters",
        "item_strings",
    }
    assert all(f"`{row.name}` | {row.says} | {row.source}" in page() for row in facts.ROWS)


def test_facts_missing_3_a_number_that_may_be_null_is_no_objective() -> None:
    frame = pl.DataFrame({"ITEM_ID": ["a"], "price": [1.5], "STOCK": [3]})
    prepared = prepare(frame, "items", metadata={"PRICE": "price", "STOCK": "STOCK"})
    said = str(prepared.explain())
    declared: dict[str, Any] = {"PRICE": ("price", Field("PRICE", "float")), "STOCK": Field("STOCK", "long")}
    assert 'metadata={"PRICE": Field("PRICE", "float")}' in said
    assert 'metadata={"STOCK": Field("STOCK", "long")}' in said
    again = prepare(frame, "items", metadata=declared)
    assert "objective" not in str(again.explain())
    assert "objective_nullable" in validate(prepared).counts["rule"]
    assert "objective_nullable" not in validate(again).counts["rule"]


def test_facts_missing_7_names_of_columns() -> None:
    assert Field("_SCORE", "int").name == "_SCORE"
    for name in ("1A", "A-B", "__row", "_", "É"):
        with pytest.raises(ContractError, match="letters, digits and underscores"):
            Field(name)
    shape.check(own("items", Field("A" * 150, "int")))
    with pytest.raises(ContractError, match="name_length"):
        shape.check(own("items", Field("A" * 151, "int")))
    wide = own("items", *(Field(f"N{n}", "int") for n in range(50)))
    assert [rule.name for rule, _ in shape.breaches(wide) if rule.name == "columns_chosen"] == [
        "columns_chosen"
    ]
