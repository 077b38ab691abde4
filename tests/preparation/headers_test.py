"""A frame that was read as if it had a header is noticed by its names, and one with odd names is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pandas
import polars as pl
import pytest

from pdprep import infer_contract, prepare
from pdprep.errors import SourceError

TEXT: Final = "196,u242,3,881250949\n22,u377,3,881250950\n22,u378,1,881250951\n"
TWICE: Final = "5,5,4,881250949\n22,7,4,881250950\n"  # Polars and pandas rename the second 5
READ: Final[dict[str, Callable[[Path], Any]]] = {
    "Polars": pl.read_csv,
    "Polars, lazy": pl.scan_csv,
    "pandas": pandas.read_csv,
    "Arrow": lambda path: pl.read_csv(path).to_arrow(),
}
NAMED: Final[dict[str, Any]] = {
    "years": {"sku": ["a", "b"], "2024": [1, 2], "2025": [3, 4]},
    "a year over a rating": {"USER_ID": ["u"], "ITEM_ID": ["i"], "2024": [5]},
    "counted": {"0": [7, 8], "1": [9, 9]},
    "counted from 1": {"1": [7, 8], "2": [9, 9]},
}


@pytest.mark.parametrize("text", [TEXT, TWICE], ids=["each once", "a value twice"])
@pytest.mark.parametrize("way", READ)
def test_field_g_names_that_are_values_are_noticed(tmp_path: Path, way: str, text: str) -> None:
    (tmp_path / "u.csv").write_text(text)
    frame = READ[way](tmp_path / "u.csv")
    user, item, _, time = READ["Polars"](tmp_path / "u.csv").columns if way != "pandas" else frame.columns
    columns = {"USER_ID": user, "ITEM_ID": item, "TIMESTAMP": time}
    for ask in (
        lambda: prepare(frame, "interactions", columns=columns),
        lambda: infer_contract(frame, "interactions"),
    ):
        with pytest.raises(SourceError, match="has no header: its names are the values of a first row"):
            ask()


def test_field_g_the_file_of_a_lazy_frame_is_named(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text(TEXT)
    with pytest.raises(SourceError) as caught:
        prepare(pl.scan_csv(path), "interactions", columns={"USER_ID": "196", "ITEM_ID": "u242"})
    assert caught.value.hint.startswith(f'pdprep.read("{path}", has_header=False, new_columns=["column_1"')
    with pytest.raises(SourceError) as caught:
        prepare(pl.read_csv(path), "interactions", columns={"USER_ID": "196", "ITEM_ID": "u242"})
    assert caught.value.hint == ""


@pytest.mark.parametrize("kind", NAMED)
def test_names_that_look_like_values_are_taken_where_they_are_names(kind: str) -> None:
    frame = pl.DataFrame(NAMED[kind])
    ids = {"counted": "0", "counted from 1": "1", "years": "sku"}
    found = prepare(
        frame,
        "items",
        columns={"ITEM_ID": ids.get(kind, "ITEM_ID")},
        metadata={"NUMBER": frame.columns[-1]},
    )
    assert found.frame.collect().height == frame.height


def test_numbers_that_pandas_gave_to_columns_are_names(tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text(TEXT)
    frame = pandas.read_csv(tmp_path / "u.csv", header=None)[[0, 1, 3]]
    found = prepare(frame, "interactions", columns={"USER_ID": "0", "ITEM_ID": "1", "TIMESTAMP": "3"})
    assert found.frame.collect().height == 3
