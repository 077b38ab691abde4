"""What differs between systems, asked of the module that answers for all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pdprep import platforms, prepare
from pdprep.errors import SourceError
from pdprep.locks import Lock
from pdprep.preparation.files import expand

ADDRESSES = [
    ("file:///data/a%20shop.csv", "/data/a shop.csv", "/data/a shop.csv"),
    ("file:///C:/data/shop.csv", "/C:/data/shop.csv", "C:/data/shop.csv"),
    ("file://localhost/data/shop.csv", "/data/shop.csv", "/data/shop.csv"),
    ("file://server/share/shop.csv", "/share/shop.csv", "//server/share/shop.csv"),
]


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platforms, "WINDOWS", True)


@pytest.mark.parametrize(("address", "path"), [(address, path) for address, path, _ in ADDRESSES])
def test_an_address_of_a_file_is_its_path(address: str, path: str) -> None:
    assert platforms.local_path(address) == path


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize(("address", "path"), [(address, path) for address, _, path in ADDRESSES])
def test_an_address_of_a_file_is_its_path_with_a_drive_on_windows(address: str, path: str) -> None:
    assert platforms.local_path(address) == path


def test_a_file_is_read_by_its_address(tmp_path: Path) -> None:
    (tmp_path / "a shop.csv").write_text("USER_ID,ITEM_ID,TIMESTAMP\nu1,i1,1700000000\n")
    frame = prepare((tmp_path / "a shop.csv").as_uri(), "interactions").frame.collect()
    assert frame["USER_ID"].to_list() == ["u1"]


def test_a_file_that_is_not_there_is_told_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "shop.csv").touch()
    with pytest.raises(SourceError, match=f'"{tmp_path}/shop.csv"'):
        expand((tmp_path / "shap.csv").as_uri())


@pytest.mark.usefixtures("windows")
def test_on_windows_a_hint_can_be_pasted_and_a_line_keeps_its_backslashes() -> None:
    assert platforms.written(r"C:\new\a.csv") == "C:/new/a.csv"
    assert platforms.words(r"movies --home C:\new\home") == ["movies", "--home", r"C:\new\home"]
    assert platforms.shell(["python", "--home", r"C:\a b"]) == r'python --home "C:\a b"'
    assert platforms.setting("TMPDIR") == "set TMPDIR=..."


@pytest.mark.usefixtures("windows")
def test_on_windows_a_server_has_a_group_of_its_own_and_a_file_no_limit() -> None:
    assert platforms.apart() == {"creationflags": 0x08000200}
    assert platforms.file_size_limit() is None
    assert platforms.disk_errors()[112] == 28


def test_elsewhere_112_is_no_full_disk() -> None:
    assert 112 not in platforms.disk_errors()


@pytest.mark.usefixtures("windows")
def test_what_is_open_somewhere_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = iter([PermissionError(13, "used by another process")] * 2)

    def refused(path: Path, *, missing_ok: bool) -> None:
        for error in tries:
            raise error

    monkeypatch.setattr(Path, "unlink", refused)
    platforms.remove(tmp_path / "a")
    assert next(tries, None) is None


@pytest.mark.parametrize("system", [True, False], ids=["windows", "posix"])
def test_a_lock_goes_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: bool) -> None:
    monkeypatch.setattr(platforms, "WINDOWS", system)
    first, second = Lock(tmp_path / "a.lock"), Lock(tmp_path / "a.lock")
    assert (first.take(), first.stands(), second.take()) == (True, True, False)
    first.note('{"port": 1}')
    assert (tmp_path / "a.lock").read_text() == '{"port": 1}'
    first.drop()
    assert (list(tmp_path.iterdir()), second.take()) == ([], True)
    second.free()
