"""An id that has most of the rows is handled in pieces, with the bytes and the report of any other way."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pdprep import Prepared, prepare, stage
from pdprep.engine import buckets, oversized, parts
from pdprep.engine.validate import validate

ROWS = 20_000
SHARE = 0.9  # of the rows are of one user


def skewed() -> pl.DataFrame:
    """Nine rows in ten are of one user; a tenth of the rows stand there twice, far from each other."""
    row = pl.int_range(ROWS, eager=True)
    once = pl.DataFrame({"row": row}).select(
        USER_ID=pl.when(pl.col("row") % 10 < SHARE * 10)
        .then(pl.lit("anonymous"))
        .otherwise(pl.col("row") % 97),
        ITEM_ID=pl.col("row") * 7919 % 501,
        TIMESTAMP=1_700_000_000 + pl.col("row") % 4_000,
        EVENT_TYPE=pl.when(pl.col("row") % 3 == 0).then(pl.lit("Watch")).otherwise(pl.lit("Click")),
    )
    return pl.concat([once, once.gather_every(10), once.head(50)])


def interactions() -> Prepared:
    return prepare(skewed(), "interactions")


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oversized, "PIECE_BYTES", 60_000)
    monkeypatch.setattr(buckets, "MOST_BYTES", 120_000)
    monkeypatch.setattr(parts, "ROWS_A_PART", 900)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("count", [2, 64, 256])
def test_attack_7_pieces_give_the_parts_of_one_partition(tmp_path: Path, count: int) -> None:
    seen: list[int] = []
    one = stage(interactions(), tmp_path / "one", partitions=1)
    other = stage(
        interactions(), tmp_path / "other", partitions=count, on_rows=lambda rows: seen.append(rows.height)
    )
    assert [part.path.read_bytes() for part in other.parts] == [part.path.read_bytes() for part in one.parts]
    assert (other.rows, other.ids) == (one.rows, one.ids)
    assert max(seen) < one.rows / 4  # the busy user's rows came in pieces
    assert other.report.rows.equals(one.report.rows)
    assert other.report.counts.equals(one.report.counts)


@pytest.mark.usefixtures("small_pieces")
def test_attack_7_the_figures_of_ids_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "FEW_ROWS", 100)
    found = validate(interactions()).known["interactions"].summary
    unique = skewed().with_columns(pl.col("USER_ID").cast(pl.String)).unique()
    per_user = unique.group_by("USER_ID").len()
    assert (found.rows, found.ids) == (unique.height, per_user.height)
    assert found.ids_with_two == per_user.filter(pl.col("len") > 1).height
