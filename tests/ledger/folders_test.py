"""Where the files are: private, ignored by Git, at the root of the project; and their locks."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pdprep.errors import LedgerError
from pdprep.ledger.folders import home, private
from pdprep.ledger.ledger import open_ledger
from pdprep.ledger.rows import Binding
from pdprep.locks import Lock


@pytest.mark.parametrize("mark", ["pyproject.toml", ".git", ".pdprep"])
def test_the_home_is_at_the_root_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    deep = tmp_path / "project" / "notebooks" / "deep"
    deep.mkdir(parents=True)
    (tmp_path / "project" / mark).mkdir()
    monkeypatch.delenv("PDPREP_HOME", raising=False)
    monkeypatch.chdir(deep)
    assert home() == tmp_path / "project" / ".pdprep"


def test_a_home_that_is_named_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDPREP_HOME", str(tmp_path / "env"))
    assert home() == tmp_path / "env"
    assert home(tmp_path / "given") == tmp_path / "given"


def test_it_is_private_and_ignored_by_git(tmp_path: Path) -> None:
    folder = private(tmp_path / "new")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="cannot be written"):
        private(tmp_path / "file" / "home")


@pytest.mark.parametrize("now", [None, Binding("arn", 2.0), Binding("other", 1.0)])
def test_a_group_that_is_gone_or_new_leaves_an_archive(tmp_path: Path, now: Binding | None) -> None:
    ledger, _ = open_ledger(tmp_path / "movies", Binding("arn", 1.0))
    ledger.journal.new_job("items", "put")
    ledger.journal.close()
    fresh, note = open_ledger(tmp_path / "movies", now)
    assert fresh.journal.jobs() == []
    assert "movies.archived-" in note
    assert fresh.journal.binding() == now


def test_the_same_group_keeps_its_ledger(tmp_path: Path) -> None:
    for _ in range(2):
        ledger, note = open_ledger(tmp_path / "movies", Binding("arn", 1.0))
        ledger.journal.new_job("items", "put")
    assert (len(ledger.journal.jobs()), note) == (2, "")


def test_a_lock_is_one_thread_s(tmp_path: Path) -> None:
    first, second = (Lock(tmp_path / "a.lock") for _ in range(2))
    assert (first.take(), second.take(), second.held()) == (True, False, True)
    first.free()
    assert (second.held(), second.take()) == (False, True)
    second.drop()
    assert not (tmp_path / "a.lock").exists()


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    script = (
        "import sys, time, pathlib; from pdprep.locks import Lock; "
        "print(Lock(pathlib.Path(sys.argv[1])).take(), flush=True); time.sleep(60)"
    )
    lock = Lock(tmp_path / "a.lock")
    command = [sys.executable, "-c", script, str(lock.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "True\n"
        assert lock.held()
        process.kill()
        process.wait()
    assert not lock.held()
