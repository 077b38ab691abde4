"""Ids become text without losing a digit, or are named."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pdprep import Field, prepare
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
        ([-0.0], pl.Float64, ["0"]),
        (["-0.0"], pl.String, ["0"]),
        ([float(BIG - 1)], pl.Float64, [str(BIG - 1)]),
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
        ("-0.0", "0"),
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
        (float(BIG), pl.Float64),
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


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([16_777_216, 16_777_217], pl.Float32),
        ([2048, 2049], pl.Float16),
        ([BIG, BIG + 1], pl.Float64),
        ([Decimal("2.0000000000000000001"), Decimal("2.0000000000000000002")], pl.Decimal(30, 19)),
    ],
)
def test_attack_2_two_numbers_are_never_one_id(values: list[Any], dtype: Any) -> None:
    found = rules(prepare(one("ITEM_ID", values, dtype), "interactions"))
    assert [each[:3] for each in found] == [(0, "ITEM_ID", "id_unreadable"), (1, "ITEM_ID", "id_unreadable")]


@pytest.mark.parametrize(
    ("values", "dtype", "wanted"),
    [
        ([2**24 - 1], pl.Float32, [str(2**24 - 1)]),
        ([Decimal(BIG + 1), Decimal(BIG + 2)], pl.Decimal(20, 2), [str(BIG + 1), str(BIG + 2)]),
        ([Decimal(10**37 + 1), None], pl.Decimal(38, 0), [str(10**37 + 1), None]),
    ],
)
def test_attack_2_exact_numbers_are_kept_exactly(values: list[Any], dtype: Any, wanted: list[Any]) -> None:
    assert converted("ITEM_ID", values, dtype) == wanted


@pytest.mark.parametrize("field", [Field("GROUP", categorical=True), Field("GROUP")])
def test_attack_11_nan_is_blank_where_numbers_become_text(field: Field) -> None:
    values = [1.5, float("nan"), None]
    frame = one("GROUP", values, pl.Float64)
    own = {"GROUP": replace(field, nullable=True)}
    kept = [
        column(prepare(each, "interactions", metadata=own), "GROUP") for each in (frame, frame.to_pandas())
    ]
    assert kept == [["1.5", None, None]] * 2


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
    hints = {
        pl.List: 'frame.lazy().pipe(transforms.explode_events, "USER_ID")',
        pl.Struct: 'columns={"USER_ID": "USER_ID.a"}',
    }
    cast = 'columns={"USER_ID": pl.col("USER_ID").cast(pl.String)}'
    assert caught.value.hint == hints.get(pl.Series(dtype=dtype).dtype.base_type(), cast)
