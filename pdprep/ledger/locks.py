"""Locks that the system takes back when a process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from pdprep.ledger.folders import private


class Lock:
    """A lock on a file; held by one thread of one process.

    Closing the file is what frees it, so ``kill -9`` frees it too.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def take(self) -> bool:
        """Take the lock if it is free, and say whether it is ours now."""
        private(self.path.parent)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def free(self) -> None:
        """Give the lock back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def drop(self) -> None:
        """Give the lock back and remove its file, for a lock that nobody will want again."""
        if self._handle is not None:
            self.path.unlink(missing_ok=True)
            self.free()

    def held(self) -> bool:
        """Say whether somebody holds the lock."""
        if self._handle is not None:
            return True
        if not self.path.exists():
            return False
        free = self.take()
        self.free()
        return not free
