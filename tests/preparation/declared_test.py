"""What a Pandera model or an Avro schema declares holds, whether a column comes by columns= or metadata=."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest

from pdprep import Contract, Field, Prepared, prepare, validate
from pdprep.errors import ContractError, MappingError
from tests.preparation.frames import column

SCHEMA = Contract.of("users").extend(Field("AGE", "int"), Field("PLAN", categorical=True)).to_avro()
MAPPED = {"AGE": "age", "PLAN": "plan"}


class Members(pa.DataFrameModel):
    """A model with checks on numbers and on categories."""

    USER_ID: str
    AGE: int = pa.Field(ge=0, in_range={"min_value": 0, "max_value": 120})
    PLAN: str = pa.Field(isin=["free", "gold"])


class Shows(pa.DataFrameModel):
    """A model with dates, times and lists."""

    ITEM_ID: str
    SEEN: pl.Date = pa.Field(ge=date(2020, 1, 1), nullable=True)
    MADE: pl.Datetime = pa.Field(lt=datetime(2030, 1, 1), nullable=True)
    TAGS: pl.List(pl.String) = pa.Field(nullable=True)  # type: ignore[valid-type]  # Pandera's way


def members(**columns: list[Any]) -> pl.DataFrame:
    return pl.DataFrame({"USER_ID": ["1", "2"], "age": ["3", "4"], "plan": ["free", "gold"]} | columns)


def mapped(by: str, frame: pl.DataFrame, contract: Contract) -> Prepared:
    """The frame with the columns of one's own mapped by either argument."""
    if by == "columns":
        return prepare(frame, contract, columns=MAPPED)
    return prepare(frame, contract, metadata=MAPPED)


@pytest.mark.parametrize("by", ["columns", "metadata"])
@pytest.mark.parametrize("contract", [Contract.from_pandera(Members, "users"), Contract.from_avro(SCHEMA)])
def test_field_2_the_declared_type_holds_however_it_is_mapped(contract: Contract, by: str) -> None:
    prepared = mapped(by, members(age=["3", "abc"]), contract)
    assert prepared.contract == contract
    found = validate(prepared)
    assert found.failures.select("row", "column", "rule", "value").rows() == [
        (1, "AGE", "number_unreadable", "abc")
    ]
    assert not found.ok


@pytest.mark.parametrize("by", ["columns", "metadata"])
def test_field_2_what_is_declared_without_nulls_has_none(by: str) -> None:
    prepared = mapped(by, members(age=["3", None]), Contract.from_avro(SCHEMA))
    assert prepared.contract.field("AGE").kind == "int"
    assert validate(prepared).failures.select("row", "rule").rows() == [(1, "value_missing")]


@pytest.mark.parametrize("by", ["columns", "metadata"])
def test_field_2_the_checks_of_a_model_name_the_row(by: str) -> None:
    frame = members(age=["-1", "121"], plan=["iron", "gold"])
    found = validate(mapped(by, frame, Contract.from_pandera(Members, "users")))
    assert found.failures.select("row", "column", "rule").rows() == [
        (0, "AGE", "greater_than_or_equal_to"),
        (0, "AGE", "in_range"),
        (0, "PLAN", "isin"),
        (1, "AGE", "in_range"),
    ]


@pytest.mark.parametrize("field", [Field("AGE", "long"), Field("AGE", "int", nullable=True)])
def test_field_2_a_field_that_contradicts_the_contract_is_refused(field: Field) -> None:
    with pytest.raises(MappingError, match=r"the contract has AGE as int\.") as caught:
        prepare(members(), Contract.from_avro(SCHEMA), metadata={"AGE": ("age", field), "PLAN": "plan"})
    assert caught.value.hint == 'metadata={"AGE": "age"}'


def test_field_2_a_check_that_compares_with_another_type_is_refused_before_a_row_is_read() -> None:
    class Numbered(pa.DataFrameModel):
        USER_ID: int = pa.Field(ge=1)

    with pytest.raises(ContractError, match="USER_ID is string in Amazon Personalize"):
        Contract.from_pandera(Numbered, "users")


def test_field_wish_dates_and_lists_of_a_model_become_seconds_and_categories() -> None:
    contract = Contract.from_pandera(Shows, "items")
    assert [field.kind for field in contract.fields] == [
        "string",
        "long or null",
        "long or null",
        "categorical string or null",
    ]
    noon = datetime(2026, 1, 5, 12)
    typed = {"ITEM_ID": ["1", "2"], "SEEN": [noon.date(), date(2019, 1, 1)], "MADE": [noon, None]}
    texts = {"ITEM_ID": ["1", "2"], "SEEN": ["2026-01-05", "2019-01-01"], "MADE": ["2026-01-05 12:00", None]}
    seconds = int(noon.replace(tzinfo=UTC).timestamp())
    for frame in (pl.DataFrame(typed), pl.DataFrame(texts)):
        ready = prepare(frame.with_columns(TAGS=pl.Series([["a", "b"], None])), contract)
        assert column(ready, "SEEN") == [seconds - 43_200, 1_546_300_800]
        assert column(ready, "MADE") == [seconds, None]
        assert column(ready, "TAGS") == ["a|b", None]
        assert validate(ready).failures.select("row", "column", "rule").rows() == [
            (1, "SEEN", "greater_than_or_equal_to")
        ]


def test_field_2_a_check_that_cannot_take_the_column_is_an_error_in_words() -> None:
    class Films(pa.DataFrameModel):
        ITEM_ID: str
        TAGS: pl.List(pl.String)  # type: ignore[valid-type]  # Pandera's way

        @pa.check("TAGS")
        def two(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: N805 - Pandera's way
            return data.lazyframe.select(pl.col(data.key or "").list.len() == 2)

    prepared = prepare(
        pl.DataFrame({"ITEM_ID": ["1"], "TAGS": [["a", "b"]]}), Contract.from_pandera(Films, "items")
    )
    with pytest.raises(ContractError, match="the check two fails") as caught:
        validate(prepared)
    assert "TAGS String" in caught.value.statement


def test_field_3_a_moment_that_a_deployed_type_does_not_hold_is_named() -> None:
    deployed = Contract(
        "items", "CUSTOM", (Field("ITEM_ID", "string"), Field("CREATION_TIMESTAMP", "int", nullable=True))
    )
    frame = pl.DataFrame({"ITEM_ID": ["i"], "CREATION_TIMESTAMP": [datetime(2050, 1, 1)]})
    report = validate(prepare(frame, "items", deployed=deployed))
    assert report.counts.filter(level="error")["rule"].to_list() == ["timestamp_unreadable"]
