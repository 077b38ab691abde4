"""Rows an id, merged batch by batch, are the rows an id of everything at once."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pdprep import prepare, validate
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
