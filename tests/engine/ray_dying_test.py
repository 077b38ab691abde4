"""A worker that dies is repeated by Ray, and leaves neither a second part nor other bytes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pdprep
from pdprep import DatasetGroup, Prepared, Staged, stage
from pdprep.engine import parts
from pdprep.engine.executors.ray_engine import write_parts
from pdprep.engine.executors.ray_pass import open_pass
from pdprep.engine.executors.reduce_phase import reduce
from pdprep.engine.executors.scan_phase import scan
from pdprep.local.server import running
from pdprep.progress import silent
from tests.conftest import DEEP
from tests.engine.dying import Counting, Death, Unsafe
from tests.engine.shop import MAPPING, dirty
from tests.support.files import as_files

ROWS = 1_000_000 if DEEP else 100_000
pytestmark = pytest.mark.usefixtures("two_nodes")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "ROWS_A_PART", ROWS // 5)


@pytest.fixture
def group(home: Path, tmp_path: Path) -> Iterator[DatasetGroup]:
    """Give a group whose S3 holds the rows in twelve Parquet files."""
    as_files(dirty(ROWS), tmp_path)
    with running(home / "local", clock="instant"):
        found = pdprep.connect("shop")
        client = found.client("s3")
        client.create_bucket(Bucket="lake")
        for file in tmp_path.glob("*.parquet"):
            client.upload_file(str(file), "lake", f"events/{file.name}")
        yield found


def prepared(group: DatasetGroup, **more: Any) -> Prepared:
    return group.prepare(
        "s3://lake/events/*.parquet", "interactions", columns={**MAPPING, **more}, on_invalid="drop"
    )


def sums(found: Staged) -> list[str]:
    return [part.sha256 for part in found.parts]


def test_a_lake_in_s3_gives_the_same_parts_though_a_worker_dies_while_it_reads(
    group: DatasetGroup, tmp_path: Path
) -> None:
    here = stage(prepared(group), tmp_path / "here")
    there = stage(prepared(group), tmp_path / "there", engine="ray")
    assert sums(there) == sums(here)
    assert len(here.parts) > 3

    death = Death(tmp_path / "died")
    user = pl.col("user").map_batches(death.within, return_dtype=pl.String, is_elementwise=True)
    again = stage(prepared(group, USER_ID=user), tmp_path / "again", engine="ray")
    assert death.mark.exists()
    assert sums(again) == sums(here)
    assert str(again.report) == str(here.report)


def test_a_worker_that_dies_while_it_sums_up_counts_no_row_twice(group: DatasetGroup, tmp_path: Path) -> None:
    here = stage(prepared(group), tmp_path / "here")
    counting = Counting(Death(tmp_path / "died"))
    with open_pass(prepared(group), silent, "bulk") as ray_pass:
        reduced = reduce(ray_pass, scan(ray_pass, None), aggregates=[counting])
    assert counting.death.mark.exists()
    assert reduced.totals.kept == reduced.aggregates[0].result == here.rows


def test_a_worker_that_dies_while_it_writes_leaves_one_whole_part(
    group: DatasetGroup, tmp_path: Path
) -> None:
    here = stage(prepared(group), tmp_path / "here")
    folder = tmp_path / "there"
    folder.mkdir()
    death = Death(tmp_path / "died")
    _, found = write_parts(
        prepared(group), "bulk", folder, quarantine=tmp_path, on_part=lambda part: None, listener=silent,
        sink=partial(Unsafe, death=death),
    )  # fmt: skip
    assert death.mark.exists()
    assert [part.sha256 for part in found] == sums(here)
    assert sorted(each.name for each in folder.glob("*.csv")) == [part.path.name for part in here.parts]
    assert [(folder / part.path).read_bytes() for part in found] == [
        part.path.read_bytes() for part in here.parts
    ]
