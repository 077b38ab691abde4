"""The call that a mapping stands for is code that makes the same mapping."""

from __future__ import annotations

import ast

import polars as pl
import pytest

import pdprep
from pdprep import Field, Prepared
from pdprep.preparation.calls import call

FRAME = pl.DataFrame({'i"d': ["a"], "the year\n": [1995], "plot": ["long"], "ITEM_ID": ["b"]})
YEAR = Field("YEAR", "long", nullable=True)
LONG = {f"FIELD_{number}": "plot" for number in range(12)}
CASES = [
    ({"ITEM_ID": 'i"d'}, {"YEAR": "the year\n"}),
    ({"ITEM_ID": "ITEM_ID"}, {"YEAR": ("the year\n", YEAR)}),
    ({}, {"PLOT": ("plot", Field("PLOT", nullable=True, textual=True)), **LONG}),
]


@pytest.mark.parametrize(("columns", "metadata"), CASES)
def test_it_is_what_it_says(columns: dict[str, str], metadata: dict[str, str | tuple[str, Field]]) -> None:
    code = call("items", "CUSTOM", columns, metadata)
    made: Prepared = eval(code, {"pdprep": pdprep, "frame": FRAME})
    assert made.contract == pdprep.prepare(FRAME, "items", columns=columns, metadata=metadata).contract


def test_the_domain_is_said_where_it_does_not_go_without_saying() -> None:
    code = call("items", "ECOMMERCE", {"ITEM_ID": "id"}, source='"a.csv"')
    assert code == 'pdprep.prepare("a.csv", "items", domain="ECOMMERCE", columns={"ITEM_ID": "id"})'
    assert "domain" not in call("items", "CUSTOM", {})


def test_a_long_one_is_broken_into_lines_that_can_be_read() -> None:
    code = call("items", "CUSTOM", {}, LONG)
    ast.parse(code)
    assert max(map(len, code.splitlines())) < 110
