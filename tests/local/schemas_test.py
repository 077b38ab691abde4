"""Avro schemas: what the service takes and what it does not, by dataset type and domain."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

ID, TIME = {"name": "ITEM_ID", "type": "string"}, {"name": "TIMESTAMP", "type": "long"}
USER = {"name": "USER_ID", "type": "string"}
PRICE = {"name": "PRICE", "type": "float"}
CATEGORY = {"name": "CATEGORY_L1", "type": ["null", "string"], "categorical": True}
CREATED = {"name": "CREATION_TIMESTAMP", "type": "long"}
GENRES = {"name": "GENRES", "type": "string", "categorical": True}
EVENT = {"name": "EVENT_TYPE", "type": "string"}
SHOP, FILM = "ECOMMERCE", "VIDEO_ON_DEMAND"


def many(count: int) -> list[dict[str, str]]:
    return [{"name": f"M{n}", "type": "int"} for n in range(count)]


GOOD: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("Interactions", "", [USER, ID, TIME]),
    ("Interactions", "", [ID, TIME, USER, {"name": "EVENT_VALUE", "type": ["float", "null"]}, *many(5)]),
    ("Interactions", SHOP, [USER, ID, TIME, EVENT]),
    ("Items", "", [ID, PRICE]),
    ("Items", "", [ID, *many(100)]),
    ("Items", SHOP, [ID, PRICE, CATEGORY]),
    (
        "Items",
        FILM,
        [ID, CREATED, GENRES, {"name": "PRODUCT_DESCRIPTION", "type": "string", "textual": True}],
    ),
    ("Users", "", [USER, {"name": "AGE", "type": ["int", "null"]}]),
    ("Action_Interactions", "", [USER, {"name": "ACTION_ID", "type": "string"}, EVENT, TIME]),
]
BAD: list[tuple[str, str, Any, str]] = [
    ("Interactions", "", [USER, ID], "TIMESTAMP"),
    ("Interactions", FILM, [USER, ID, TIME], "EVENT_TYPE"),
    (
        "Interactions",
        "",
        [USER, ID, {"name": "TIMESTAMP", "type": "string"}],
        "TIMESTAMP must have the type long",
    ),
    (
        "Interactions",
        "",
        [{"name": "USER_ID", "type": ["string", "null"]}, ID, TIME],
        "USER_ID cannot be null",
    ),
    ("Interactions", "", [USER, ID, TIME, {**EVENT, "categorical": True}], "EVENT_TYPE"),
    ("Interactions", "", [USER, ID, TIME, {"name": "EVENT_VALUE", "type": "string"}], "EVENT_VALUE"),
    ("Interactions", "", [USER, ID, TIME, *many(6)], "6 metadata fields"),
    ("Items", "", [ID], "at least one metadata"),
    ("Items", "", [ID, *many(101)], "101 metadata"),
    ("Items", SHOP, [ID, PRICE], "CATEGORY_L1"),
    (
        "Items",
        SHOP,
        [ID, PRICE, {"name": "CATEGORY_L1", "type": "string"}],
        "CATEGORY_L1 must be categorical",
    ),
    ("Items", FILM, [ID, GENRES], "CREATION_TIMESTAMP"),
    ("Items", "", [ID, {**PRICE, "categorical": True}], "Only string fields"),
    ("Items", "", [ID, *({"name": n, "type": "string", "textual": True} for n in "ab")], "Only one field"),
    ("Users", "", [USER, {"name": "ABOUT", "type": "string", "textual": True}], "Only one field"),
    ("Users", "", [USER, *many(26)], "26 metadata"),
    ("Users", "", [USER, {"name": "A_B", "type": "int"}, {"name": "AB", "type": "int"}], "unique"),
    ("Users", "", [USER, {"name": "A", "type": "bytes"}], "type of field A"),
    ("Users", "", [USER, {"name": "A", "type": ["int", "string"]}], "type of field A"),
    ("Users", "", [USER, {"name": "A", "type": {"type": "array", "items": "int"}}], "type of field A"),
    ("Users", "", [USER, {"name": "1A", "type": "int"}], "no valid name"),
    ("Users", "", [USER, 5], "no valid name"),
    ("Users", "", [], "record with fields"),
    ("Books", "", [ID, PRICE], "schema name 'Books'"),
]


def create(lab: Any, kind: str, domain: str, fields: Any) -> Any:
    text = json.dumps({"type": "record", "name": kind, "fields": fields, "version": "1.0"})
    more = {"domain": domain} if domain else {}
    return lab.personalize.create_schema(name="s", schema=text, **more)


@pytest.mark.parametrize(("kind", "domain", "fields"), GOOD)
def test_taken(lab: Any, kind: str, domain: str, fields: list[dict[str, Any]]) -> None:
    arn = create(lab, kind, domain, fields)["schemaArn"]
    found = lab.personalize.describe_schema(schemaArn=arn)["schema"]
    assert (json.loads(found["schema"])["fields"], found.get("domain", "")) == (fields, domain)


@pytest.mark.parametrize(("kind", "domain", "fields", "named"), BAD)
def test_refused(lab: Any, kind: str, domain: str, fields: Any, named: str) -> None:
    with pytest.raises(ClientError, match=named) as caught:
        create(lab, kind, domain, fields)
    assert caught.value.response["Error"]["Code"] == "InvalidInputException"


@pytest.mark.parametrize("text", ["", "{", "[]", "5", "null", '{"name": "Items"}', '{"a": NaN}', "[" * 9000])
def test_text_that_is_no_avro(lab: Any, text: str) -> None:
    with pytest.raises(ClientError, match="InvalidInputException"):
        lab.personalize.create_schema(name="s", schema=text)
