"""How many fields of which kind a dataset may have."""

from __future__ import annotations

import pytest

from pdprep import Contract, Field
from pdprep.contract import catalogue, shape
from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import CallRule, Rule, Stops
from pdprep.errors import ContractError

MOST = {"interactions": 5, "action_interactions": 5, "actions": 10, "users": 25, "items": 100}


def own(dataset: str, count: int, domain: str = "CUSTOM") -> Contract:
    return Contract.of(dataset, domain).extend(*(Field(f"OWN{n}", "int") for n in range(count)))


MADE = Field("CREATION_TIMESTAMP", "long", nullable=True)
ITEMS = own("items", 1).extend(MADE)
SHOP = Contract.of("items", "ECOMMERCE").extend(Field("CREATION_TIMESTAMP", "long"))
EVENTS = Contract.of("interactions")
PLAIN = Contract.of("users").extend(Field("A"), Field("B", "boolean"))
ITEMS_MADE = Contract.of("items").extend(MADE)
WIDE = Contract.of("items").extend(*(Field(f"{'A' * 148}{n}", "int") for n in range(100)))
# The smallest contract that breaks a rule, and its passing twin.
CASES = [
    *(("metadata_none", Contract.of(name), own(name, 1)) for name in ("items", "users", "actions")),
    ("metadata_none", PLAIN, PLAIN.extend(Field("B", categorical=True))),
    ("metadata_none", ITEMS_MADE, ITEMS_MADE.extend(Field("A", textual=True))),
    ("metadata_none", Contract.of("actions").extend(Field("VALUE", "long")), own("actions", 1)),
    *(("metadata_most", own(name, most + 1), own(name, most)) for name, most in MOST.items()),
    (
        "textual_dataset",
        own("users", 1).extend(Field("A", textual=True)),
        ITEMS.extend(Field("A", textual=True)),
    ),
    (
        "textual_most",
        ITEMS.extend(Field("A", textual=True), Field("B", textual=True)),
        ITEMS.extend(Field("A", textual=True)),
    ),
    ("field_missing", Contract("interactions", "CUSTOM", EVENTS.fields[:2]), EVENTS),
    ("reserved_type", SHOP.extend(Field("PRICE", "long")), SHOP),
    (
        "reserved_type",
        SHOP.extend(Field("GENDER", nullable=True)),
        SHOP.extend(Field("GENDER", categorical=True)),
    ),
    (
        "reserved_type",
        EVENTS.extend(Field("EVENT_TYPE", categorical=True)),
        EVENTS.extend(Field("EVENT_TYPE"), Field("EVENT_VALUE", "float")),
    ),
    ("schema_length", WIDE, own("items", 100)),
    ("name_length", EVENTS.extend(Field("A" * 151, "int")), EVENTS.extend(Field("A" * 150, "int"))),
    ("columns_chosen", own("items", 50).extend(MADE), own("items", 48).extend(MADE)),
    (
        "objective_nullable",
        ITEMS.extend(Field("PRICE", "float", nullable=True)),
        ITEMS.extend(Field("PRICE", "float")),
    ),
    ("property_forbidden", EVENTS.extend(Field("SESSIONID", "int")), EVENTS.extend(Field("SESSION", "int"))),
    ("string_plain", EVENTS.extend(Field("A")), EVENTS.extend(Field("A", categorical=True))),
    ("boolean_unused", EVENTS.extend(Field("A", "boolean")), EVENTS.extend(Field("A", "int"))),
    (
        "attribution_event_type",
        EVENTS.extend(Field("EVENT_ATTRIBUTION_SOURCE")),
        EVENTS.extend(Field("EVENT_ATTRIBUTION_SOURCE"), Field("EVENT_TYPE")),
    ),
    ("creation_timestamp_missing", own("items", 1), ITEMS),
]


def broken(contract: Contract) -> list[str]:
    return [rule.name for rule, _ in shape.breaches(contract)]


@pytest.mark.parametrize(("name", "smallest", "twin"), CASES)
def test_the_smallest_contract_that_breaks_a_rule_and_its_twin(
    name: str, smallest: Contract, twin: Contract
) -> None:
    level = registry.rule(name).level
    assert [each for each in broken(smallest) if registry.rule(each).level == level] == [name]
    assert name not in broken(twin)


@pytest.mark.parametrize(("name", "smallest", "twin"), CASES)
def test_an_error_is_raised_before_a_row_is_read_and_a_warning_is_not(
    name: str, smallest: Contract, twin: Contract
) -> None:
    shape.check(twin)
    if not registry.rule(name).blocks(None):
        shape.check(smallest)
        return
    with pytest.raises(ContractError, match=f"\\({name}\\)"):
        shape.check(smallest)


def test_every_schema_rule_has_a_counter_example() -> None:
    assert {rule.name for rule in registry.RULES if rule.scope == "schema"} == {case[0] for case in CASES}


def test_reserved_fields_of_interactions_do_not_count() -> None:
    reserved = catalogue.optional("interactions", "CUSTOM")
    assert broken(own("interactions", 5).extend(*reserved)) == []


def test_two_names_that_the_service_takes_for_one() -> None:
    with pytest.raises(ContractError, match="differ by more than case and underscores"):
        EVENTS.extend(Field("GENRES_1", "int"), Field("GENRES1", "int"))


@pytest.mark.parametrize("rule", registry.RULES, ids=lambda rule: rule.name)
def test_every_rule_says_what_how_to_mend_and_from_where(rule: Rule) -> None:
    assert rule.text
    assert rule.mend
    assert rule.source


@pytest.mark.parametrize(
    ("stops", "blocked"),
    [("all", {None, "bulk", "put"}), ("bulk", {"bulk"}), ("put", {"put"}), ("none", set())],
)
def test_an_error_stops_its_route_and_a_warning_none(stops: Stops, blocked: set[str | None]) -> None:
    error = CallRule(name="x", level="error", stops=stops, text="", source="")
    warning = CallRule(name="x", level="warning", stops=stops, text="", source="")
    assert {route for route in (None, "bulk", "put") if error.blocks(route)} == blocked
    assert not any(warning.blocks(route) for route in (None, "bulk", "put"))
