"""A folder that is named as home keeps its mode and its files; temporary files go when nobody holds them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pdprep.engine.spill import spill
from pdprep.ledger.folders import home
from pdprep.ledger.ledger import open_ledger
from pdprep.local.settings import state_folder

OURS = ("000000000000-us-east-1/movies/ledger.sqlite", "local/server.lock", ".gitignore")
HOLDS = """
import sys, time, pathlib
from pdprep.engine.spill import spill
with spill(pathlib.Path(sys.argv[1])) as folder:
    (folder / "rows").write_text("u1")
    print(folder, flush=True)
    time.sleep(60)
"""


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    folder = tmp_path / "theirs"
    folder.mkdir()
    folder.chmod(0o755)
    return folder


def test_attack_6_an_empty_folder_keeps_its_mode(theirs: Path) -> None:
    assert home(theirs) == theirs
    assert (mode(theirs), list(theirs.iterdir())) == (0o755, [])


@pytest.mark.parametrize("file", OURS)
def test_attack_6_a_folder_with_a_ledger_of_ours_is_used(theirs: Path, file: str) -> None:
    (theirs / file).parent.mkdir(parents=True, exist_ok=True)
    (theirs / file).write_text("*\n")
    assert home(theirs) == theirs
    assert mode(theirs) == 0o755


@pytest.mark.parametrize("file", ["thesis.tex", "local/notes.txt", "2026-report/a.csv"])
def test_attack_6_any_other_folder_gets_one_of_ours(
    theirs: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (theirs / file).parent.mkdir(exist_ok=True)
    (theirs / file).write_text("x")
    monkeypatch.setenv("PDPREP_HOME", str(theirs))
    assert home() == home(theirs) == theirs / ".pdprep"
    assert (mode(theirs), mode(theirs / ".pdprep")) == (0o755, 0o700)
    assert not (theirs / ".gitignore").exists()


def test_attack_6_the_server_by_hand_finds_the_same_home(theirs: Path) -> None:
    (theirs / "thesis.tex").write_text("x")
    (home(theirs) / "local").mkdir()
    assert state_folder(theirs) == theirs / ".pdprep" / "local"


def test_attack_6_a_home_of_the_project_keeps_its_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".pdprep").mkdir(mode=0o750)
    monkeypatch.delenv("PDPREP_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert mode(home()) == 0o750


def test_attack_4_what_a_kill_left_is_swept_at_the_next_start(tmp_path: Path) -> None:
    ledger, _ = open_ledger(tmp_path / "movies", None)
    for name in ("bulk-0001", "put-0002"):
        (ledger.scratch(name) / "part.csv").write_text("u1")
    running = ledger.lock("put-0002")
    assert running.take()
    with ledger.temporary() as folder:
        again, _ = open_ledger(tmp_path / "movies", None)
        left = {each.name for each in (again.folder / "scratch").iterdir() if each.is_dir()}
        assert left == {"put-0002", folder.name}
    assert not folder.exists()


def test_attack_4_without_a_group_what_a_kill_left_is_swept(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        held = Path(process.stdout.readline().strip())
        with spill(tmp_path):
            assert (held / "rows").exists()
        process.kill()
        process.wait()
    with spill(tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder]
    assert list(tmp_path.iterdir()) == []


def test_attack_4_the_temporary_folder_is_this_user_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with spill() as folder:
        assert folder.parent == tmp_path / f"pdprep-{os.getuid()}"
        assert mode(folder.parent) == mode(folder) == 0o700
