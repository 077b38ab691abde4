"""The records view: two layers of a dataset as one table with ORIGIN, pages and counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pdprep import clock
from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.ledger import compacting, contracts, integrity, leaving, record_files, trained_ids
from pdprep.ledger.effects import TrainedModel, Training
from pdprep.ledger.ledger import Ledger, open_ledger
from pdprep.ledger.recipes import Feature
from pdprep.ledger.record_files import CALL, DIGEST, POSITION
from pdprep.ledger.records import Records, records
from pdprep.ledger.rows import REJECTED, SENT, CallRow

ITEMS = Contract.of("items").extend(Field("GENRES", nullable=True, categorical=True))
EVENTS = Contract.of("interactions")
NONE = Training("none")
UPDATED: frozenset[Feature] = frozenset({"realtime", "new items"})


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(tmp_path / "movies", None)[0]


def bulk(ledger: Ledger, contract: Contract, rows: pl.DataFrame, mode: str = "FULL") -> None:
    """File an import that is ACTIVE."""
    number = len(ledger.journal.imports(contract.dataset))
    row = ledger.journal.new_import({
        "job": f"bulk-{number}", "dataset": contract.dataset, "mode": mode, "name": f"import-{number}",
        "fingerprint": str(number), "rows": rows.height, "keys": rows.height, "status": "ACTIVE",
        "contract": contracts.dumps(contract),
    })  # fmt: skip
    folder = ledger.scratch(f"bulk-{number}")
    record_files.write_records(folder, 0, rows, contract)
    record_files.file_import(ledger, row, folder)


def put(ledger: Ledger, contract: Contract, rows: pl.DataFrame, sent: int, outcome: str = SENT) -> None:
    """File a put plan of which the first records were answered."""
    place = pl.int_range(pl.len(), dtype=pl.UInt32)
    digest = pl.concat_str(pl.all().cast(pl.String)).alias(DIGEST)
    planned = rows.with_columns(digest, place.alias(POSITION), (place // 10).alias(CALL))
    plan = record_files.file_plan(ledger, f"put-{rows.height}", contract, planned, "f")
    if sent:
        at = clock.now().timestamp()
        ledger.journal.answer(CallRow(plan.seq, 0, sent - 1, outcome, "", at))


def items(*rows: tuple[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, ["ITEM_ID", "GENRES"], orient="row")


def events(*items: str, user: str = "u") -> pl.DataFrame:
    times = range(1_700_000_000, 1_700_000_000 + len(items))
    return pl.DataFrame({"USER_ID": [user] * len(items), "ITEM_ID": items, "TIMESTAMP": times})


def counts(found: Records) -> list[int]:
    return found.counts()["records"].to_list()


def test_nothing_sent_is_an_empty_table(ledger: Ledger) -> None:
    found = records(ledger, "items", ITEMS, NONE)
    assert counts(found) == [0, 0, 0]
    assert found.page().is_empty()
    assert found.page().columns == list(found.columns)


def test_one_row_an_item_with_the_newest_values(ledger: Ledger) -> None:
    bulk(ledger, ITEMS, items(("a", "x"), ("b", "x")))
    put(ledger, ITEMS, items(("b", "y"), ("c", "y")), sent=2)
    bulk(ledger, ITEMS, items(("c", "z")), "INCREMENTAL")
    found = records(ledger, "items", ITEMS, NONE)
    shown = found.page().select("ITEM_ID", "GENRES", "ORIGIN").rows()
    assert shown == [("a", "x", "bulk"), ("b", "y", "both"), ("c", "z", "both")]
    assert repr(found) == "<Records items: 1 bulk, 0 incremental, 2 both>"


def test_a_missing_value_that_is_newer_wins_too(ledger: Ledger) -> None:
    bulk(ledger, ITEMS, items(("a", "x")))
    put(ledger, ITEMS, items(("a", None)), sent=1)
    assert records(ledger, "items", ITEMS, NONE).page()["GENRES"].to_list() == [None]


def test_the_last_of_two_rows_of_one_id_in_one_import_counts(ledger: Ledger) -> None:
    bulk(ledger, ITEMS, items(("a", "x"), ("b", "x"), ("a", "y")))
    assert records(ledger, "items", ITEMS, NONE).page()["GENRES"].to_list() == ["y", "x"]


def test_every_distinct_event_is_a_row(ledger: Ledger) -> None:
    bulk(ledger, EVENTS, events("a", "b"))
    put(ledger, EVENTS, events("a", "c"), sent=2)
    found = records(ledger, "interactions", EVENTS, NONE)
    assert found.page()["ORIGIN"].to_list() == ["both", "bulk", "incremental"]


def test_a_full_import_replaces_bulk_records_only(ledger: Ledger) -> None:
    bulk(ledger, EVENTS, events("a", "b"))
    put(ledger, EVENTS, events("c"), sent=1)
    bulk(ledger, EVENTS, events("d"))
    assert counts(records(ledger, "interactions", EVENTS, NONE)) == [1, 1, 0]


@pytest.mark.parametrize(("sent", "outcome", "expected"), [(0, SENT, 0), (2, SENT, 2), (2, REJECTED, 0)])
def test_only_what_the_service_took_is_a_record(
    ledger: Ledger, sent: int, outcome: str, expected: int
) -> None:
    put(ledger, EVENTS, events("a", "b", "c"), sent, outcome)
    assert counts(records(ledger, "interactions", EVENTS, NONE)) == [0, expected, 0]


PAGES: list[Callable[[Records], pl.DataFrame]] = [
    lambda found: found.page(1, 2),
    lambda found: found.page(0, 2, sort="GENRES", descending=True),
    lambda found: found.page(0, 9, where=pl.col("ITEM_ID") == "c"),
    lambda found: found.page(0, 9, where=pl.col("ORIGIN") == "both"),
    lambda found: found.page(7, 2),
]


@pytest.mark.parametrize(("page", "expected"), [*zip(PAGES, ["c", "ab", "c", "b", ""], strict=True)])
def test_pages_filters_and_order(
    ledger: Ledger, page: Callable[[Records], pl.DataFrame], expected: str
) -> None:
    bulk(ledger, ITEMS, items(("a", "z"), ("b", "x")))
    put(ledger, ITEMS, items(("b", "y"), ("c", "w")), sent=2)
    assert "".join(page(records(ledger, "items", ITEMS, NONE))["ITEM_ID"]) == expected


def test_total_counts_what_the_filter_leaves(ledger: Ledger) -> None:
    bulk(ledger, ITEMS, items(("a", "z"), ("b", "x")))
    found = records(ledger, "items", ITEMS, NONE)
    assert (found.total(), found.total(pl.col("GENRES") == "x")) == (2, 1)


def test_an_old_value_is_not_found_by_a_filter(ledger: Ledger) -> None:
    bulk(ledger, ITEMS, items(("a", "old")))
    put(ledger, ITEMS, items(("a", "new")), sent=1)
    assert records(ledger, "items", ITEMS, NONE).total(pl.col("GENRES") == "old") == 0


def test_a_column_that_came_later_is_null_in_older_records(ledger: Ledger) -> None:
    bulk(ledger, ITEMS, items(("a", "x")))
    wider = ITEMS.extend(Field("BRAND", nullable=True))
    bulk(ledger, wider, items(("b", "y")).with_columns(BRAND=pl.lit("z")), "INCREMENTAL")
    assert records(ledger, "items", ITEMS, NONE).page()["BRAND"].to_list() == [None, "z"]


def test_an_event_on_an_item_of_the_training_counts_at_once(ledger: Ledger) -> None:
    bulk(ledger, EVENTS, events("a", "b"))
    trained = datetime.now(UTC) + timedelta(seconds=1)
    now = trained + timedelta(seconds=5)
    plan = events("a", "z", user="v")
    put(ledger, EVENTS, plan, sent=0)
    plan_row = ledger.journal.plans("interactions")[0]
    ledger.journal.answer(CallRow(plan_row.seq, 0, 1, SENT, "", now.timestamp()))
    training = Training("trained", (TrainedModel(trained, features=UPDATED),))
    shown = records(ledger, "interactions", EVENTS, training).page().select("ITEM_ID", "EFFECT").rows()
    assert shown == [("a", "counted"), ("b", "counted"), ("a", "at once"), ("z", "within 2 h")]


def test_the_first_page_of_many_is_that_of_all_of_them(ledger: Ledger) -> None:
    ids = [f"{n:03d}" for n in range(200)]
    bulk(ledger, ITEMS, items(*((id, "x") for id in reversed(ids))))
    put(ledger, ITEMS, items(*((id, "y") for id in ids[:50])), sent=50)
    found = records(ledger, "items", ITEMS, NONE)
    for number in range(11):
        assert found.page(number).equals(found.page(number, where=pl.lit(True)))
    assert found.page(10).is_empty()


def test_events_without_a_user_are_on_the_first_page(ledger: Ledger) -> None:
    put(ledger, EVENTS, events("a", "b").with_columns(USER_ID=pl.lit(None, pl.String)), sent=2)
    bulk(ledger, EVENTS, events(*map(str, range(60))))
    assert records(ledger, "interactions", EVENTS, NONE).page(0, 3)["USER_ID"].to_list() == [None, None, "u"]


@pytest.mark.parametrize("sent", [0, 2, 3])
def test_a_finished_put_is_filed_by_id(ledger: Ledger, sent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    put(ledger, ITEMS, items(("c", "x"), ("a", "x"), ("b", "x")), sent=sent)
    before = records(ledger, "items", ITEMS, NONE).page()
    ledger.journal.finish_plan(ledger.journal.plans("items")[0])
    listed = records(ledger, "items", ITEMS, NONE)
    for kept in (leaving.KEPT, leaving.KEPT, -1):
        monkeypatch.setattr(leaving, "KEPT", kept)
        # Another process has a ledger of its own for the same folder.
        compacting.compact(open_ledger(ledger.folder, None)[0], "items")
        assert records(ledger, "items", ITEMS, NONE).page().equals(before)
        if kept > 0:  # listed before it was sorted, and read only now
            assert replace(listed).page().equals(before)
    assert not list(ledger.plans.glob("*.parquet"))
    assert pl.read_parquet(next(ledger.records("items").glob("plan-*.parquet")))["ITEM_ID"].is_sorted()


@pytest.mark.parametrize("failed", [False, True])
def test_an_import_that_counts_no_more_is_read_by_who_listed_it(
    ledger: Ledger, failed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tidied() -> list[Path]:
        other, _ = open_ledger(ledger.folder, None)  # as another process has it
        trained_ids.drop_replaced(other, "items")
        leaving.drop_failed(other, "items")
        return list(place.glob("*.parquet"))

    bulk(ledger, ITEMS, items(("a", "x"), ("b", "x")))
    row = ledger.journal.imports("items")[0]
    place, listed = ledger.records("items") / row.folder, records(ledger, "items", ITEMS, NONE)
    if failed:
        ledger.journal.change_import(row, status="CREATE FAILED")
    else:
        bulk(ledger, ITEMS, items(("c", "x")))
    for _ in range(2):
        kept = tidied()
        assert kept
        assert not any(integrity.known(ledger, file) for file in kept)
    assert listed.frame.collect()["ITEM_ID"].to_list() == ["a", "b"]
    monkeypatch.setattr(leaving, "KEPT", -1)
    assert not tidied()


@pytest.mark.parametrize("few", [0, 10_000])
def test_one_user_is_found_alone_with_what_counts_of_it(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    for module in ("view", "trained_ids"):
        monkeypatch.setattr(f"pdprep.ledger.{module}.FEW", few)
    bulk(ledger, EVENTS, pl.concat([events("a", "b"), events("c", user="v")]))
    put(ledger, EVENTS, events("b", "x"), 2)
    trained = Training("trained", (TrainedModel(clock.now() - timedelta(days=1), features=UPDATED),))
    found = records(ledger, "interactions", EVENTS, trained)
    alone = found.page(where=pl.col("USER_ID") == "u")
    assert "view" not in vars(found)  # nothing was merged for it
    found.counts()
    other = found.page(where=pl.col("USER_ID").is_in(["u"]))
    assert alone.rows() == other.rows()
    assert found.page(1, 2, where=pl.col("USER_ID") == "u").equals(alone.slice(2, 2))


def test_what_a_large_import_made_known_is_written_down(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trained_ids, "FEW", 2)
    bulk(ledger, EVENTS, events("a", "b", "a"))
    trained = datetime.now(UTC) + timedelta(seconds=1)
    training = Training("trained", (TrainedModel(trained, features=frozenset({"realtime"})),))
    for _ in range(2):
        found = trained_ids.subjects(ledger, "ITEM_ID", trained)
        assert sorted(found.collect().to_series()) == ["a", "b"]
    assert len(list(ledger.folder.rglob("known/ITEM_ID.parquet"))) == 1
    counted = pl.col("EFFECT") == "counted"
    assert records(ledger, "interactions", EVENTS, training).total(counted) == 3
