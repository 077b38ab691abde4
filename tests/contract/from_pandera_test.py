"""A user's own Pandera model: its columns become fields, its checks rules that name rows."""

from __future__ import annotations

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
