"""Rows an id, merged batch by batch, are the rows an id of everything at once."""

from __future__ import annotations

import uuid
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import Prepared, prepare, validate
from pdprep.validation.touched import Touched, busiest, curve

IDS = st.lists(st.sampled_from("abcdefgh"), max_size=20)


@given(st.lists(IDS, min_size=1, max_size=8))
def test_batches_add_up(batches: list[list[str]]) -> None:
    series = [pl.Series("id", batch, dtype=pl.String) for batch in batches]
    merged = sum(map(Touched.of, series), Touched())
    assert merged.frame.sort("id").equals(Touched.of(pl.concat(series)).frame.sort("id"))


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=200))
def test_a_curve_rises_from_nothing_to_everything(counts: list[int]) -> None:
    found = curve(pl.Series(counts).sort(descending=True))
    assert (found.row(0), found.row(-1)) == ((0.0, 0.0), (1.0, 1.0))
    assert found["rows"].is_sorted()
    assert (found["rows"] >= found["ids"] - 0.01).all()


def test_nothing_is_no_error() -> None:
    assert curve(Touched().rows).height == 1
    assert busiest(Touched().rows) == 0


def test_a_long_tail_is_an_insight_and_no_concern() -> None:
    rows = [("u0", f"i{n}") for n in range(10)] + [("u1", "i0")] * 10
    frame = pl.DataFrame(rows, schema=["USER_ID", "ITEM_ID"], orient="row").with_row_index(
        "TIMESTAMP", 1_700_000_000
    )
    report = validate(prepare(frame, "interactions"))
    said = dict(report.insights.select("insight", "says").iter_rows())
    assert said["items_busiest"] == "a tenth of the items has 55 % of the interactions"
    assert said["items_single"] == "90 % of the items have a single interaction"
    assert not report.insights.filter(pl.col("insight").str.ends_with("_single"))["concern"].any()


UUIDS = [str(uuid.UUID(int=n * 0x1234567890ABCDEF1234567)) for n in range(1, 31)]
UPPER = [each.upper() for each in UUIDS]
NUMBERS, PADDED = list(range(30)), [f"{n:05}" for n in range(30)]


def items_of(ids: list[Any]) -> Prepared:
    return prepare(pl.DataFrame({"ITEM_ID": ids, "SIZE": "S"}), "items", metadata={"SIZE": "SIZE"})


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (NUMBERS, PADDED),
        (PADDED, NUMBERS),
        ([f"{n}.0" for n in NUMBERS] + ["1.5"], PADDED),
        (UPPER, UUIDS),
        (UUIDS, UPPER),
        ([each.replace("-", "") for each in UUIDS], UUIDS),
        ([f"{{{each}}}" for each in UPPER], UUIDS),
    ],
)
def test_ids_of_another_form_are_told_with_the_expression_that_makes_them_match(
    mine: list[Any], theirs: list[Any]
) -> None:
    frame = pl.DataFrame({"sku": mine}, strict=False).with_columns(
        USER_ID=pl.lit("u"), TIMESTAMP=1_700_000_000
    )
    before = prepare(frame, "interactions", columns={"ITEM_ID": "sku"})
    [says] = validate(before, items_of(theirs)).insights.filter(insight="ids_of_another_form")["says"]
    assert says.startswith("0 % of these ids are in the catalogue as they are written, ")
    columns = eval(f"dict({says.partition(' would be by ')[2]})")["columns"]
    after = prepare(frame, "interactions", columns=columns)
    assert after.rows.collect()["ITEM_ID"].to_list()[:30] == list(map(str, theirs))


@pytest.mark.parametrize("theirs", [NUMBERS, [f"y{n}" for n in NUMBERS], [*range(2, 30), "000", "001"]])
def test_ids_that_match_or_that_nothing_makes_match_are_not_told(theirs: list[Any]) -> None:
    frame = pl.DataFrame({"USER_ID": "u", "ITEM_ID": NUMBERS, "TIMESTAMP": 1_700_000_000})
    report = validate(prepare(frame, "interactions"), items_of(list(map(str, theirs))))
    assert report.insights.filter(insight="ids_of_another_form").is_empty()


@given(st.lists(st.lists(st.integers(0, 5_000).map(str), max_size=900), min_size=1, max_size=4))
def test_some_ids_are_the_same_however_they_came(batches: list[list[str]]) -> None:
    series = [pl.Series("id", batch, dtype=pl.String) for batch in batches]
    merged = sum(map(Touched.of, series), Touched())
    assert merged.some.sort().equals(Touched.of(pl.concat(series)).some.sort())
