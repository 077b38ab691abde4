"""Where the code runs, and so whether a magic waits and how a value shows itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final

from IPython.core.interactiveshell import InteractiveShell

from pdprep import project
from pdprep.errors import InputError

MODES: Final = ("auto", "widget", "html", "text")
_YES_NO: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def live(shell: InteractiveShell, environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether somebody watches the outputs while the kernel goes on living.

    Only then may a magic return before its job is done: the kernels of papermill, nbconvert and nbval die
    with their last cell.
    """
    return in_kernel(shell) and any(sign(shell, environ) for sign in _SIGNS)


def in_kernel(shell: InteractiveShell) -> bool:
    """Say whether the shell is a Jupyter kernel's, and not a terminal's."""
    return hasattr(shell, "kernel")


def waits(flag: bool | None, configured: str, shell: InteractiveShell) -> bool:
    """Decide whether a magic waits.

    The order is the flag, ``%config``, ``PDPREP_WAIT``, ``[tool.pdprep]``, then the surroundings.
    """
    if flag is not None:
        return flag
    found = _said("wait", configured)
    return _yes_no(*found) if found else not live(shell)


def mode(configured: str, shell: InteractiveShell) -> str:
    """Decide how values show themselves: widget, html or text.

    The order is ``%config``, ``PDPREP_DISPLAY``, ``[tool.pdprep]``, then the surroundings.
    """
    found = _said("display", configured)
    if found:
        return _mode(*found)
    if not in_kernel(shell):
        return "text"
    return "widget" if live(shell) and find_spec("anywidget") else "html"


def _said(name: str, configured: str) -> tuple[str, str] | None:
    """Return where a setting was made and what it says; None where it was left to the surroundings."""
    variable = f"PDPREP_{name.upper()}"
    told = {name: configured, variable: os.environ.get(variable, "")}
    for where, text in told.items():
        if text and text != "auto":
            return where, text
    text = str(project.settings()[1].get(name, "auto"))
    return (f"[tool.pdprep] {name}", text) if text != "auto" else None


def _mode(name: str, text: str) -> str:
    if text not in MODES:
        raise InputError(f"{name}={text!r}", f"one of {', '.join(MODES)}", f"{name}=auto")
    return text


def _yes_no(name: str, text: str) -> bool:
    if text.lower() not in _YES_NO:
        raise InputError(f"{name}={text!r}", "auto, 1 or 0", f"{name}=auto")
    return _YES_NO[text.lower()]


def _jupyter_server(shell: InteractiveShell, environ: Mapping[str, str]) -> bool:
    # A Jupyter server sets it for each kernel; what that kernel starts inherits it, and has it from its
    # parent.
    session = environ.get("JPY_SESSION_NAME")
    return bool(session) and _environment_of_parent().get("JPY_SESSION_NAME") != session


def _visual_studio_code(shell: InteractiveShell, environ: Mapping[str, str]) -> bool:
    return "__vsc_ipynb_file__" in shell.user_ns


def _colab(shell: InteractiveShell, environ: Mapping[str, str]) -> bool:
    return "google.colab" in sys.modules


_SIGNS: Final = (_jupyter_server, _visual_studio_code, _colab)


def _environment_of_parent() -> Mapping[str, str]:
    """Return what this kernel's starter got: a ``!papermill`` in a cell inherits the session."""
    import psutil  # type: ignore[import-untyped]  # ships no types; ipykernel depends on it

    try:
        found: dict[str, Any] = psutil.Process(os.getppid()).environ()
    except (psutil.Error, OSError):
        return {}
    return found
