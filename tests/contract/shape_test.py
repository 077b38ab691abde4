"""How many fields of which kind a dataset may have."""

from __future__ import annotations

import pytest

from pdprep import Contract, Field
from pdprep.contract import catalogue, rules, shape
from pdprep.errors import ContractError

MOST = {"interactions": 5, "items": 100, "users": 25}


def with_fields(dataset: str, count: int) -> Contract:
    return Contract.of(dataset).extend(*(Field(f"OWN{n}", "int") for n in range(count)))


@pytest.mark.parametrize("dataset", MOST)
def test_as_many_metadata_fields_as_the_limit_says(dataset: str) -> None:
    shape.check(with_fields(dataset, MOST[dataset]))
    with pytest.raises(ContractError, match=f"at most {MOST[dataset]}"):
        shape.check(with_fields(dataset, MOST[dataset] + 1))


def test_reserved_fields_of_interactions_do_not_count() -> None:
    reserved = catalogue.optional("interactions", "CUSTOM")
    shape.check(with_fields("interactions", 5).extend(*reserved))


@pytest.mark.parametrize("dataset", ["items", "users"])
def test_items_and_users_need_a_field_beside_the_id(dataset: str) -> None:
    with pytest.raises(ContractError, match="at least one metadata field"):
        shape.check(Contract.of(dataset))


def test_one_textual_field_in_items() -> None:
    one = Contract.of("items").extend(Field("A", textual=True))
    shape.check(one)
    with pytest.raises(ContractError, match="2 textual fields"):
        shape.check(one.extend(Field("B", textual=True)))


def test_no_textual_field_in_users() -> None:
    with pytest.raises(ContractError, match="textual fields in items alone"):
        shape.check(Contract.of("users").extend(Field("BIO", textual=True)))


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_every_rule_says_what_how_to_mend_and_from_where(rule: rules.Rule) -> None:
    assert rule.text
    assert rule.mend
    assert rule.source


@pytest.mark.parametrize(
    ("stops", "blocked"),
    [("all", {None, "bulk", "put"}), ("bulk", {"bulk"}), ("put", {"put"}), ("none", set())],
)
def test_an_error_stops_its_route_and_a_warning_none(stops: rules.Stops, blocked: set[str | None]) -> None:
    error = rules.Rule("x", "row", "error", stops, "", "", "")
    warning = rules.Rule("x", "row", "warning", stops, "", "", "")
    assert {route for route in (None, "bulk", "put") if error.blocks(route)} == blocked
    assert not any(warning.blocks(route) for route in (None, "bulk", "put"))
