"""A magic returns at once only where somebody watches; a flag, the configuration or a variable overrules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from pdprep.errors import InputError
from pdprep.notebook import surroundings

SESSION = "notebooks/a.ipynb"
ASK = """
from pdprep.notebook import surroundings
print(surroundings._jupyter_server(None, {'JPY_SESSION_NAME': 's'}))
"""


@pytest.fixture
def kernel(bare: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    monkeypatch.setattr(bare, "kernel", object(), raising=False)
    return bare


def test_a_terminal_waits_and_shows_text(bare: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", SESSION)
    assert surroundings.waits(None, "auto", bare)
    assert surroundings.mode("auto", bare) == "text"


def test_a_kernel_without_a_front_end_waits_and_shows_html(kernel: InteractiveShell) -> None:
    assert surroundings.waits(None, "auto", kernel)
    assert surroundings.mode("auto", kernel) == "html"


def test_a_kernel_of_a_jupyter_server_returns_at_once(
    kernel: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", SESSION)
    assert not surroundings.waits(None, "auto", kernel)
    assert surroundings.mode("auto", kernel) == "widget"


def test_visual_studio_code_is_known_by_its_variable(kernel: InteractiveShell) -> None:
    kernel.user_ns["__vsc_ipynb_file__"] = "a.ipynb"
    assert surroundings.live(kernel)


@pytest.mark.parametrize(("inherited", "live"), [("s", "False"), ("other", "True"), (None, "True")])
def test_a_kernel_started_from_a_cell_is_not_live(inherited: str | None, live: str) -> None:
    # Between this process and the one that asks stands one that plays papermill.
    between = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {ASK!r}], check=True)"
    environ = {name: text for name, text in os.environ.items() if name != "JPY_SESSION_NAME"}
    environ |= {"JPY_SESSION_NAME": inherited} if inherited else {}
    done = subprocess.run(
        [sys.executable, "-c", between], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == live


@pytest.mark.parametrize(
    ("flag", "config", "variable", "waits"),
    [
        (True, "0", "0", True),
        (False, "1", "1", False),
        (None, "0", "1", False),
        (None, "auto", "no", False),
        (None, "auto", "auto", True),
        (None, "auto", "", True),
    ],
)
def test_what_decides_about_waiting(
    kernel: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    flag: bool | None,
    config: str,
    variable: str,
    waits: bool,
) -> None:
    monkeypatch.setenv("PDPREP_WAIT", variable)
    assert surroundings.waits(flag, config, kernel) is waits


@pytest.mark.parametrize(
    ("config", "variable", "mode"),
    [
        ("text", "html", "text"),
        ("auto", "widget", "widget"),
        ("auto", "text", "text"),
        ("auto", "auto", "html"),
    ],
)
def test_what_decides_about_the_form(
    kernel: InteractiveShell, monkeypatch: pytest.MonkeyPatch, config: str, variable: str, mode: str
) -> None:
    monkeypatch.setenv("PDPREP_DISPLAY", variable)
    assert surroundings.mode(config, kernel) == mode


@pytest.mark.parametrize(("name", "value"), [("PDPREP_DISPLAY", "htm"), ("PDPREP_WAIT", "maybe")])
def test_a_setting_that_makes_no_sense_is_said(
    kernel: InteractiveShell, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    ask = surroundings.mode if name == "PDPREP_DISPLAY" else lambda c, s: surroundings.waits(None, c, s)
    with pytest.raises(InputError, match=f"{name}='{value}'"):
        ask("auto", kernel)


@pytest.mark.parametrize(
    ("table", "variable", "config", "mode"),
    [
        ('display = "text"', "", "auto", "text"),
        ('display = "text"', "widget", "auto", "widget"),
        ('display = "text"', "widget", "html", "html"),
        ('display = "auto"', "", "auto", "html"),
        ('profiles.prod.region = "eu-west-1"', "", "auto", "html"),
    ],
)
def test_the_project_decides_where_nothing_nearer_does(
    kernel: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    table: str,
    variable: str,
    config: str,
    mode: str,
) -> None:
    Path("pyproject.toml").write_text(f"[tool.pdprep]\n{table}\n")
    monkeypatch.setenv("PDPREP_DISPLAY", variable)
    assert surroundings.mode(config, kernel) == mode


@pytest.mark.parametrize(
    ("value", "waits"), [("true", True), ("false", False), ('"0"', False), ('"auto"', True)]
)
def test_the_project_decides_about_waiting(kernel: InteractiveShell, value: str, waits: bool) -> None:
    Path("pyproject.toml").write_text(f"[tool.pdprep]\nwait = {value}\n")
    assert surroundings.waits(None, "auto", kernel) is waits
    assert surroundings.waits(True, "auto", kernel)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[tool.pdprep]\ndisplya = 1\n", "has displya"),
        ('[tool.pdprep]\ndisplay = "htm"\n', r"\[tool.pdprep\] display='htm'"),
        ("[tool.pdprep\n", "cannot be read"),
    ],
)
def test_a_slip_in_the_project_is_said(kernel: InteractiveShell, text: str, says: str) -> None:
    Path("pyproject.toml").write_text(text)
    with pytest.raises(InputError, match=says):
        surroundings.mode("auto", kernel)
