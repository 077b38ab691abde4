"""A snapshot of merged files and a delta show what a plain merge of all layers shows."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.ledger import merging, snapshot, sorting, view
from pdprep.ledger.effects import Training
from pdprep.ledger.record_files import BULK, ORDER, TIME
from pdprep.ledger.records import Records

EVENTS = Contract.of("interactions").extend(Field("EVENT_TYPE", nullable=True))
ITEMS = Contract.of("items").extend(Field("GENRES", nullable=True))
SIZES = {"interactions": (600, 40), "items": (300, 20)}
STARTS = {1: 0, 2: 290, 3: 100, 4: 598}  # so that layers overlap, and each brings something of its own
SIZE = 41
CONDITIONS = {
    "all": None,
    "origin": pl.col("ORIGIN") == "both",
    "incremental": pl.col("ORIGIN") == "incremental",
    "prefix": pl.col("ITEM_ID").str.starts_with("i29"),
    "import": pl.col("IMPORT") == "put-2",
    "effect": pl.col("EFFECT") == "not trained yet",
    "none": pl.col("ITEM_ID") == "nowhere",
}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a few hundred rows many, so that every part is at work."""
    for module, name, number in (
        *((view, "FEW", 150), (snapshot, "ROW_GROUP", 16)),
        *((snapshot, "ROWS_A_MERGE", 128), (snapshot, "ROWS_A_FILE", 50)),
        *((sorting, "ENDS", 9), (sorting, "BOUNDARIES", 8), (sorting, "SAMPLE", 2)),
    ):
        monkeypatch.setattr(module, name, number)


def layer(contract: Contract, seq: int, rows: int, *, bulk: bool) -> pl.LazyFrame:
    """Return a layer of rows made from numbers; some of them stand in other layers too."""
    number = pl.int_range(STARTS[seq], STARTS[seq] + rows, dtype=pl.Int64)
    user = pl.when(number % 41 == 0).then(None).otherwise(pl.format("u{}", number * 7 % 53))
    word = pl.when(number % 5 == 0).then(None).otherwise(pl.format("w{}", number % 3))
    columns = {"USER_ID": user, "ITEM_ID": pl.format("i{}", number), "TIMESTAMP": number % 17}
    columns |= {"EVENT_TYPE": word, "GENRES": pl.format("{}-{}", pl.lit(seq), number % 4)}
    facts = {
        ORDER: pl.lit(seq << 40, pl.Int64) + pl.int_range(rows, dtype=pl.Int64),
        BULK: pl.lit(bulk),
        "IMPORT": pl.lit(f"{'import' if bulk else 'put'}-{seq}"),
        "SENT_AT": pl.lit(1_767_225_600_000_000 + seq).cast(TIME),
        "STATUS": pl.lit("ACTIVE" if bulk else "sent"),
    }
    wanted = {name: columns[name] for name in contract.columns}
    return pl.select(number=number).lazy().select(**wanted, **facts)


def many(contract: Contract) -> dict[str, pl.LazyFrame]:
    large, small = SIZES[contract.dataset]
    frames = {
        "import-1": layer(contract, 1, large, bulk=True),
        "put-2": layer(contract, 2, small, bulk=False),
    }
    return {
        **frames,
        "import-3": layer(contract, 3, small, bulk=True),
        "put-4": layer(contract, 4, 5, bulk=False),
    }


def records(contract: Contract, frames: dict[str, pl.LazyFrame], place: Path | None) -> Records:
    return Records(contract.dataset, contract, frames, Training("none"), None, place)


@pytest.fixture(params=[EVENTS, ITEMS], ids=["events", "items"])
def contract(request: pytest.FixtureRequest) -> Contract:
    found: Contract = request.param
    return found


@pytest.fixture(params=[1, 2, 4], ids=["delta", "small delta", "snapshot alone"])
def found(request: pytest.FixtureRequest, contract: Contract, tmp_path: Path) -> Records:
    """Give records whose snapshot holds the first layers only."""
    frames = many(contract)
    snapshot.build(tmp_path, dict(list(frames.items())[: request.param]), contract)
    return records(contract, frames, tmp_path)


@pytest.fixture
def plain(contract: Contract) -> pl.DataFrame:
    """Give the same records, merged in one piece."""
    frames = list(many(contract).values())
    merged = merging.merge(frames, contract).sort(merging.order(contract), maintain_order=True)
    return merged.with_columns(EFFECT=pl.lit("not trained yet")).collect()


def pages(found: Records, where: pl.Expr | None, **order: object) -> pl.DataFrame:
    """Return all pages, the last one first."""
    last = -(-found.total(where) // SIZE)
    read = [found.page(number, SIZE, where=where, **order) for number in range(last, -1, -1)]  # type: ignore[arg-type]  # words of the parametrisation
    return pl.concat(reversed(read))


@pytest.mark.parametrize("name", CONDITIONS)
def test_pages_in_the_order_of_ids(found: Records, plain: pl.DataFrame, name: str) -> None:
    where = CONDITIONS[name]
    expected = plain if where is None else plain.filter(where)
    shown = pages(found, where)
    by = merging.order(found.contract)
    assert_frame_equal(shown.select(by), expected.select(by))
    assert_frame_equal(shown.select(expected.columns[:-3]).sort(pl.all()), expected[:, :-3].sort(pl.all()))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", ["ITEM_ID", "ORIGIN", "SENT_AT", "EVENT_TYPE", "TIMESTAMP"])
def test_pages_in_another_order(found: Records, plain: pl.DataFrame, column: str, descending: bool) -> None:
    if column not in plain.columns:
        column = "GENRES"
    shown = pages(found, None, sort=column, descending=descending)
    expected = plain.sort(column, descending=descending, nulls_last=True)
    assert shown[column].to_list() == expected[column].to_list()
    assert shown.unique(found.contract.columns).height == plain.height


def test_counts_by_origin(found: Records, plain: pl.DataFrame) -> None:
    counts = dict(found.counts().select("origin", "records").iter_rows())
    assert {name: rows for name, rows in counts.items() if rows} == merging.by_origin(plain)
    assert found.total() == plain.height


def test_a_copy_that_somebody_removed_is_merged_again(found: Records, plain: pl.DataFrame) -> None:
    assert found.place
    seen = found.page(0, SIZE)
    shutil.rmtree(found.place)  # as a deletion of users does, or others who merged twice since
    assert found.page(0, SIZE).equals(seen)
    shutil.rmtree(found.place)
    assert found.total(pl.col("SENT_AT").is_not_null()) == plain.height


def test_the_frame_is_lazy_and_has_every_record(found: Records, plain: pl.DataFrame) -> None:
    assert isinstance(found.frame, pl.LazyFrame)
    columns = [*found.contract.columns, "ORIGIN", "IMPORT"]
    assert_frame_equal(found.frame.select(columns).collect(), plain.select(columns), check_row_order=False)


def test_a_snapshot_is_built_once_and_a_delta_is_kept(contract: Contract, tmp_path: Path) -> None:
    frames = many(contract)
    records(contract, {"import-1": frames["import-1"]}, tmp_path).counts()
    before = sorted(tmp_path.rglob("part-*"))
    for _ in range(2):
        records(contract, {name: frames[name] for name in ("import-1", "put-4")}, tmp_path).counts()
    assert sorted(tmp_path.rglob("part-*")) == before
    assert len(list(tmp_path.rglob("*.delta"))) == 1


@pytest.mark.parametrize("first", [4, 1], ids=["snapshot", "delta"])
def test_several_merge_at_once(contract: Contract, plain: pl.DataFrame, tmp_path: Path, first: int) -> None:
    frames = many(contract)
    if first == 1:
        snapshot.build(tmp_path, {"import-1": frames["import-1"]}, contract)
    with ThreadPoolExecutor(6) as pool:
        found = [pool.submit(view.merge, frames, contract, tmp_path) for _ in range(24)]
        shown = [each.result() for each in found]
    assert all(each.counts == merging.by_origin(plain) for each in shown)
    assert records(contract, frames, tmp_path).total() == plain.height
    assert not list(tmp_path.rglob("*.part"))


def test_a_layer_that_went_away_makes_a_new_snapshot(contract: Contract, tmp_path: Path) -> None:
    frames = many(contract)
    totals = [records(contract, dict([*frames.items()][:count]), tmp_path).total() for count in (4, 1)]
    assert totals[0] > totals[1]
    assert len([*tmp_path.iterdir()]) == 2


@pytest.mark.parametrize("most", [3, 10_000])
@pytest.mark.parametrize("name", ["prefix", "none", "two users", "no user"])
def test_a_condition_on_the_identity_is_answered_before_all_are_merged(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    key, prefix = contract.key, "u1" if contract.event_like else "i29"
    conditions = {
        "prefix": pl.col(key).str.starts_with(prefix),
        "none": pl.col(key) == "nowhere",
        "two users": pl.any_horizontal(pl.col(key) == f"{prefix}0", pl.col(key) == f"{prefix}1"),
        "no user": pl.col(key).is_null(),
    }
    monkeypatch.setattr("pdprep.ledger.records.ALONE", most)
    (tmp_path / "other").mkdir()
    all_of_them = records(contract, many(contract), tmp_path / "other")
    all_of_them.counts()
    found = records(contract, many(contract), tmp_path)
    where = conditions[name]
    assert found.total(where) == all_of_them.total(where)
    assert_frame_equal(found.page(0, 50, where=where), all_of_them.page(0, 50, where=where))
    assert most == 3 or "view" not in vars(found)


def test_records_without_a_user_come_first_with_a_delta_too(contract: Contract, tmp_path: Path) -> None:
    frames = many(contract)
    snapshot.build(tmp_path, {"import-1": frames["import-1"]}, contract)
    fresh = layer(contract, 2, 3, bulk=False).with_columns(pl.lit(None, pl.String).alias(contract.key))
    shown = records(contract, {"import-1": frames["import-1"], "put-9": fresh}, tmp_path).page(0, 1000)
    ids = shown[contract.key]
    assert ids[: ids.null_count()].null_count() == ids.null_count() > 0
    assert "put-2" in shown["IMPORT"][: ids.null_count()].to_list()


def test_all_rows_of_an_id_are_in_one_file(contract: Contract, tmp_path: Path) -> None:
    made = snapshot.build(tmp_path, many(contract), contract)
    ids = [set(pl.read_parquet(file)[contract.key]) for file in made.files]
    assert len(ids) > 3
    assert sum(map(len, ids)) == len(set().union(*ids))


def test_what_an_older_version_laid_over_goes_with_the_next_delta(contract: Contract, tmp_path: Path) -> None:
    frames = many(contract)
    made = snapshot.build(tmp_path, {"import-1": frames["import-1"]}, contract)
    for name in ("0123.over", "0123.gone"):
        (made.folder / name).write_bytes(b"PAR1")
    shown = records(contract, frames, tmp_path).total()
    assert shown == records(contract, frames, None).total()
    assert {file.suffix for file in made.folder.iterdir()} == {".json", ".parquet", ".delta"}


def test_nothing_reads_how_polars_writes_a_condition() -> None:
    package = Path(view.__file__).parents[1]
    assert not [file for file in package.rglob("*.py") if "meta.serialize" in file.read_text("utf-8")]
