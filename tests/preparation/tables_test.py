"""Tables of Delta and Iceberg are sources like files, each by its folder."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest
from pyiceberg.catalog.memory import InMemoryCatalog

from pdprep import prepare
from pdprep.errors import SourceError

RATINGS = pl.DataFrame(
    {"USER_ID": ["a", "b"], "ITEM_ID": ["x", "y"], "TIMESTAMP": [1_700_000_000, 1_700_000_001]}
)


def delta(folder: Path) -> Path:
    RATINGS.head(1).write_delta(folder)
    RATINGS.tail(1).write_delta(folder, mode="append")
    return folder


def test_delta(tmp_path: Path) -> None:
    frame = prepare(str(delta(tmp_path / "ratings")), "interactions").frame.collect()
    assert sorted(frame["USER_ID"]) == ["a", "b"]


def test_iceberg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARS_ICEBERG_PLANNER", "pyiceberg")  # else Polars advises another package
    catalog = InMemoryCatalog("shop", warehouse=tmp_path.as_uri())
    catalog.create_namespace("data")
    table = catalog.create_table("data.ratings", schema=RATINGS.to_arrow().schema)
    for part in (RATINGS.head(1), RATINGS.tail(1)):
        table.append(part.to_arrow())
    folder = Path(table.metadata_location.removeprefix("file://")).parents[1]
    assert sorted(prepare(folder, "interactions").frame.collect()["USER_ID"]) == ["a", "b"]
    catalog.close()


def test_without_its_package_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = delta(tmp_path / "ratings")
    monkeypatch.setitem(sys.modules, "deltalake", None)
    with pytest.raises(SourceError, match="deltalake is missing") as caught:
        prepare(folder, "interactions")
    assert caught.value.hint == 'pip install "pdprep[tables]"'


@pytest.mark.parametrize("mark", ["_delta_log/0.json", "metadata/0.metadata.json"])
def test_a_table_that_is_broken(tmp_path: Path, mark: str) -> None:
    (tmp_path / mark).parent.mkdir()
    (tmp_path / mark).write_text("{}")
    with pytest.raises(SourceError, match="cannot be read as a table of"):
        prepare(tmp_path, "interactions")
