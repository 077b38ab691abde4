"""What Linux, macOS and Windows do each in their own way: asked here and nowhere else.

``mypy --platform win32`` reads the package as Windows has it, so that no module can call what is not there.
"""

from __future__ import annotations

import errno
import mmap
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

# A variable, so that a test may have everything here answered as Windows does.
WINDOWS = sys.platform == "win32"
# For how long a file that another process still reads is waited for, in seconds from try to try.
_PAUSES: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
# ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of winerror.h; elsewhere these numbers mean other things.
_WINDOWS_FULL: Final = (39, 112)
# CREATE_NEW_PROCESS_GROUP and CREATE_NO_WINDOW of winbase.h, which ``subprocess`` names on Windows alone.
_NEW_GROUP: Final = 0x00000200
_NO_WINDOW: Final = 0x08000000


def file_size_limit() -> int | None:
    """Return how large a file of this process may become, in bytes; None where nothing limits it."""
    if sys.platform == "win32" or WINDOWS:
        return None  # it has no such limit
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    return None if most == resource.RLIM_INFINITY else most


def disk_errors() -> dict[int, int]:
    """Return what the system's numbers of a failed write mean, as numbers of ``errno``."""
    known = {each: each for each in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)}
    return known | dict.fromkeys(_WINDOWS_FULL, errno.ENOSPC) if WINDOWS else known


def user() -> str:
    """Return what tells this user apart in a folder that all users share."""
    if sys.platform == "win32" or WINDOWS:
        return ""  # its temporary folder is the user's own already
    return str(os.getuid())


def owns(folder: Path) -> bool:
    """Say whether a folder is this user's and no link to another."""
    if sys.platform == "win32" or WINDOWS:
        return not folder.is_symlink()
    return not folder.is_symlink() and folder.stat().st_uid == os.getuid()


def apart() -> dict[str, Any]:
    """Return what makes ``Popen`` start a process that outlives this one and hears none of its Ctrl-C."""
    if sys.platform == "win32" or WINDOWS:
        return {"creationflags": _NEW_GROUP | _NO_WINDOW}
    return {"start_new_session": True}


def endings() -> tuple[signal.Signals, ...]:
    """Return the signals that ask a program to end."""
    # CTRL_BREAK is the one that Windows sends to a process group of its own.
    names = ("SIGTERM", "SIGINT", "SIGBREAK" if WINDOWS else "")
    return tuple(found for name in names if (found := getattr(signal, name, None)))


def shell(words: Sequence[str]) -> str:
    """Return a command as the system's shell takes it.

    >>> shell(["python", "-m", "pdprep.local", "--home", "/a folder"])
    "python -m pdprep.local --home '/a folder'"
    """
    return subprocess.list2cmdline(words) if WINDOWS else shlex.join(words)


def written(path: object) -> str:
    """Return a path as one types it between quotation marks: there a backslash would begin an escape.

    >>> written("/data/ratings.csv")
    '/data/ratings.csv'
    """
    return str(path).replace("\\", "/") if WINDOWS else str(path)


def local_path(address: str) -> str:
    """Return the path that a ``file://`` address means; RFC 8089.

    >>> local_path("file:///data/a%20shop.csv")
    '/data/a shop.csv'
    """
    parts = urlsplit(address)
    path = unquote(parts.path)
    if WINDOWS and parts.netloc not in ("", "localhost"):
        return f"//{parts.netloc}{path}"
    return path[1:] if WINDOWS and path[2:3] == ":" else path


def words(line: str) -> list[str]:
    """Return the words of a line; a backslash parts the folders of a path on Windows, and escapes elsewhere.

    Raises:
        ValueError: Quotes are not closed.
    """
    return shlex.split(line.replace("\\", r"\\") if WINDOWS else line, comments=True)


def setting(name: str) -> str:
    """Return how a variable of the environment is set in the system's shell, with dots for its value.

    >>> setting("TMPDIR")
    'export TMPDIR=...'
    """
    return f"set {name}=..." if WINDOWS else f"export {name}=..."


def let_go(data: mmap.mmap, start: int, end: int) -> None:
    """Give back what the system has mapped of some bytes of a file, which count as memory in use."""
    if sys.platform == "win32" or WINDOWS:
        return  # it takes back by itself what is not used for a while
    begin = start - start % mmap.PAGESIZE
    data.madvise(mmap.MADV_DONTNEED, begin, min(end, len(data)) - begin)


def replace(fresh: Path, place: Path) -> None:
    """Put a file or folder in the place of another."""
    _patiently(lambda: os.replace(fresh, place))


def remove(file: Path) -> None:
    """Remove a file, should it be there."""
    _patiently(lambda: file.unlink(missing_ok=True))


def remove_tree(folder: Path) -> None:
    """Remove a folder and what is in it, as far as that goes; what is left goes with the next sweep."""
    for pause in _PAUSES[:4] if WINDOWS else ():
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(pause)
    shutil.rmtree(folder, ignore_errors=True)


def _patiently(act: Callable[[], None]) -> None:
    """Try again for a while on Windows, which lets nobody take a file away that is open somewhere."""
    for pause in _PAUSES if WINDOWS else ():
        try:
            return act()
        except FileNotFoundError:
            raise
        except OSError:
            time.sleep(pause)
    return act()
