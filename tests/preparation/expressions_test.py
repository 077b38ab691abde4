"""Expressions over the source's columns: typed, tried early, and one clear sentence where they fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pdprep
from pdprep import prepare, read, stage, validate
from pdprep.errors import MappingError
from pdprep.preparation.expressions import INFER_ROWS
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
    assert "..." not in caught.value.hint


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
        ("007", "1", 1_700_000_000, "y", "watch", 4.0, "007"),
        ("8", "2", 1_700_000_001, "n", "click", 2.5, "8"),
    ]


LATE = {
    "rating": ("good", "Float64"),
    "age": ("044", "Int64"),
    "phone": ("+49", "Int64"),
    "weight": ("1.5 kg", "Float64"),
    "big": ("9007199254740993", "Float64"),
    "ok": ("7", "Boolean"),
    "sold": ("0.5", "Boolean"),
    "paid": ("maybe", "Boolean"),
}
FIRST = ("2.5", "44", "49", "1.50", "1.5", "FALSE", "true", "True")


@pytest.mark.parametrize("name", LATE)
@pytest.mark.parametrize("partitions", [1, 4])
def test_field_3_a_late_value_that_its_type_does_not_keep_is_named(
    tmp_path: Path, name: str, partitions: int
) -> None:
    late, kept_as = LATE[name]
    values = dict(zip(LATE, FIRST, strict=True))
    lines = [f"8,2,1700000001,{','.join(values.values())}\n"] * (INFER_ROWS + 3)
    lines.append(f"8,2,1700000001,{','.join({**values, name: late}.values())}\n")
    path = tmp_path / "ratings.csv"
    path.write_text(f"USER_ID,ITEM_ID,TIMESTAMP,{','.join(values)}\n{''.join(lines)}".replace(",", ";"))
    prepared = prepare(path, "interactions", columns={"EVENT_TYPE": pl.format("{}!", name)})
    with pytest.raises(MappingError) as caught:
        stage(prepared, tmp_path / "staged", partitions=partitions)
    assert caught.value.found == (
        f"column '{name}' holds '{late}' in row {INFER_ROWS + 3}, which is not kept as {kept_as}"
    )
    assert "first 10,000 rows" in caught.value.expected
    assert caught.value.hint.startswith(f'pdprep.read("{path}")')
    read = prepare(pdprep.read(path), "interactions", columns={"EVENT_TYPE": pl.format("{}!", name)})
    assert validate(read).failures.is_empty()


def test_field_a_numbers_that_would_lose_a_zero_are_text_in_an_expression(tmp_path: Path) -> None:
    path = tmp_path / "shops.csv"
    path.write_text("USER_ID,ITEM_ID,TIMESTAMP,zip,plus,n\n1,2,1700000000,01067,+49,1.50\n")
    columns: dict[str, Any] = {"EVENT_TYPE": pl.format("{} {} {}", "zip", "plus", "n")}
    prepared = prepare(path, "interactions", columns=columns)
    assert prepared.frame.collect()["EVENT_TYPE"].to_list() == ["01067 +49 1.5"]
    said = "typed for expressions by the first rows, each value checked: n Float64, plus String, zip String"
    assert said in str(prepared.explain())


OVER_IDS = {
    "coalesce": (pl.coalesce("a", "b"), ["0663713001", "0012", "12", "7"]),
    "format": (pl.format("{}-{}", "a", pl.col("b").fill_null("x")), ["0663713001-x", None, "12-9", None]),
    "cast": (pl.col("b").cast(pl.String).fill_null("0"), ["0", "0012", "9", "7"]),
    "whole": (pl.col("b").cast(pl.Int64).fill_null(0), ["0", "12", "9", "7"]),
}


@pytest.mark.parametrize(("expression", "wanted"), OVER_IDS.values(), ids=OVER_IDS)
@pytest.mark.parametrize("name", ["USER_ID", "SESSION_ID", "IMPRESSION"])
def test_field_a_an_expression_that_gives_ids_sees_text(
    tmp_path: Path, expression: pl.Expr, wanted: list[str | None], name: str
) -> None:
    path = tmp_path / "events.csv"
    path.write_text("USER_ID,ITEM_ID,TIMESTAMP,a,b\nu,i,1,0663713001,\nu,i,2,,0012\nu,i,3,12,9\nu,i,4,,7\n")
    late = {"EVENT_VALUE": pl.col("b").cast(pl.Float64)}  # the same column as a number, elsewhere
    prepared = prepare(path, "interactions", columns={name: expression, **late})
    assert prepared.rows.collect().sort("__row")[name].to_list() == wanted


def test_field_a_another_file_has_the_types_of_the_first(tmp_path: Path) -> None:
    head = "USER_ID,ITEM_ID,TIMESTAMP,n,m\n"
    (tmp_path / "history.csv").write_text(head + "1,2,1700000000,1.5,a\n")
    (tmp_path / "today.csv").write_text(head + "1,2,1700000001,2,7\n")
    (tmp_path / "other.csv").write_text(head + "1,2,1700000001,many,7\n")
    columns: dict[str, Any] = {"EVENT_TYPE": pl.format("{} {}", "n", "m")}
    history = prepare(tmp_path / "history.csv", "interactions", columns=columns)
    assert prepare(tmp_path / "today.csv", like=history).frame.collect()["EVENT_TYPE"].to_list() == ["2.0 7"]
    with pytest.raises(MappingError, match="holds 'many' in row 0"):
        validate(prepare(tmp_path / "other.csv", like=history))


def test_a_literal_and_an_aggregate_hold_for_every_row() -> None:
    columns: dict[str, Any] = {"EVENT_TYPE": pl.lit("watch"), "EVENT_VALUE": pl.col("n").mean()}
    rows = prepare(FRAME, "interactions", columns=columns).rows.collect()
    assert rows.select("EVENT_TYPE", "EVENT_VALUE").rows() == [("watch", 2.0)] * 3


def test_attack_10_a_name_that_looks_like_a_pattern_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("^id$,*,id,at,x\n007,a,8,1700000000,1\n", encoding="utf-8")
    mapping = {"USER_ID": "^id$", "ITEM_ID": "*", "TIMESTAMP": "at"}
    for source in (path, pl.read_csv(path, infer_schema=False), read(path)):
        ready = prepare(source, "interactions", columns=mapping)
        assert ready.frame.collect().rows() == [("007", "a", 1_700_000_000)]
        assert ready.left_out == ("id", "x")
        assert "from ^id$" in str(ready.explain())
    used = prepare(path, "interactions", columns=mapping | {"EVENT_VALUE": pl.col("x") * 2})
    assert used.frame.collect().row(0)[-1] == 2.0
