"""Batches come in any order, and leave by partition in the source's order, from memory or from files."""

from __future__ import annotations

from pathlib import Path
from random import Random

import polars as pl
import pytest

from pdprep.engine import partitioner
from pdprep.engine.partitioner import Partitioner
from pdprep.preparation.sources import ROW
from pdprep.preparation.spread import BUCKET, bucket

ROWS, BATCH = 6_000, 50


def source() -> pl.DataFrame:
    row = pl.int_range(ROWS, dtype=pl.UInt32, eager=True)
    texts = ["", None, "end\x01", "漢字", "a text that is longer than twelve bytes"]
    frame = pl.DataFrame({ROW: row}).with_columns(id=pl.format("user-{}", pl.col(ROW) * 7919 % 211))
    return frame.with_columns(
        bucket(pl.col("id")).alias(BUCKET), text=pl.Series([texts[n % len(texts)] for n in range(ROWS)])
    )


def taken(batches: list[pl.DataFrame], folder: Path, count: int) -> list[pl.DataFrame]:
    partitions = Partitioner(count, lambda: folder)
    for batch in batches:
        assert partitions.take(batch).equals(batch.clear())
    return [each.read() for each in partitions.partitions(most=10**9)]


def shuffled(batches: list[pl.DataFrame], most: int) -> list[pl.DataFrame]:
    """Bring batches out of their order, none by more places than given."""
    drawn = Random(7)
    keyed = sorted((place + drawn.random() * most, place) for place in range(len(batches)))
    return [batches[place] for _, place in keyed]


@pytest.mark.parametrize("held", [partitioner.HELD_BYTES, 30_000, 0])
@pytest.mark.parametrize("most", [1, 3, 100])
def test_rows_of_a_bucket_keep_the_order_of_the_source(
    tmp_path: Path, held: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitioner, "HELD_BYTES", held)
    monkeypatch.setattr(partitioner, "FLUSHED_BYTES", held)
    rows = source()
    found = taken(shuffled(list(rows.iter_slices(BATCH)), most), tmp_path, 7)
    assert len(found) == 7
    ordered = [each.sort(BUCKET, maintain_order=True) for each in found]
    assert pl.concat(ordered).equals(rows.sort(BUCKET, maintain_order=True))
    written = list(tmp_path.rglob("*.ipc"))
    assert bool(written) == (held < 10**6)
    assert len(written) > 7 or held > 0


def test_a_batch_that_is_out_of_order_itself_is_put_in_order(tmp_path: Path) -> None:
    rows = source()
    found = taken([rows.sample(ROWS, shuffle=True, seed=7)], tmp_path, 1)
    assert found[0].sort(BUCKET, maintain_order=True).equals(rows.sort(BUCKET, maintain_order=True))


def test_a_partition_too_large_for_memory_sends_all_to_files(tmp_path: Path) -> None:
    partitions = Partitioner(3, lambda: tmp_path)
    partitions.take(source())
    assert all(each.files for each in partitions.partitions(most=1_000))


def test_nothing_is_in_no_partition(tmp_path: Path) -> None:
    assert taken([source().clear()], tmp_path / "none", 3) == []
    assert not (tmp_path / "none").exists()
