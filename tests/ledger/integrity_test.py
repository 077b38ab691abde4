"""Records that are cut, removed or changed, and a lost journal, are named with the way back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pdprep.errors import LedgerError
from pdprep.ledger import compacting, integrity, leaving, view
from pdprep.ledger.integrity import Damage
from pdprep.ledger.ledger import Ledger, open_ledger
from pdprep.ledger.records import records
from tests.ledger.records_test import ITEMS, NONE, bulk, counts, items, put
from tests.support.journals import make_first_version

ADOPT = 'group.adopt("items")'


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Give a ledger of an import and two puts, the first of which is finished and was so long ago."""
    monkeypatch.setattr(leaving, "KEPT", -1)
    ledger = open_ledger(tmp_path / "movies", None)[0]
    bulk(ledger, ITEMS, items(("a", "x"), ("b", "x")))
    put(ledger, ITEMS, items(("c", "y")), sent=1)
    ledger.journal.finish_plan(ledger.journal.plans("items")[0])
    for _ in range(2):
        compacting.compact(ledger, "items")
    put(ledger, ITEMS, items(("d", "y"), ("e", "y")), sent=1)
    return ledger


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def removed(file: Path) -> None:
    file.unlink()


def changed(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("harm", [cut, removed, changed])
@pytest.mark.parametrize("number", range(3))
def test_attack_9_a_file_of_records_is_missed_by_name(
    ledger: Ledger, number: int, harm: Callable[[Path], None]
) -> None:
    file = sorted(ledger.folder.rglob("*.parquet"))[number]
    harm(file)
    with pytest.raises(LedgerError) as caught:
        records(ledger, "items", ITEMS, NONE).counts()
    assert str(file) in caught.value.found
    assert caught.value.hint == ADOPT


def test_attack_9_a_folder_of_records_is_missed_by_name(ledger: Ledger) -> None:
    for file in (ledger.records("items") / "import-000001").iterdir():
        file.unlink()
    (ledger.records("items") / "import-000001").rmdir()
    with pytest.raises(LedgerError, match=r"import-000001/part-00000\.parquet is missing"):
        records(ledger, "items", ITEMS, NONE).counts()


def test_attack_9_a_copy_of_the_home_is_the_home(ledger: Ledger) -> None:
    for file in ledger.folder.rglob("*.parquet"):
        os.utime(file, (0, 0))
    assert counts(records(ledger, "items", ITEMS, NONE)) == [2, 2, 0]


def test_attack_9_what_an_older_pdprep_wrote_is_known_from_now_on(ledger: Ledger) -> None:
    make_first_version(ledger)
    again, _ = open_ledger(ledger.folder, None)
    assert counts(records(again, "items", ITEMS, NONE)) == [2, 2, 0]
    cut(next((again.records("items") / "import-000001").glob("*.parquet")))
    with pytest.raises(LedgerError, match="were written"):
        records(again, "items", ITEMS, NONE).counts()


@pytest.mark.parametrize("harm", [cut, removed])
def test_attack_9_damage_of_before_that_is_seen_too(ledger: Ledger, harm: Callable[[Path], None]) -> None:
    make_first_version(ledger)
    harm(next((ledger.records("items") / "import-000001").glob("*.parquet")))
    again, _ = open_ledger(ledger.folder, None)
    with pytest.raises(LedgerError, match="import-000001"):
        records(again, "items", ITEMS, NONE).counts()


@pytest.mark.parametrize("harm", [Path.unlink, lambda file: file.write_bytes(b"")])
def test_attack_9_no_journal_begins_empty_beside_records(
    ledger: Ledger, harm: Callable[[Path], object]
) -> None:
    ledger.journal.close()
    harm(ledger.folder / "ledger.sqlite")
    with pytest.raises(LedgerError, match=r"ledger\.sqlite is (missing|empty)") as caught:
        open_ledger(ledger.folder, None)
    assert "adopt" in caught.value.expected
    exec(caught.value.hint)  # what is printed works when it is pasted
    fresh, _ = open_ledger(ledger.folder, None)
    assert fresh.journal.jobs() == []
    assert len(list(ledger.folder.with_name("movies.damaged").rglob("*.parquet"))) == 3


def test_attack_9_a_spoiled_journal_is_named(ledger: Ledger) -> None:
    ledger.journal.close()
    (ledger.folder / "ledger.sqlite").write_bytes(b"rubbish" * 4096)
    with pytest.raises(LedgerError, match=r"ledger\.sqlite is damaged"):
        open_ledger(ledger.folder, None)


@pytest.mark.parametrize("pattern", ["*/part-*.parquet", "*/manifest.json", "*/*.delta"])
def test_attack_9_what_can_be_built_again_is(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, pattern: str
) -> None:
    monkeypatch.setattr(view, "FEW", 1)
    expected = counts(records(ledger, "items", ITEMS, NONE))
    monkeypatch.setattr(view, "FEW", 2)
    put(ledger, ITEMS, items(("f", "y")), sent=1)
    before = counts(records(ledger, "items", ITEMS, NONE))
    assert sum(before) == sum(expected) + 1
    for file in ledger.view("items").glob(pattern):
        cut(file)
    assert counts(records(ledger, "items", ITEMS, NONE)) == before
    assert records(ledger, "items", ITEMS, NONE).page()["ITEM_ID"].to_list() == ["a", "b", "c", "d", "f"]


def test_attack_9_half_a_plan_counts_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: pl.LazyFrame, file: Path, **options: object) -> None:
        file.write_bytes(b"PAR1")
        raise OSError(28, "No space left on device")

    before = counts(records(ledger, "items", ITEMS, NONE))
    with monkeypatch.context() as full:
        full.setattr(pl.LazyFrame, "sink_parquet", broken)
        with pytest.raises(OSError, match="No space"):
            put(ledger, ITEMS, items(("g", "y")), sent=0)
    assert counts(records(ledger, "items", ITEMS, NONE)) == before
    assert [each.name for each in (ledger.folder / "scratch").iterdir() if each.name != ".gitignore"] == []


def test_attack_9_what_no_export_brings_back_has_no_such_hint(tmp_path: Path) -> None:
    found = integrity.error(Damage(tmp_path / "plan-000001.parquet", "is missing"), "actions")
    assert (found.hint, "no export brings actions back" in found.expected) == ("", True)
