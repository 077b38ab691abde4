"""Where partitions that do not fit into memory are for a while, and how what a kill left goes away."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PREFIX: Final = "spill-"


@contextmanager
def spill(within: Path | None = None) -> Iterator[Path]:
    """Give a private folder until the block ends; those of killed processes beside it are removed first.

    Args:
        within: The folder to make it in; by default one of this user's in the system's temporary folder.

    >>> with spill() as folder:
    ...     _ = (folder / "rows").write_text("x")
    >>> folder.exists()
    False
    """
    within = within or _place()
    within.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep(within)
    folder, handle = _locked(within)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def sweep(within: Path | None = None) -> None:
    """Remove the folders of processes that ended without doing so."""
    for left in (within or _place()).glob(f"{_PREFIX}*"):
        _remove_if_free(left)


def _place() -> Path:
    """Return the folder of this user in the system's temporary folder."""
    own = Path(tempfile.gettempdir()) / f"pdprep-{os.getuid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    # Whoever else made a folder of that name could read what is written there.
    mine = not own.is_symlink() and own.stat().st_uid == os.getuid()
    return own if mine else Path(tempfile.mkdtemp(prefix="pdprep-"))


def _locked(place: Path) -> tuple[Path, int]:
    """Make a folder and hold its lock, which the system takes back however the process ends."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        with suppress(OSError):  # somebody who sweeps was quicker
            handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(handle).st_nlink:
                    return folder, handle
            os.close(handle)


def _remove_if_free(folder: Path) -> None:
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)
