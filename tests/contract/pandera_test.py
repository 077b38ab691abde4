"""Pandera is the one definition: the compiled plan finds the same rows by the same rules."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import Contract, Field
from pdprep.contract import frames, meanings, rules
from pdprep.preparation.prepare import Prepared, prepare
from pdprep.preparation.sources import ROW
from pdprep.validation.compile import violations
from tests.contract.strategies import NOW, contracts
from tests.contract.strategies import frames as rows_of

Found = set[tuple[str, str, int]]


def by_pandera(contract: Contract, frame: pl.DataFrame) -> Found:
    """(rule, column, row) as Pandera's failure cases tell them; it is given a frame, never a plan."""
    try:
        frames.schema(contract, NOW).validate(frame, lazy=True)
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
    if check in frames.ROW_HOLDS:
        return check, frames.ROW_COLUMNS[check], row
    if check == "not_nullable":
        return meanings.missing_rule(contract, contract.field(column)), column, row
    return check, column, row


def by_plan(prepared: Prepared) -> Found:
    """(rule, column, row) as the compiled plan tells them."""
    rows = prepared.rows.collect()
    return {
        (each.rule.name, each.column, row)
        for each in violations(prepared, NOW)
        for row in rows.filter(each.broken)[ROW].to_list()
    }


def clean(prepared: Prepared) -> pl.DataFrame:
    return prepared.rows.collect().select(prepared.contract.names)


@given(st.data())
def test_the_plan_and_pandera_name_the_same_rules_and_rows(data: st.DataObject) -> None:
    contract = data.draw(contracts(put_only=True))
    frame = data.draw(rows_of(contract))
    prepared = prepare(frame, deployed=contract)  # a deployed schema may have any shape
    unreadable = {row for rule, _, row in by_plan(prepared) if rule.endswith(("unreadable", "unit"))}
    assert unreadable == set()
    assert by_plan(prepared) == by_pandera(contract, clean(prepared))


def test_pandera_lets_a_good_frame_through_and_drops_what_is_no_field() -> None:
    contract = Contract.of("interactions")
    frame = pl.DataFrame({"USER_ID": ["a"], "ITEM_ID": ["b"], "TIMESTAMP": [1_700_000_000], "__row": [0]})
    assert frames.schema(contract, NOW).validate(frame).columns == list(contract.columns)


@pytest.mark.parametrize("name", [*frames.HOLDS, *frames.ROW_HOLDS])
def test_every_check_is_a_rule(name: str) -> None:
    assert rules.rule(name).scope == "row"


def test_every_check_of_a_schema_can_be_compiled() -> None:
    contract = Contract.of("items", "ECOMMERCE").extend(
        Field("PLAIN"), Field("PRODUCT_DESCRIPTION", textual=True), Field("FLAG", "boolean")
    )
    found = {
        check.name for column in frames.schema(contract, NOW).columns.values() for check in column.checks
    }
    assert found <= set(frames.HOLDS)
    assert {"string_length", "text_length", "category_length", "number_not_finite", "id_length"} <= found
