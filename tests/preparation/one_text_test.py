"""One text where several are asked for is one of them, and never its letters."""

from __future__ import annotations

import polars as pl
import pytest

from pdprep import Contract, transforms
from pdprep.errors import ContractError


def test_field_1_one_word_for_nothing_is_not_its_letters() -> None:
    frame = pl.LazyFrame({"genres": ["n|a|Drama", "tba|Drama"]})
    found = transforms.split(frame, "genres", nothing="tba").collect()["genres"]
    assert found.to_list() == [["n", "a", "Drama"], ["Drama"]]


def test_field_1_one_level_is_one_column() -> None:
    frame = pl.LazyFrame({"path": ["Home > Garden"]})
    found = transforms.category_levels(frame, "path", into="CATEGORY_L1").collect()
    assert found.columns == ["path", "CATEGORY_L1"]
    assert found["CATEGORY_L1"].to_list() == ["Home"]


def test_field_1_a_name_in_place_of_a_field_is_said() -> None:
    with pytest.raises(ContractError, match=r'a str in place of a field.*Field\("COLOR"\)'):
        Contract.of("items").extend("COLOR")  # type: ignore[arg-type]  # what is tried
