"""Where partitions that do not fit into memory are for a while, and how what a kill left goes away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pdprep import platforms
from pdprep.locks import Lock

_PREFIX: Final = "spill-"
_LOCK: Final = ".lock"


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
    within.mkdir(parents=True, exist_ok=True, mode=0o700)  # what is written there are people's data
    sweep(within)  # a killed process cannot clean up, so the next one does
    lock = _locked(within)
    try:
        yield lock.path.parent
    finally:
        _remove(lock)


def sweep(within: Path | None = None) -> None:
    """Remove the folders of processes that ended without doing so."""
    for left in (within or _place()).glob(f"{_PREFIX}*"):
        lock = Lock(left / _LOCK)
        if left.is_dir() and _taken(lock):
            _remove(lock)


def _place() -> Path:
    """Return the folder of this user in the system's temporary folder."""
    own = Path(tempfile.gettempdir()) / "-".join(("pdprep", *filter(None, [platforms.user()])))
    own.mkdir(mode=0o700, exist_ok=True)
    # Whoever else made a folder of that name could read what is written there.
    return own if platforms.owns(own) else Path(tempfile.mkdtemp(prefix="pdprep-"))


def _locked(place: Path) -> Lock:
    """Make a folder and hold its lock, which the system takes back however the process ends."""
    # Between making a folder and locking it, somebody who sweeps may take it for one that was left.
    while True:
        lock = Lock(Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place)) / _LOCK)
        if _taken(lock):
            return lock


def _taken(lock: Lock) -> bool:
    """Take the lock of a folder, unless somebody who sweeps was quicker or the folder is gone."""
    try:
        # The folder first, which taking a lock would make. Its name last: a lock without one is nobody's.
        return lock.path.parent.is_dir() and lock.take() and lock.stands()
    except OSError:
        return False


def _remove(lock: Lock) -> None:
    """Remove a folder whose lock is held: the lock last, so that nobody takes what is about to go."""
    folder = lock.path.parent
    with suppress(OSError):  # what cannot go now goes with the next sweep
        for each in folder.iterdir():
            if each.is_dir():
                platforms.remove_tree(each)
            elif each != lock.path:
                platforms.remove(each)
    lock.drop()
    with suppress(OSError):
        folder.rmdir()
