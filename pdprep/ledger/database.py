"""One SQLite file whose every commit is on the disk before the next step."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pdprep import platforms
from pdprep.errors import LedgerError
from pdprep.ledger import filesystems

# What SQLite calls a file that is no longer a database. Source: sqlite.org/rescode.html.
_DAMAGED: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class Database:
    """A connection that the threads of this process share, one at a time; it is closed with its last user."""

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        self.path = path
        self._guard = threading.RLock()
        with self._said():
            self._sqlite = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
            # Jobs outlive the group that began them, so whoever holds the ledger last closes its file.
            self._closing = weakref.finalize(self, self._sqlite.close)
            self._sqlite.row_factory = sqlite3.Row
            # The write-ahead log needs shared memory, which network file systems lack.
            mode = "WAL" if filesystems.is_local(path.parent) else "DELETE"
            self._sqlite.execute(f"PRAGMA journal_mode={mode}")
            # What is written down must outlive a power cut: the next step may be a call, which nobody undoes.
            self._sqlite.execute("PRAGMA synchronous=FULL")
        self._migrate(migrations)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make every change inside the block happen together or not at all."""
        with self._guard, self._said():
            if self._sqlite.in_transaction:  # a block within a block is part of the outer one
                yield
                return
            # It may write from the start. One that began to read could be refused at its first write, if
            # another process had written in between.
            self._sqlite.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._sqlite.execute("ROLLBACK")
                raise
            self._sqlite.execute("COMMIT")

    def run(self, sql: str, *values: object) -> int:
        """Change rows; return the number of the last inserted one."""
        with self._guard, self._said():
            return self._sqlite.execute(sql, values).lastrowid or 0

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Read rows."""
        with self._guard, self._said():
            return self._sqlite.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """Read one row, or None."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def value(self, sql: str, *values: object) -> Any:
        """Read the first column of the first row, or None."""
        found = self.row(sql, *values)
        return found[0] if found else None

    def insert(self, table: str, values: dict[str, object]) -> int:
        """Add a row and return its number."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        return self.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())

    def update(self, table: str, seq: int, values: dict[str, object]) -> None:
        """Change the row of that number."""
        changes = ", ".join(f"{name} = ?" for name in values)
        self.run(f"UPDATE {table} SET {changes} WHERE seq = ?", *values.values(), seq)

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            self._closing()

    def _migrate(self, migrations: Sequence[str]) -> None:
        if self._version() == len(migrations):
            return
        with self.transaction():
            version = self._version()
            if version > len(migrations):
                raise LedgerError(
                    f"{self.path} was written by a newer pdprep",
                    f"a ledger of version {len(migrations)}, not {version}",
                    "pip install --upgrade pdprep",
                )
            # Another process may have been here first, so the version is read again under the lock.
            for number, script in enumerate(migrations[version:], version + 1):
                # One by one: executescript would commit what has been done so far.
                for statement in script.split(";"):
                    self._sqlite.execute(statement)
                self._sqlite.execute(f"PRAGMA user_version = {number}")

    def _version(self) -> int:
        return int(self.value("PRAGMA user_version"))

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorname", "").startswith(_DAMAGED):
                raise damaged(self.path, "is damaged", f"({error})") from error
            # SQLite tells neither a limit on the size of files nor a read-only disk from a full one.
            most = platforms.file_size_limit()
            said = f"; files of this process may have {most:,} bytes at most" if most is not None else ""
            raise LedgerError(
                f"the ledger {self.path} cannot be used ({error}{said})",
                "a file that can be read and written, on a disk with space left",
                "ulimit -f unlimited in the shell that starts Python; nothing recorded so far is lost"
                if most is not None
                else "free some space or pass home= another folder; nothing recorded so far is lost",
            ) from error


def damaged(file: Path, found: str, more: str) -> LedgerError:
    """Return the error that names a journal which is lost or damaged, and the way back."""
    folder = file.parent
    names = (f"{folder.name}.damaged{suffix}" for suffix in ("", *(f"-{n}" for n in range(2, 10_000))))
    aside = next(place for place in map(folder.with_name, names) if not place.exists())
    return LedgerError(
        f"the ledger {file} {found} {more}",
        "the file as it was written: put it back from a copy; or set the folder aside, connect again and let "
        f'pdprep.connect("{folder.name}").adopt(...) build each dataset anew from the service',
        f"__import__('pathlib').Path({str(folder)!r}).rename({str(aside)!r})",
    )
