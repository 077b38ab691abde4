"""Python on Linux as pdprep would find it on Windows: on PYTHONPATH, it takes part in every child process.

What Windows lacks cannot be imported by pdprep, its one module of questions about the system answers as
there, and a file or folder that this process holds open can be neither removed nor replaced.
"""

from __future__ import annotations

import builtins
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HIDDEN = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
APART = 0x00000200 | 0x08000000  # CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW

_import, _popen = builtins.__import__, subprocess.Popen.__init__


def _hide(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
    asks = str((globals or {}).get("__name__", "")).partition(".")[0]
    if level == 0 and asks == "pdprep" and name.partition(".")[0] in HIDDEN:
        raise ModuleNotFoundError(f"No module named {name!r} on Windows")
    return _import(name, globals, locals, fromlist, level)


def _start(self: Any, *words: Any, creationflags: int = 0, **more: Any) -> None:
    if creationflags not in (0, APART) or more.get("start_new_session"):
        raise ValueError("start_new_session is of POSIX; preexec_fn too")
    _popen(self, *words, **more)


def _open_here(path: Any) -> str:
    """Return what this process holds open, or has in its memory, of a path or below it."""
    place = os.path.realpath(os.fspath(path))
    held = {line.rpartition(" ")[2].strip() for line in Path("/proc/self/maps").read_text().splitlines()}
    for number in os.listdir("/proc/self/fd"):
        try:
            held.add(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            continue
    return next((each for each in held if each == place or each.startswith(place + "/")), "")


def _kept(act: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(path: Any, *more: Any, **options: Any) -> Any:
        # tempfile has another way there: the file goes with its handle.
        if sys._getframe(1).f_globals.get("__name__") != "tempfile":
            for each in (path, *more):
                if isinstance(each, str | os.PathLike) and (open_one := _open_here(each)):
                    raise PermissionError(13, f"used by another process, as Windows says: {open_one}", each)
        return act(path, *more, **options)

    return guarded


builtins.__import__ = _hide
subprocess.Popen.__init__ = _start  # type: ignore[method-assign]
shutil._use_fd_functions = False  # type: ignore[attr-defined]
for name in ("replace", "rename", "unlink", "remove", "rmdir"):
    setattr(os, name, _kept(getattr(os, name)))

import pdprep.platforms  # noqa: E402 - with what is hidden

pdprep.platforms.WINDOWS = True
