"""The same input gives the same bytes, part by part, however the work is cut."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import Staged, prepare, stage
from pdprep.engine import partitioner, parts
from pdprep.engine.buckets import partition_count
from pdprep.preparation.spread import BUCKETS, bucket
from tests.engine.shop import dirty, events
from tests.preparation import reader

COUNTS = [1, 2, 3, 7, 16, 100, 256]
# Computed by hand in Python, apart from the expression: changing the function would change every import.
MULTIPLIER = 0x9E3779B97F4A7C15


def by_hand(text: str) -> int:
    number = int.from_bytes((b"\0" * 8 + text.encode())[-8:], "little")
    return (number * MULTIPLIER % 2**64) >> 56


def read(staged: Staged) -> list[bytes]:
    return [part.path.read_bytes() for part in staged.parts]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "ROWS_A_PART", 700)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("held", [partitioner.HELD_BYTES, 0], ids=["memory", "files"])
@pytest.mark.parametrize("count", COUNTS)
def test_any_number_of_partitions_gives_the_same_parts(
    tmp_path: Path, count: int, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = stage(events(), tmp_path / "one", partitions=1)
    monkeypatch.setattr(partitioner, "HELD_BYTES", held)
    other = stage(events(), tmp_path / "other", partitions=count)
    assert read(other) == read(one)
    assert [part.sha256 for part in other.parts] == [part.sha256 for part in one.parts]
    assert len(one.parts) > 3


@pytest.mark.parametrize("form", ["csv", "parquet", "ndjson"])
def test_any_source_of_the_same_rows_gives_the_same_bytes(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"events.{form}"
    getattr(dirty(), f"write_{form}")(path)
    assert read(stage(events(path), tmp_path / "a")) == read(stage(events(), tmp_path / "b"))


def test_another_process_with_one_thread_gives_the_same_bytes(tmp_path: Path) -> None:
    here = stage(events(), tmp_path / "here")
    code = (
        "from pdprep import stage; from tests.engine.shop import events;"
        f"print(*[part.sha256 for part in stage(events(), {str(tmp_path / 'there')!r}, partitions=5).parts])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"POLARS_MAX_THREADS": "1"}, cwd=Path(__file__).parents[2],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == [part.sha256 for part in here.parts]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=20))
def test_the_bucket_is_the_function_that_we_define(ids: list[str]) -> None:
    found = pl.DataFrame({"id": ids}).select(bucket(pl.col("id")))["id"].to_list()
    assert found == [by_hand(each) for each in ids]


def test_neighbouring_ids_spread_over_all_buckets() -> None:
    frame = pl.DataFrame({"id": [str(n) for n in range(100_000)]})
    heights = frame.select(bucket(pl.col("id"))).group_by("id").len()["len"]
    assert heights.len() == BUCKETS
    assert int(heights.max()) < 3 * int(heights.min())  # type: ignore[arg-type]  # a column of counts


@pytest.mark.usefixtures("small_parts")
def test_parts_are_bounded_whole_and_share_one_header(tmp_path: Path) -> None:
    staged = stage(events(), tmp_path)
    read_back = [reader.read(part.path.read_bytes()) for part in staged.parts]
    assert {tuple(names) for names, _ in read_back} == {("USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE")}
    assert [len(records) for _, records in read_back] == [part.rows for part in staged.parts]
    assert all(part.rows >= 700 for part in staged.parts[:-1])
    assert max(part.rows for part in staged.parts) < 700 + 100  # a part ends with the bucket that fills it
    users = [{record[0] for record in records} for _, records in read_back]
    assert sum(len(each) for each in users) == len(set().union(*users))


def test_what_is_written_is_what_was_prepared(tmp_path: Path) -> None:
    prepared = events()
    good = prepared.frame.drop_nulls("USER_ID").collect()
    records = [
        record
        for part in stage(prepared, tmp_path).parts
        for record in reader.read(part.path.read_bytes())[1]
    ]
    assert sorted(map(tuple, records)) == sorted((a, b, str(c), d) for a, b, c, d in good.rows())


def test_the_schema_stands_beside_the_parts(tmp_path: Path) -> None:
    staged = stage(events(), tmp_path)
    assert staged.schema_path.read_text() == staged.contract.to_avro()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["interactions-00000.csv", "schema.avsc"]


def test_a_part_knows_its_bytes(tmp_path: Path) -> None:
    (part,) = stage(events(), tmp_path).parts
    assert part.bytes == len(part.path.read_bytes())


def test_staging_again_replaces_the_parts_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "interactions-2024.csv").write_text("mine")
    monkeypatch.setattr(parts, "ROWS_A_PART", 700)
    many = stage(events(), tmp_path)
    monkeypatch.setattr(parts, "ROWS_A_PART", 1_000_000)
    stage(events(), tmp_path)
    assert len(many.parts) > 3
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == [
        "interactions-00000.csv",
        "interactions-2024.csv",
    ]


@pytest.mark.parametrize(
    ("name", "size", "wanted"),
    [
        ("a.csv", 10**5, 1),
        ("a.csv", 10**7, 9),
        ("a.csv", 10**8, 64),
        ("a.csv.gz", 10**7, 20),
        ("a.csv", 10**13, 256),
    ],
)
def test_the_size_of_a_file_tells_how_many_partitions(
    tmp_path: Path, name: str, size: int, wanted: int
) -> None:
    path = tmp_path / name
    text = b"USER_ID,ITEM_ID,TIMESTAMP\n" + b"a,b,1700000000123\n" * 5_000
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    with path.open("r+b") as handle:
        handle.truncate(size)
    assert partition_count(prepare(path, "interactions")) == wanted
