"""Where rows may come from, and what is said of a source that cannot be read."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pdprep import prepare
from pdprep.errors import SourceError

MAPPING: dict[str, Any] = {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "time"}
TEXT = "user,item,time\nu1,007,1700000000\nu2,8,1700000001\n"
ROWS = [("u1", "007", 1_700_000_000), ("u2", "8", 1_700_000_001)]
FRAME = pl.DataFrame(ROWS, schema=["user", "item", "time"], orient="row")


def read(source: object) -> list[tuple[Any, ...]]:
    return prepare(source, "interactions", columns=MAPPING).frame.collect().rows()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["csv", "tsv", "txt"])
def test_csv_with_any_separator(tmp_path: Path, separator: str, ending: str) -> None:
    path = tmp_path / f"events.{ending}"
    path.write_text(TEXT.replace(",", separator), encoding="utf-8")
    assert read(path) == ROWS


MIXED = "\xe4;\xf6\n".encode() + b"\xe4;\xf6\n"


@pytest.mark.parametrize(
    ("name", "data"), [("a shop.ndjson", b"{user"), ("a shop.csv", MIXED), ("no shop.csv", b"")]
)
def test_a_command_that_is_hinted_runs_on_a_path_with_spaces(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / "our data").mkdir()
    path = tmp_path / "our data" / name
    if data:
        path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        prepare(path, "interactions")
    done = subprocess.run(["bash", "-c", caught.value.hint], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
