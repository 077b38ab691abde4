"""The form of ids: a ``.0`` that a float has written is taken off, any other point is kept to the letter."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pdprep.preparation.ids import normalise


@pytest.mark.parametrize(
    ("values", "dtype", "form", "wanted"),
    [
        ([" 16 ", "007", "", None, "a.b"], pl.String, None, ["16", "007", None, None, "a.b"]),
        (["1.0", "12.", "12.50", "007.0"], pl.String, "undone", ["1", "12", "12.50", "007.0"]),
        (["1.0", " 1.10"], pl.String, "text", ["1.0", "1.10"]),
        ([16, 2**62], pl.Int64, "text", ["16", str(2**62)]),
        ([1.0, 1.5, float("nan")], pl.Float64, None, ["1", None, None]),
        ([16_777_215.0, 16_777_216.0], pl.Float32, None, ["16777215", None]),
        ([2.0**53 - 1, 2.0**53], pl.Float64, None, [str(2**53 - 1), None]),
        ([Decimal("2.0000000000000000001"), Decimal(3)], pl.Decimal(30, 19), None, [None, "3"]),
        ([Decimal(10**37 + 1)], pl.Decimal(38, 0), None, [str(10**37 + 1)]),
        (["b ", "b"], pl.Categorical, None, ["b", "b"]),
    ],
)
def test_field_d_one_function_says_what_becomes_of_ids(
    values: list[Any], dtype: Any, form: Any, wanted: list[str | None]
) -> None:
    assert normalise(pl.Series(values, dtype=dtype), form).to_list() == wanted
