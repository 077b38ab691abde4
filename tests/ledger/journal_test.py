"""The journal: what is written is there again, whoever opens it; its shape changes in numbered steps."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pdprep.errors import LedgerError
from pdprep.ledger import filesystems
from pdprep.ledger.answers import Answers
from pdprep.ledger.database import Database
from pdprep.ledger.journal import Journal
from pdprep.ledger.migrations import MIGRATIONS
from pdprep.ledger.rows import SENT, Binding, CallRow, ImportRow

IMPORT = {"dataset": "items", "fingerprint": "f", "rows": 2, "keys": 2, "contract": "{}"}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "ledger.sqlite")


def add(journal: Journal, mode: str, status: str = "ACTIVE") -> ImportRow:
    number = len(journal.imports("items"))
    row = journal.new_import({**IMPORT, "job": f"bulk-{number}", "mode": mode, "name": f"n{number}"})
    return journal.change_import(row, status=status)


def test_a_job_is_there_again(journal: Journal, tmp_path: Path) -> None:
    row = journal.new_job("items", "bulk", "FULL")
    assert row.id == "bulk-0001"
    assert Journal(tmp_path / "ledger.sqlite").jobs() == [row]


def test_ids_of_jobs_are_unique_for_two_processes(journal: Journal, tmp_path: Path) -> None:
    other = Journal(tmp_path / "ledger.sqlite")
    ids = [each.new_job("items", "put").id for each in (journal, other, journal)]
    assert ids == ["put-0001", "put-0002", "put-0003"]


def test_a_binding_is_kept(journal: Journal) -> None:
    assert journal.binding() is None
    journal.bind(Binding("arn", 1.5))
    assert journal.binding() == Binding("arn", 1.5)


def test_the_bulk_layer_begins_with_the_last_full_import(journal: Journal) -> None:
    for mode in ("FULL", "INCREMENTAL", "FULL", "INCREMENTAL"):
        add(journal, mode)
    assert [row.seq for row in journal.layer("items")] == [3, 4]


def test_a_failed_full_import_replaces_nothing(journal: Journal) -> None:
    add(journal, "FULL")
    add(journal, "FULL", status="CREATE FAILED")
    assert [row.seq for row in journal.layer("items")] == [1]


def test_imports_and_plans_share_one_sequence(journal: Journal) -> None:
    first = add(journal, "FULL")
    plan = journal.new_plan("put-0001", "items", "f", 3, "{}")
    assert [first.seq, plan.seq, add(journal, "INCREMENTAL").seq] == [1, 2, 3]


def test_answers_are_kept_in_order(journal: Journal) -> None:
    plan = journal.new_plan("put-0001", "items", "f", 20, "{}")
    for first in (10, 0):
        journal.answer(CallRow(plan.seq, first, first + 9, SENT, "", 1.0))
    assert [(call.first, call.last) for call in journal.calls(plan)] == [(0, 9), (10, 19)]
    journal.finish_plan(plan)
    assert journal.open_plans("items") == []


def test_a_migration_runs_once_and_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Journal(path).new_job("items", "put")
    newer = (*MIGRATIONS, "ALTER TABLE jobs ADD COLUMN more TEXT")
    for _ in range(2):
        assert Database(path, newer).value("PRAGMA user_version") == len(newer)
    with pytest.raises(LedgerError, match="newer pdprep"):
        Journal(path)


def test_an_import_of_an_older_journal_has_its_records_at_home(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    older = Database(path, MIGRATIONS[:4])
    texts = dict.fromkeys(("job", "mode", "name", "location", "files", "arn", "status", "reason"), "")
    older.insert("imports", {**texts, **IMPORT, "seq": 1, "keep": 0, "created": 0.0, "status": "ACTIVE"})
    older.close()
    journal = Journal(path)
    assert [(row.dataset, row.records) for row in journal.imports("items")] == [("items", "")]
    assert journal.objects("") == []


def test_a_migration_that_breaks_leaves_the_old_shape(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Journal(path).close()
    with pytest.raises(LedgerError):
        Database(path, (*MIGRATIONS, "CREATE TABLE more (id INTEGER); SELECT * FROM nothing"))
    assert Database(path, MIGRATIONS).value("SELECT count(*) FROM sqlite_master WHERE name = 'more'") == 0


def test_a_file_that_is_no_ledger_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(LedgerError, match="is damaged"):
        Journal(tmp_path / "ledger.sqlite")


def test_every_commit_waits_for_the_disk(journal: Journal) -> None:
    assert journal.database.value("PRAGMA synchronous") == 2


@pytest.mark.parametrize(("local", "mode"), [(True, "wal"), (False, "delete")])
def test_a_network_file_system_gets_no_write_ahead_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, local: bool, mode: str
) -> None:
    monkeypatch.setattr(filesystems, "is_local", lambda path: local)
    journal = Journal(tmp_path / "ledger.sqlite")
    assert journal.database.value("PRAGMA journal_mode") == mode
    journal.close()


@pytest.mark.parametrize(
    ("kind", "local"), [("ext4", True), ("nfs4", False), ("cifs", False), ("fuse", False)]
)
def test_the_file_system_is_that_of_the_nearest_mount(tmp_path: Path, kind: str, local: bool) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 0 0:1 / / rw - xfs d rw\n2 1 0:2 / {tmp_path} rw shared:1 - {kind} d rw\n")
    assert filesystems.is_local(tmp_path / "ledger", mounts) is local
    assert filesystems.is_local(Path("/elsewhere"), mounts)


def test_answers_that_come_together_share_commits(journal: Journal) -> None:
    plan, answers = journal.new_plan("put-0001", "items", "f", 400, "{}"), Answers(journal)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: answers.add(CallRow(plan.seq, n, n, SENT, "", 1.0)), range(400)))
    assert [call.first for call in journal.calls(plan)] == list(range(400))


def test_an_answer_that_cannot_be_written_is_heard_of_and_tried_again(journal: Journal) -> None:
    plan, answers = journal.new_plan("put-0001", "items", "f", 2, "{}"), Answers(journal)
    journal.database.run("ALTER TABLE calls RENAME TO lost")
    with pytest.raises(LedgerError):
        answers.add(CallRow(plan.seq, 0, 0, SENT, "", 1.0))
    journal.database.run("ALTER TABLE lost RENAME TO calls")
    answers.add(CallRow(plan.seq, 1, 1, SENT, "", 1.0))
    assert [call.first for call in journal.calls(plan)] == [0, 1]


def test_a_journal_is_plain_sqlite(journal: Journal, tmp_path: Path) -> None:
    journal.new_job("items", "put")
    ledger = sqlite3.connect(tmp_path / "ledger.sqlite")
    assert ledger.execute("SELECT id, status FROM jobs").fetchall() == [("put-0001", "QUEUED")]
    ledger.close()
