"""Expressions over the source's columns: typed, tried early, and one clear sentence where they fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pdprep import prepare, stage, validate
from pdprep.errors import MappingError
from tests.preparation.frames import EVENT

FRAME = pl.DataFrame(
    {**{name: [value] * 3 for name, value in EVENT.items()}, "rating": ["5", "x", "2"], "n": [1, 2, 3]}
)
STARS = pl.when(pl.col("rating") > 3).then(pl.lit("watch")).otherwise(pl.lit("click"))
CSV = "USER_ID,ITEM_ID,TIMESTAMP,rating,ok\n007,1,1700000000,4,true\n8,2,1700000001,2.5,false\n"

AT_ONCE = {
    "text against a number": (STARS, "rating String"),
    "a function of another type": (pl.col("n").str.to_uppercase(), "n Int64"),
    "two columns": (pl.col("n", "rating"), "gives 2 columns"),
    "all columns": (pl.all(), "gives 5 columns"),
    "no such column": (pl.col("nope").cast(pl.String), "no column 'nope'"),
}
WITH_THE_ROWS = {
    "a cast": (pl.col("rating").cast(pl.Float64).cast(pl.String), "conversion from"),
    "fewer rows": (pl.col("rating").head(2), "non-equal length"),
    "a function of the user's": (
        pl.col("n").map_elements(lambda n: str(1 / (n - 2)), return_dtype=pl.String),
        "ZeroDivisionError",
    ),
}


@pytest.mark.parametrize(("expression", "said"), AT_ONCE.values(), ids=AT_ONCE)
def test_most_mistakes_are_seen_before_a_row_is_read(expression: pl.Expr, said: str) -> None:
    with pytest.raises(MappingError) as caught:
        prepare(FRAME, "interactions", columns={"EVENT_TYPE": expression})
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(("expression", "said"), WITH_THE_ROWS.values(), ids=WITH_THE_ROWS)
@pytest.mark.parametrize("partitions", [1, 4])
def test_what_only_rows_show_is_one_sentence_too(
    tmp_path: Path, expression: pl.Expr, said: str, partitions: int
) -> None:
    prepared = prepare(FRAME, "interactions", columns={"EVENT_TYPE": expression})
    with pytest.raises(MappingError, match="the expression for EVENT_TYPE fails on the rows") as caught:
        stage(prepared, tmp_path, partitions=partitions)
    assert said in caught.value.found
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is not None
    assert list(tmp_path.iterdir()) == []


def test_columns_of_a_csv_are_typed_for_expressions_and_kept_as_text_for_fields(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(CSV)
    columns: dict[str, Any] = {
        "EVENT_TYPE": STARS,
        "EVENT_VALUE": "rating",
        "IMPRESSION": pl.col("USER_ID").cast(pl.String),
    }
    metadata: dict[str, Any] = {"OK": pl.when("ok").then(pl.lit("y")).otherwise(pl.lit("n"))}
    frame = prepare(path, "interactions", columns=columns, metadata=metadata).frame.collect()
    assert frame.rows() == [
        ("007", "1", 1_700_000_000, "y", "watch", 4.0, "7"),
        ("8", "2", 1_700_000_001, "n", "click", 2.5, "8"),
    ]


def test_a_csv_column_that_changes_its_type_late_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    text = CSV + "8,2,1700000001,2,true\n" * 10_000 + "8,2,1700000001,good,true\n"
    path.write_text(text.replace(",", ";"))
    with pytest.raises(MappingError) as caught:
        validate(prepare(path, "interactions", columns={"EVENT_TYPE": STARS}))
    assert "column 'rating' for 1 out of" in caught.value.found
    assert '["good"]' in caught.value.found
    assert "typed by the first 10,000 rows of the first file" in caught.value.expected
    assert f'pdprep.read("{path}")' in caught.value.hint


def test_a_literal_and_an_aggregate_hold_for_every_row() -> None:
    columns: dict[str, Any] = {"EVENT_TYPE": pl.lit("watch"), "EVENT_VALUE": pl.col("n").mean()}
    rows = prepare(FRAME, "interactions", columns=columns).rows.collect()
    assert rows.select("EVENT_TYPE", "EVENT_VALUE").rows() == [("watch", 2.0)] * 3
