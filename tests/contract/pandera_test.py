"""A contract's Pandera schema is a real one: its validate finds the rows that the report names."""

from __future__ import annotations

from typing import Any

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import Contract, Field
from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import MissingRule, Place, RecordRule, RowRule
from pdprep.preparation.prepare import Prepared, prepare
from pdprep.preparation.sources import ROW
from pdprep.validation.row_checks import row_checks
from tests.contract.strategies import NOW, contracts
from tests.contract.strategies import frames as rows_of

Found = set[tuple[str, str, int]]


def by_pandera(contract: Contract, frame: pl.DataFrame, **asked: Any) -> Found:
    """(rule, column, row) as Pandera's failure cases tell them; it is given a frame, never a plan."""
    try:
        contract.to_pandera(now=NOW, **asked).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        # Pandera takes NaN for a null; a row has one fault there, and it is number_not_finite.
        null = pl.col("check").ne("not_nullable") | pl.col("failure_case").is_null()
        cases = errors.failure_cases.filter(pl.col("index").is_not_null() & null)
        return {
            _named(contract, str(case["check"]), str(case["column"]), int(case["index"]))
            for case in cases.iter_rows(named=True)
        }
    return set()


def _named(contract: Contract, check: str, column: str, row: int) -> tuple[str, str, int]:
    if check == "not_nullable":
        at = Place(contract, contract.field(column), NOW)
        (missing,) = (each for each in registry.of_kind(MissingRule) if each.applies(at))
        return missing.name, column, row
    rule = registry.rule(check)
    if isinstance(rule, RecordRule):
        return check, rule.shown, row
    return check, "USER_ID" if isinstance(rule, MissingRule) else column, row


def by_report(prepared: Prepared, route: str | None = None) -> Found:
    """(rule, column, row) as the report's checks tell them."""
    rows = prepared.rows.collect()
    return {
        (each.rule.name, each.column, row)
        for each in row_checks(prepared, NOW)
        if each.rule.asked(route)
        for row in rows.filter(each.fails)[ROW].to_list()
    }


def clean(prepared: Prepared) -> pl.DataFrame:
    return prepared.rows.collect().select(prepared.contract.names)


@given(st.data(), st.sampled_from([None, "bulk", "put"]))
def test_the_report_and_pandera_name_the_same_rules_and_rows(data: st.DataObject, route: Any) -> None:
    contract = data.draw(contracts(put_only=True))
    frame = data.draw(rows_of(contract))
    prepared = prepare(frame, deployed=contract)  # a deployed schema may have any shape
    found = by_report(prepared, route)
    assert not {rule for rule, _, _ in found if rule.endswith(("unreadable", "unit"))}
    assert found == by_pandera(contract, clean(prepared), route=route)
    errors = {each for each in found if registry.rule(each[0]).level == "error"}
    assert errors == by_pandera(contract, clean(prepared), route=route, level="error")


@given(contracts(put_only=True))
def test_a_contract_comes_back_from_its_schema(contract: Contract) -> None:
    again = Contract.from_pandera(contract.to_pandera())
    assert again == contract
    assert again.checks == ()


def test_a_schema_that_one_has_added_to_comes_back_with_that_alone() -> None:
    schema = Contract.of("users").extend(Field("AGE", "int")).to_pandera()
    more = schema.update_column("AGE", checks=[*schema.columns["AGE"].checks, pa.Check.ge(18)])
    again = Contract.from_pandera(more)
    assert [(column, check.name) for column, check in again.checks] == [("AGE", "greater_than_or_equal_to")]
    assert again == Contract.from_pandera(schema)


def test_pandera_lets_a_good_frame_through_and_drops_what_is_no_field() -> None:
    contract = Contract.of("interactions")
    frame = pl.DataFrame({"USER_ID": ["a"], "ITEM_ID": ["b"], "TIMESTAMP": [1_700_000_000], "__row": [0]})
    assert contract.to_pandera(now=NOW).validate(frame).columns == list(contract.columns)


def test_pandera_knows_types_nulls_and_what_a_field_is() -> None:
    contract = Contract.of("items").extend(
        Field("GENRES", nullable=True, categorical=True), Field("SIZE", "double"), Field("STOCK", "int")
    )
    columns = contract.to_pandera().columns
    assert {name: str(column.dtype) for name, column in columns.items()} == {
        "ITEM_ID": "String", "GENRES": "String", "SIZE": "Float64", "STOCK": "Int32",
    }  # fmt: skip
    assert [name for name, column in columns.items() if column.nullable] == ["GENRES"]
    assert (columns["GENRES"].metadata or {})["categorical"]
    with pytest.raises(pa.errors.SchemaError, match="STOCK"):
        contract.to_pandera().validate(
            pl.DataFrame({"ITEM_ID": "a", "GENRES": "b", "SIZE": 1.0, "STOCK": ""})
        )


def test_every_check_of_a_schema_is_a_rule_of_rows() -> None:
    contract = Contract.of("items", "ECOMMERCE").extend(
        Field("PLAIN"), Field("PRODUCT_DESCRIPTION", textual=True), Field("FLAG", "boolean")
    )
    schema = contract.to_pandera(now=NOW)
    found = {str(check.name) for each in (schema, *schema.columns.values()) for check in each.checks}
    assert found <= {rule.name for rule in registry.of_kind(RowRule)}
    assert {"string_length", "text_length", "category_length", "number_not_finite", "id_length"} <= found
