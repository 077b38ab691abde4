"""A user's own Pandera model: its columns become fields, its checks rules that name rows."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pandera.pandas as pp
import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import Contract, Field, prepare, validate
from pdprep.contract.dtypes import DTYPES
from pdprep.errors import ContractError
from pdprep.preparation.sources import ROW
from pdprep.validation.row_checks import row_checks
from tests.contract.strategies import NOW


class Customers(pa.DataFrameModel):
    """Checks of every kind: named by Pandera, written as functions, element by element, of whole rows."""

    USER_ID: str
    AGE: int = pa.Field(ge=0, lt=120, ne=13, nullable=True)
    PLAN: str = pa.Field(isin=["free", "gold"], nullable=True)
    SCORE: float = pa.Field(in_range={"min_value": 0, "max_value": 1, "include_max": False}, nullable=True)
    NOTE: str = pa.Field(str_startswith="n", nullable=True)

    @pa.check("AGE")
    def even(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: N805 - Pandera's way
        return data.lazyframe.select(pl.col(data.key or "") % 2 == 0)

    @pa.check("NOTE", element_wise=True)
    def lower(cls, note: str) -> bool:  # noqa: N805 - Pandera's way
        return note.islower()

    @pa.dataframe_check
    def young_or_gold(cls, data: pa.PolarsData) -> pl.LazyFrame:  # type: ignore[misc]  # noqa: N805 - Pandera's
        return data.lazyframe.select((pl.col("AGE") < 60) | (pl.col("PLAN") == "gold"))


CONTRACT = Contract.from_pandera(Customers, "users")
PEOPLE = st.lists(
    st.tuples(
        st.sampled_from([None, -1, 0, 13, 14, 60, 61, 119, 120]),
        st.sampled_from([None, "free", "gold", "iron"]),
        st.sampled_from([None, -0.1, 0.0, 0.5, 1.0]),
        st.sampled_from([None, "n", "nO", "x"]),
    ),
    min_size=1,
    max_size=8,
)


def people(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    dtypes = {field.name: DTYPES[field.type] for field in CONTRACT.fields}
    return pl.DataFrame([(f"u{n}", *row) for n, row in enumerate(rows)], schema=dtypes, orient="row")


def by_pandera(frame: pl.DataFrame) -> set[tuple[str, int]]:
    try:
        CONTRACT.to_pandera(now=NOW).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.select("check", "index").iter_rows()
        return {(str(check).partition("(")[0], int(row)) for check, row in cases}
    return set()


@given(PEOPLE)
def test_the_plan_and_pandera_name_the_same_rows(rows: list[tuple[object, ...]]) -> None:
    prepared = prepare(people(rows), CONTRACT)
    found = prepared.rows.collect()
    by_plan = {
        (each.rule.name, row)
        for each in row_checks(prepared, NOW)
        for row in found.filter(each.fails)[ROW].to_list()
    }
    assert by_plan == by_pandera(people(rows))


def test_columns_become_fields() -> None:
    kinds = {field.name: field.kind for field in CONTRACT.fields}
    assert kinds == {
        "USER_ID": "string",
        "AGE": "long or null",
        "PLAN": "categorical string or null",
        "SCORE": "float or null",
        "NOTE": "string or null",
    }


def test_a_broken_check_stops_and_is_named_with_row_column_and_value() -> None:
    report = validate(prepare(people([(13, "free", 0.5, "n"), (14, "free", 0.5, "n")]), CONTRACT))
    assert report.failures.select("row", "column", "rule", "value").rows() == [
        (0, "AGE", "even", "13"),
        (0, "AGE", "not_equal_to", "13"),
    ]
    assert not report.ok


def test_checks_stay_when_a_field_is_added_and_do_not_make_a_contract_another() -> None:
    more = CONTRACT.extend(Field("CITY", categorical=True))
    assert more.checks == CONTRACT.checks
    assert Contract("users", "CUSTOM", CONTRACT.fields) == CONTRACT


def test_what_is_no_model_or_no_type_of_the_service() -> None:
    class Odd(pa.DataFrameModel):
        USER_ID: str
        SEEN: pl.Duration

    with pytest.raises(ContractError, match="SEEN is Duration"):
        Contract.from_pandera(Odd, "users")
    with pytest.raises(ContractError, match="a dict; a DataFrameModel or a DataFrameSchema"):
        Contract.from_pandera({"USER_ID": str}, "users")


def test_a_schema_is_taken_as_its_model_is() -> None:
    schema = Customers.to_schema()
    assert Contract.from_pandera(schema, "users") == CONTRACT
    made = pa.DataFrameSchema(
        {
            "USER_ID": pa.Column(str),
            "SINCE": pa.Column(pl.Date, pa.Check.ge(date(2020, 1, 1)), nullable=True),
            "TAGS": pa.Column(pl.List(pl.String), nullable=True),
            "NICK": pa.Column(str, metadata={"textual": False}, required=False),
        }
    )
    contract = Contract.from_pandera(made, "users")
    assert {field.name: field.kind for field in contract.fields} == {
        "USER_ID": "string",
        "SINCE": "long or null",
        "TAGS": "categorical string or null",
        "NICK": "string or null",
    }
    frame = pl.DataFrame(
        {"USER_ID": ["a", "b"], "SINCE": [date(2019, 12, 31), date(2020, 1, 1)], "TAGS": [["x", "y"], None]}
    ).with_columns(NICK=pl.lit("n"))
    prepared = prepare(frame, contract)
    assert prepared.frame.collect()["TAGS"].to_list() == ["x|y", None]
    assert validate(prepared).failures.select("row", "column", "rule").rows() == [
        (0, "SINCE", "greater_than_or_equal_to")
    ]


def test_models_and_schemas_of_pandas_are_taken_and_their_checks_run_on_pandas() -> None:
    class Shoppers(pp.DataFrameModel):
        USER_ID: str
        AGE: int = pp.Field(ge=0, nullable=True)
        PLAN: pp.Category = pp.Field(isin=["free", "gold"])
        SEEN: pd.Timestamp
        NOTE: str = pp.Field(str_startswith="n")

        @pp.check("AGE")
        def even(cls, ages: pd.Series) -> pd.Series:  # noqa: N805 - Pandera's way
            assert isinstance(ages, pd.Series)
            return ages % 2 == 0

        @pp.check("NOTE", element_wise=True)
        def lower(cls, note: str) -> bool:  # noqa: N805 - Pandera's way
            return note.islower()

        @pp.dataframe_check
        def adult_or_free(cls, rows: pd.DataFrame) -> pd.Series:  # type: ignore[misc]  # noqa: N805 - Pandera's
            return (rows["AGE"] >= 18) | (rows["PLAN"] == "free")

    contract = Contract.from_pandera(Shoppers, "users")
    assert {field.name: field.kind for field in contract.fields} == {
        "USER_ID": "string",
        "AGE": "long or null",
        "PLAN": "categorical string",
        "SEEN": "long",
        "NOTE": "string",
    }
    assert Contract.from_pandera(Shoppers.to_schema(), "users") == contract
    frame = pd.DataFrame(
        {
            "USER_ID": list("abcde"),
            "AGE": [20, -2, 21, 4, 6],
            "PLAN": ["gold", "free", "iron", "gold", "free"],
            "SEEN": pd.to_datetime(["2024-01-01"] * 5),
            "NOTE": ["n", "n", "n", "n", "nO"],
        }
    )
    prepared = prepare(frame, contract)
    found = validate(prepared).failures.select("row", "column", "rule").rows()
    assert found == [
        (1, "AGE", "greater_than_or_equal_to"),
        (2, "AGE", "even"),
        (2, "PLAN", "isin"),
        (3, "", "adult_or_free"),
        (4, "NOTE", "lower"),
    ]
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        contract.to_pandera().validate(prepared.frame.collect(), lazy=True)
    cases = caught.value.failure_cases.select("check", "index").unique().iter_rows()
    assert {(str(check).partition("(")[0], row) for check, row in cases} == {
        (rule, row) for row, _, rule in found
    }
