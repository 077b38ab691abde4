"""Locks that the system takes back when a process ends, however it ends."""

from __future__ import annotations

import os
from pathlib import Path

import portalocker

from pdprep import platforms


class Lock:
    """A lock on a file; held by one thread of one process.

    Closing the file is what frees it, so ``kill -9`` frees it too.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def take(self) -> bool:
        """Take the lock if it is free, and say whether it is ours now."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)  # no child inherits it (PEP 446)
        try:
            portalocker.lock(handle, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.LockException:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def stands(self) -> bool:
        """Say whether the lock that is held has its name still: who held it before may have removed it."""
        return self._handle is not None and os.fstat(self._handle).st_nlink > 0

    def note(self, text: str) -> None:
        """Write into the file of the lock that is held; Windows lets nobody else read it."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.write(self._handle, text.encode())

    def free(self) -> None:
        """Give the lock back."""
        if self._handle is not None:
            if platforms.WINDOWS:  # which frees the lock of a file that is closed when it finds the time
                portalocker.unlock(self._handle)
            os.close(self._handle)
            self._handle = None

    def drop(self) -> None:
        """Give the lock back and remove its file, for a lock that nobody will want again."""
        if self._handle is None:
            return
        if platforms.WINDOWS:  # where the file of an open handle stays; whoever has opened it since keeps it
            self.free()
            try:
                self.path.unlink(missing_ok=True)
            except OSError:
                return
        else:  # first the name, so that nobody takes a lock whose file is about to go
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
