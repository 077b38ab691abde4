"""Ids become text without losing a digit, or are named."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pdprep import prepare
from pdprep.errors import MappingError
from tests.preparation.frames import column, converted, one, rules

BIG = 2**53


@pytest.mark.parametrize(
    ("values", "dtype", "wanted"),
    [
        ([1, 20], pl.Int64, ["1", "20"]),
        ([2**63 + 5], pl.UInt64, ["9223372036854775813"]),
        ([1.0, 20.0], pl.Float64, ["1", "20"]),
        ([1.0, None], pl.Float32, ["1", None]),
        ([float(BIG)], pl.Float64, [str(BIG)]),
        ([Decimal("3")], pl.Decimal(10, 2), ["3"]),
        (["007", " 7 ", "\t7\n", "x y"], pl.String, ["007", "7", "7", "x y"]),
        (["", "  ", None], pl.String, [None, None, None]),
        (["a", "b"], pl.Categorical, ["a", "b"]),
        (["a", "b"], pl.Enum(["a", "b"]), ["a", "b"]),
        (["café", "東京"], pl.String, ["café", "東京"]),
        ([None], pl.Null, [None]),
    ],
)
def test_a_column_of_a_frame_becomes_text(values: list[Any], dtype: Any, wanted: list[Any]) -> None:
    assert converted("USER_ID", values, dtype) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("1.", "1"),
        ("12.000", "12"),
        ("-3.0", "-3"),
        ("007", "007"),
        ("00.7.1", "00.7.1"),
        (" 8 ", "8"),
        ("12345678901234567890.0", "12345678901234567890"),
        ("v1.0", "v1.0"),
        ("1e5", "1e5"),
        ("", None),
    ],
)
def test_an_id_of_a_csv_keeps_its_digits_and_loses_a_point_zero(
    tmp_path: Path, text: str, wanted: str | None
) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"USER_ID,ITEM_ID,TIMESTAMP\n{text},i,1700000000\n", encoding="utf-8")
    assert column(prepare(path, "interactions"), "USER_ID") == [wanted]


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1.5, pl.Float64),
        (float(BIG + 2), pl.Float64),
        (-float(BIG + 2), pl.Float64),
        (float("nan"), pl.Float64),
        (float("inf"), pl.Float64),
        (Decimal("1.5"), pl.Decimal(10, 2)),
    ],
)
def test_a_fraction_or_a_float_that_lost_digits_is_named(value: object, dtype: Any) -> None:
    found = rules(
        prepare(one("ITEM_ID", ["7", value] if dtype is None else [7, value], dtype), "interactions")
    )
    assert [each[:3] for each in found] == [(1, "ITEM_ID", "id_unreadable")]


@pytest.mark.parametrize("text", ["1.5", "-0.25", "3.10"])
def test_a_fraction_in_a_csv_is_named_with_its_value(tmp_path: Path, text: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"USER_ID,ITEM_ID,TIMESTAMP\n{text},i,1700000000\n", encoding="utf-8")
    assert rules(prepare(path, "interactions")) == [(0, "USER_ID", "id_unreadable", text)]


@pytest.mark.parametrize(
    ("value", "rule"),
    [("a|b", "id_bar"), ("a\nb", "id_line_break"), ("x" * 257, "id_length"), (None, "id_missing")],
)
def test_an_id_that_breaks_a_rule_is_named(value: str | None, rule: str) -> None:
    found = rules(prepare(one("ITEM_ID", ["i", value]), "interactions"))
    assert (1, "ITEM_ID", rule, value) in found


@pytest.mark.parametrize(
    "dtype", [pl.Boolean, pl.Date, pl.List(pl.String), pl.Struct({"a": pl.Int8}), pl.Binary]
)
def test_a_type_that_is_no_id_is_refused_before_a_row_is_read(dtype: Any) -> None:
    with pytest.raises(
        MappingError, match=r"USER_ID is .*; USER_ID is an id: text or a whole number"
    ) as caught:
        prepare(one("USER_ID", [None], dtype), "interactions")
    assert caught.value.hint == 'columns={"USER_ID": pl.col("USER_ID").cast(pl.String)}'
