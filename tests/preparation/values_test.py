"""Event types, strings, lists, numbers and booleans."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pdprep import Field, prepare
from pdprep.contract.choices import DatasetType
from pdprep.errors import MappingError
from tests.preparation.frames import converted, one, rules

STRING = Field("OWN", nullable=True, categorical=True)
WHOLE = Field("OWN", "long", nullable=True)
INT = Field("OWN", "int", nullable=True)
FLOAT = Field("OWN", "float", nullable=True)
PROSE = "A long text about a film that nobody has seen and everybody knows by heart."
TRUTH = Field("OWN", "boolean", nullable=True)


@pytest.mark.parametrize(
    ("values", "dtype", "wanted"),
    [
        ([" watch ", "click\n", "", "  ", None], pl.String, ["watch", "click", None, None, None]),
        (["Watch"], pl.Categorical, ["Watch"]),
        ([1], pl.Int64, ["1"]),
    ],
)
def test_event_types_are_stripped(values: list[Any], dtype: Any, wanted: list[Any]) -> None:
    assert converted("EVENT_TYPE", values, dtype) == wanted


@pytest.mark.parametrize(
    ("values", "dtype", "wanted"),
    [
        (["", " ", "\n", None], pl.String, [None] * 4),
        (["a\nb", "a \r\n\r\n b", "a\rb"], pl.String, ["a b"] * 3),
        ([" kept "], pl.String, [" kept "]),
        ([3], pl.Int8, ["3"]),
        ([2.5], pl.Float64, ["2.5"]),
        ([True, False, None], pl.Boolean, ["True", "False", None]),
        ([["a", "b"], ["c"], [], None], pl.List(pl.String), ["a|b", "c", None, None]),
        ([[" a ", "", None, "b\nc"], [""], [None]], pl.List(pl.String), ["a|b c", None, None]),
        ([[1, 2]], pl.List(pl.Int64), ["1|2"]),
        ([["a", "b"]], pl.Array(pl.String, 2), ["a|b"]),
        (["tv"], pl.Categorical, ["tv"]),
    ],
)
def test_strings(values: list[Any], dtype: Any, wanted: list[Any]) -> None:
    assert converted("OWN", values, dtype, STRING) == wanted


def test_a_bar_in_a_single_category_of_a_list_is_named() -> None:
    frame = one("OWN", [["x", "y"], ["x|y", "z"], []], pl.List(pl.String))
    assert rules(prepare(frame, "interactions", metadata={"OWN": STRING})) == [
        (1, "OWN", "category_bar", "x|y|z")
    ]


def test_a_bar_in_text_joins_categories_already() -> None:
    assert converted("OWN", ["Action|Drama"], field=STRING) == ["Action|Drama"]


@pytest.mark.parametrize(
    ("field", "values", "dtype", "wanted"),
    [
        (WHOLE, ["3", "3.0", " 4 ", "-5", ""], pl.String, [3, 3, 4, -5, None]),
        (WHOLE, [3.0, None], pl.Float64, [3, None]),
        (WHOLE, [True, False], pl.Boolean, [1, 0]),
        (WHOLE, ["9007199254740993"], pl.String, [9007199254740993]),
        (INT, [2**31 - 1], pl.Int64, [2**31 - 1]),
        (FLOAT, ["2.5", "1e3", " 7 ", ""], pl.String, [2.5, 1000.0, 7.0, None]),
        (FLOAT, [1], pl.Int8, [1.0]),
        (FLOAT, [Decimal("2.50")], pl.Decimal(10, 2), [2.5]),
        (
            TRUTH,
            ["true", "FALSE", "1", "0", "yes", "No", " t ", ""],
            pl.String,
            [True, False] * 3 + [True, None],
        ),
        (TRUTH, [1, 0, None], pl.Int64, [True, False, None]),
        (TRUTH, [True], pl.Boolean, [True]),
    ],
)
def test_numbers_and_booleans(field: Field, values: list[Any], dtype: Any, wanted: list[Any]) -> None:
    assert converted("OWN", values, dtype, field) == wanted


@pytest.mark.parametrize(
    ("field", "value", "dtype", "rule"),
    [
        (WHOLE, "3.5", pl.String, "number_unreadable"),
        (WHOLE, 3.5, pl.Float64, "number_unreadable"),
        (WHOLE, "many", pl.String, "number_unreadable"),
        (WHOLE, 2**63, pl.UInt64, "number_unreadable"),
        (INT, 2**31, pl.Int64, "number_unreadable"),
        (FLOAT, "$5", pl.String, "number_unreadable"),
        (FLOAT, "NaN", pl.String, "number_not_finite"),
        (FLOAT, float("nan"), pl.Float64, "number_not_finite"),
        (FLOAT, float("inf"), pl.Float64, "number_not_finite"),
        (TRUTH, "maybe", pl.String, "boolean_unreadable"),
        (TRUTH, 2, pl.Int64, "boolean_unreadable"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(field: Field, value: Any, dtype: Any, rule: str) -> None:
    found = rules(prepare(one("OWN", [value, None], dtype), "interactions", metadata={"OWN": field}))
    assert [each[:3] for each in found] == [(0, "OWN", rule)]
    assert str(found[0][3]).lower() == str(value).lower()


@pytest.mark.parametrize(
    ("field", "dtype", "wanted"),
    [
        (INT, pl.Date, "a whole number"),
        (WHOLE, pl.Time, "a whole number, a date or a time"),
        (FLOAT, pl.List(pl.Float64), "a number"),
        (TRUTH, pl.Float64, "true or false"),
        (STRING, pl.Struct({"a": pl.Int8}), "text, or a list of categories"),
        (STRING, pl.List(pl.List(pl.String)), "text, or a list of categories"),
    ],
)
def test_a_type_that_cannot_become_the_field_is_refused(field: Field, dtype: Any, wanted: str) -> None:
    with pytest.raises(MappingError) as caught:
        prepare(one("OWN", [None], dtype), "interactions", metadata={"OWN": field})
    assert caught.value.expected == f"OWN is {wanted}"


@pytest.mark.parametrize(
    ("values", "dataset", "kind"),
    [
        (["tv", "phone", None], "interactions", "categorical string or null"),
        (["1995", "2001", ""], "items", "long or null"),
        (["007", "008"], "items", "categorical string or null"),
        (["1.5", "2"], "items", "float or null"),
        ([1, 2], "users", "long or null"),
        ([1.5], "users", "float or null"),
        ([["a"]], "items", "categorical string or null"),
        ([True], "items", "categorical string or null"),
        ([PROSE], "items", "textual string or null"),
        ([PROSE], "users", "categorical string or null"),
        ([None], "items", "categorical string or null"),
    ],
)  # fmt: skip
def test_the_kind_of_a_column_of_ones_own_is_told_from_its_values(
    values: list[Any], dataset: DatasetType, kind: str
) -> None:
    base = {"interactions": one("OWN", values), "items": None, "users": None}[dataset]
    key = "ITEM_ID" if dataset == "items" else "USER_ID"
    frame = pl.DataFrame({key: ["x"] * len(values), "OWN": values}) if base is None else base
    assert prepare(frame, dataset, metadata={"OWN": "OWN"}).contract.field("OWN").kind == kind
