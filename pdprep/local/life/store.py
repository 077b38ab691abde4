"""The state on disk: one SQLite file, changed in transactions, that survives ``kill -9`` at any write."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pdprep.local.life.faults import Faults

Row = sqlite3.Row


class Store:
    """Rows of the state folder.

    One connection serves every thread, one at a time. It holds the file exclusively, so the write-ahead log
    needs no shared memory and works on network file systems too.
    """

    def __init__(self, folder: Path, faults: Faults | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder, self.faults = folder, faults or Faults()
        self._lock = threading.RLock()
        self._when_undone: list[Callable[[], None]] = []
        self._afterwards: list[Callable[[], None]] = []
        _demand(folder)
        self._database = _connect(folder / "state.sqlite")
        try:
            _set_up(self._database)
            _migrate(self._database)
        except BaseException as error:
            self._database.close()  # a process that goes on after this must not hold the file
            if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
                raise LostState(_lost(folder, f"is damaged ({error})")) from error
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make every change inside it happen together or not at all."""
        with self._lock:
            if self._database.in_transaction:  # the outer one commits or undoes the inner one too
                yield
                return
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.faults.reach("commit")  # all is written and nothing counts yet
                self._database.execute("COMMIT")
            except BaseException:
                self._afterwards = []
                if self._database.in_transaction:  # SQLite itself ends it where the disk is full
                    self._database.execute("ROLLBACK")
                for action in self._when_undone:
                    action()
                raise
            afterwards, self._afterwards = self._afterwards, []
        for action in afterwards:
            action()

    def when_undone(self, action: Callable[[], None]) -> None:
        """Call ``action`` after a transaction was rolled back, for what is remembered of the rows."""
        self._when_undone.append(action)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Call ``action`` once the changes so far count: now, or after the commit, and never if undone."""
        with self._lock:
            if self._database.in_transaction:
                self._afterwards.append(action)
                return
        action()

    def run(self, sql: str, *values: Any) -> int:
        """Change rows; return the id of the last inserted one."""
        with self._lock:
            return self._database.execute(sql, values).lastrowid or 0

    def many(self, sql: str, values: list[tuple[Any, ...]]) -> None:
        """Change rows for each tuple."""
        with self.transaction():
            self._database.executemany(sql, values)

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """Read rows."""
        with self._lock:
            return self._database.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> Row | None:
        """Read one row, or None."""
        with self._lock:
            found: Row | None = self._database.execute(sql, values).fetchone()
            return found

    def value(self, sql: str, *values: Any) -> Any:
        """Read the first column of the first row, or None."""
        found = self.row(sql, *values)
        return found[0] if found else None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()


def _demand(folder: Path) -> None:
    """Refuse to begin an empty state beside rows and objects: it lists none, so they would be removed."""
    state = folder / "state.sqlite"
    if state.exists() and state.stat().st_size:
        return
    kept = (folder / name for name in ("rows", "objects"))
    if any(place.is_dir() and any(place.iterdir()) for place in kept):
        raise LostState(_lost(folder, "is empty" if state.exists() else "is missing"))


def _lost(folder: Path, found: str) -> str:
    way = f"put it back from a copy, or move {folder} away to begin an empty one"
    return f"{folder / 'state.sqlite'} {found}; {way}"


def _connect(path: Path) -> sqlite3.Connection:
    # It holds records of users, and the folder may be one that others read.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5)


def _set_up(database: sqlite3.Connection) -> None:
    database.row_factory = sqlite3.Row
    # NORMAL: a killed server loses nothing; a power cut may undo the last transactions, never half of one.
    for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        database.execute(f"PRAGMA {pragma}")


def _first(database: sqlite3.Connection) -> None:
    for statement in _FIRST.split(";"):
        database.execute(statement)


_FIRST = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE resources (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, region TEXT NOT NULL,
    name TEXT NOT NULL, parent TEXT NOT NULL, family TEXT NOT NULL, created REAL NOT NULL,
    updated REAL NOT NULL,
    deleting REAL, work TEXT NOT NULL, reason TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX resources_kind ON resources (kind, region, parent);
CREATE INDEX resources_family ON resources (family);
CREATE TABLE handles (handle TEXT PRIMARY KEY, arn TEXT NOT NULL);
CREATE TABLE tags (arn TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (arn, name));
CREATE TABLE layers (
    path TEXT PRIMARY KEY, dataset TEXT NOT NULL, layer TEXT NOT NULL, seq INTEGER NOT NULL,
    rows INTEGER NOT NULL);
CREATE INDEX layers_dataset ON layers (dataset, layer);
CREATE TABLE puts (seq INTEGER PRIMARY KEY AUTOINCREMENT, dataset TEXT NOT NULL, rows INTEGER NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX puts_dataset ON puts (dataset, seq);
CREATE TABLE buckets (name TEXT PRIMARY KEY, region TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE objects (
    bucket TEXT NOT NULL REFERENCES buckets (name), key TEXT NOT NULL, blob TEXT NOT NULL,
    size INTEGER NOT NULL, etag TEXT NOT NULL, modified REAL NOT NULL, headers TEXT NOT NULL,
    PRIMARY KEY (bucket, key)) WITHOUT ROWID;
CREATE TABLE uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL REFERENCES buckets (name), key TEXT NOT NULL,
    created REAL NOT NULL, headers TEXT NOT NULL);
CREATE TABLE parts (
    upload TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE, number INTEGER NOT NULL,
    blob TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, modified REAL NOT NULL,
    headers TEXT NOT NULL, PRIMARY KEY (upload, number))
"""


def _touched(database: sqlite3.Connection) -> None:
    database.execute("CREATE TABLE touched (dataset TEXT PRIMARY KEY, at REAL NOT NULL)")


def _identity(database: sqlite3.Connection) -> None:
    database.execute("CREATE TABLE identity (seq INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL)")


def _unfinished(database: sqlite3.Connection) -> None:
    database.execute("CREATE INDEX resources_work ON resources (kind, work)")


def _completed(database: sqlite3.Connection) -> None:
    columns = ", ".join(f"{name} TEXT NOT NULL" for name in ("id", "bucket", "key", "answer"))
    database.execute(f"CREATE TABLE completed ({columns})")


def _quarters(database: sqlite3.Connection) -> None:
    """Metrics by a quarter of an hour instead of an hour, as the service's reports have them."""
    database.execute(
        "CREATE TABLE attributed (attribution TEXT, source TEXT, metric TEXT, quarter INTEGER, "
        "value REAL NOT NULL, PRIMARY KEY (attribution, source, metric, quarter)) WITHOUT ROWID"
    )
    columns = "attribution, source, metric, hour * 4, value"
    database.execute(f"INSERT INTO attributed SELECT {columns} FROM measured")
    database.execute("DELETE FROM measured")


def _arrivals(database: sqlite3.Connection) -> None:
    """When rows came, and whether by an INCREMENTAL import; of older rows that is not known."""
    database.execute("ALTER TABLE puts ADD COLUMN at REAL")
    database.execute("ALTER TABLE layers ADD COLUMN at REAL")
    database.execute("ALTER TABLE layers ADD COLUMN incremental INTEGER NOT NULL DEFAULT 0")
    database.execute(
        "CREATE TABLE measured (attribution TEXT, source TEXT, metric TEXT, hour INTEGER, "
        "value REAL NOT NULL, PRIMARY KEY (attribution, source, metric, hour)) WITHOUT ROWID"
    )


# Append, never edit: each is applied once to a folder, in order, and counted in the file itself.
MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _first,
    _touched,
    _identity,
    _unfinished,
    _completed,
    _arrivals,
    _quarters,
)


class LostState(Exception):  # noqa: N818 - names what was found
    """The state is lost or damaged, while the files that it lists are there."""


class NewerState(Exception):  # noqa: N818 - names what was found
    """The folder was written by a newer pdprep."""


def _migrate(database: sqlite3.Connection) -> None:
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise NewerState(
            f"this folder was written by a newer pdprep (state version {version}); upgrade pdprep"
        )
    for number, migration in enumerate(MIGRATIONS[version:], version + 1):
        database.execute("BEGIN IMMEDIATE")
        migration(database)
        # In the same transaction: killed here, the folder has neither the change nor its number.
        database.execute(f"PRAGMA user_version={number}")
        database.execute("COMMIT")
