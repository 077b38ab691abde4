"""pdprep holds on Windows: it calls nothing of POSIX alone, and what differs is asked in one place."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.imports import MODULES, PROJECT, parsed

HERE = Path(__file__).parent / "windows"
SYSTEM = "pdprep.platforms"
POSIX = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
ASKED = {"os.name", "sys.platform", "os.uname", "platform.system"}
TEXT = {"open", "read_text", "write_text"}
KEPT = "file = open('a', 'w'); import os; os.{act}; print('gone')"
HIDDEN = "exec(compile('import {name}', '', 'exec'), {{'__name__': 'pdprep.somewhere'}})"


def nodes(name: str) -> list[ast.AST]:
    return list(ast.walk(parsed(name)))


def text_calls(name: str) -> list[ast.Call]:
    """Return the calls that open a file as text."""
    calls = [node for node in nodes(name) if isinstance(node, ast.Call)]
    named = [each for each in calls if getattr(each.func, "attr", getattr(each.func, "id", "")) in TEXT]
    # A mode with b is of bytes, and os.open and zip files have no text.
    return [each for each in named if is_text(each)]


def is_text(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name != "open":
        return True
    modes = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    return bool(modes) and not any("b" in mode for mode in modes)


def as_windows(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run Python with Windows' answers."""
    surroundings = {
        **os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(PROJECT)]),
        "PDPREP_HOME": str(folder / "home"), "PDPREP_LOCAL_SPEED": "50", "PDPREP_LOCAL_LINGER": "1",
        "TMPDIR": str(folder),
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=surroundings, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    done = as_windows(tmp_path_factory.mktemp("windows"), HERE / "journey.py")
    assert done.stderr == ""
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        ("modules", str(len(MODULES))),
        ("valid", "True"),
        ("staged", "1200 False"),
        ("bulk", "ACTIVE"),
        ("again", "ACTIVE"),
        ("put", "DONE DONE"),
        ("event", "DONE"),
        ("records", "1201 2"),
        ("verified", "True"),
        ("deleted", "DONE"),
        ("jobs", "7"),
    ],
)
def test_field_16_the_journey_goes_with_windows_answers(said: dict[str, str], step: str, wanted: str) -> None:
    assert said[step] == wanted


def test_field_16_only_one_module_asks_what_the_system_is() -> None:
    found = {name: nodes(name) for name in MODULES if name != SYSTEM}
    imported = {
        (name, alias.name)
        for name, within in found.items()
        for node in within
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    asked = {
        (name, ast.unparse(node))
        for name, within in found.items()
        for node in within
        if isinstance(node, ast.Attribute)
    }
    assert [each for each in (*imported, *asked) if each[1] in POSIX | ASKED] == []


def test_field_16_texts_have_one_encoding_and_one_end_of_line() -> None:
    calls = [(name, call) for name in MODULES for call in text_calls(name)]
    assert [(name, ast.unparse(call)) for name, call in calls if lacking(call)] == []


def lacking(call: ast.Call) -> set[str]:
    """Return what a call that opens a text does not say."""
    words = {each.arg for each in call.keywords}
    words |= {"encoding" for arg in call.args if ast.unparse(arg) == "'utf-8'"}
    writes = "write" in ast.unparse(call.func) or any("w" in ast.unparse(arg) for arg in call.args[-1:])
    return {"encoding", *({"newline"} if writes else ())} - words


@pytest.mark.parametrize("act", ["unlink('a')", "replace('a', 'b')", "rename('a', 'b')"])
def test_field_16_the_answers_keep_a_file_that_is_open(tmp_path: Path, act: str) -> None:
    done = as_windows(tmp_path, "-c", KEPT.format(act=act))
    assert "PermissionError" in done.stderr


@pytest.mark.parametrize("name", sorted(POSIX))
def test_field_16_the_answers_hide_what_windows_lacks(tmp_path: Path, name: str) -> None:
    done = as_windows(tmp_path, "-c", HIDDEN.format(name=name))
    assert f"No module named '{name}'" in done.stderr
