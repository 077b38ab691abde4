"""The two layers of a dataset: ``bulk`` (Parquet files of imports) and ``put`` (a log, compacted to Parquet).

Every row has a sequence number, so that the newest of one id is known; a FULL import swaps the bulk files in
one transaction and leaves the put rows alone (developer guide, updating-datasets).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import polars as pl

from pdprep import platforms
from pdprep.local.life.ids import Ids
from pdprep.local.life.store import Store
from pdprep.local.rows.avro import AvroSchema
from pdprep.local.rows.typed import ROW, dtypes

SEQ = "__seq"
# When a row came (s since 1970; null where an older pdprep wrote it), by which route, and of which session.
AT, ROUTE, SESSION = "__at", "__route", "__session"
FULL_IMPORT, ADDED_IMPORT, WAS_PUT = 0, 1, 2
EXTRA: dict[str, pl.DataType] = {
    SEQ: pl.Int64(), ROW: pl.Int64(), AT: pl.Float64(), ROUTE: pl.Int8(), SESSION: pl.String(),
}  # fmt: skip
BULK, PUT, ALL = "BULK", "PUT", "ALL"


class Bulk(NamedTuple):
    """One file of an import."""

    seq: int
    path: Path
    at: float | None = None
    incremental: bool = False


class Logged(NamedTuple):
    """The records of one put call."""

    seq: int
    at: float | None
    body: str


@dataclass(frozen=True)
class RowsSnapshot:
    """What a dataset held at one moment: bulk files with their number, compacted put files, the put log."""

    bulk: tuple[Bulk, ...]
    put: tuple[Path, ...]
    log: tuple[Logged, ...]
    rows: int


class Layers:
    """Rows of all datasets, as files below ``folder/rows`` listed in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = store.folder / "rows"
        self._folder.mkdir(exist_ok=True, mode=0o700)
        self._readers, self._garbage, self._guard = 0, list[Path](), Lock()
        # Counted here as puts come: to ask the log at each put would read all of it.
        pending = store.rows("SELECT dataset, sum(rows) AS rows FROM puts GROUP BY dataset")
        self._pending: dict[str, int] = {row["dataset"]: row["rows"] for row in pending}
        self._sweep()

    def fresh(self) -> Path:
        """Return a path nobody uses; the file counts once it is committed."""
        return self._folder / f"{Ids.fresh()}.parquet"

    def commit_bulk(self, dataset: str, files: Iterable[tuple[Path, int]], replace: bool, at: float) -> None:
        """List new bulk files of one import, in place of the old ones or beside them."""
        with self._store.transaction():
            if replace:
                self._drop(dataset, BULK)
            self._list(dataset, BULK, self._next(), files, at, not replace)

    def append(self, dataset: str, records: list[dict[str, Any]], at: float) -> None:
        """Keep the records of one put call."""
        body = json.dumps(records, separators=(",", ":"), ensure_ascii=False)
        sql = "INSERT INTO puts (dataset, rows, body, at) VALUES (?, ?, ?, ?)"
        self._store.run(sql, dataset, len(records), body, at)
        self._pending[dataset] = self._pending.get(dataset, 0) + len(records)

    def full(self, dataset: str, most: int) -> bool:
        """Say whether the log of a dataset has grown enough to be compacted."""
        return self._pending.get(dataset, 0) >= most

    def latest(self, dataset: str = "") -> int:
        """Return the highest sequence number of a dataset's rows, or of all."""
        where, values = ("WHERE dataset = ?", (dataset,)) if dataset else ("", ())
        sql = f"SELECT max(seq) FROM {{}} {where}"
        found = (self._store.value(sql.format(table), *values) for table in ("layers", "puts"))
        return max(int(seq or 0) for seq in found)

    def latest_at(self, dataset: str, before: float) -> int:
        """Return the highest sequence number of the rows that came until a moment (s since 1970).

        Of compacted rows it is that of their file, if the whole file came until then.
        """
        # Rows whose time is not known came with an older pdprep, so before any moment that is asked about.
        sql = "SELECT max(seq) FROM {} WHERE dataset = ? AND coalesce(at, 0) <= ?"
        found = (self._store.value(sql.format(table), dataset, before) for table in ("layers", "puts"))
        return max(int(seq or 0) for seq in found)

    def first_after(self, dataset: str, seq: int) -> float:
        """Return when the first rows after a sequence number came (s since 1970), infinity if none did."""
        sql = "SELECT min(coalesce(at, 0)) FROM {} WHERE dataset = ? AND seq > ?"
        found = (self._store.value(sql.format(table), dataset, seq) for table in ("layers", "puts"))
        return min((float(at) for at in found if at is not None), default=math.inf)

    def signature(self, dataset: str) -> tuple[str, ...]:
        """Return the names of a dataset's files: what changes whenever a file comes or goes."""
        sql = "SELECT path FROM layers WHERE dataset = ? ORDER BY rowid"
        return tuple(row["path"] for row in self._store.rows(sql, dataset))

    def since(self, dataset: str, seq: int) -> list[Logged]:
        """Return the put calls of a dataset's log after a sequence number."""
        sql = "SELECT seq, at, body FROM puts WHERE dataset = ? AND seq > ? ORDER BY seq"
        return [Logged(*row) for row in self._store.rows(sql, dataset, seq)]

    def imported(self, dataset: str) -> bool:
        """Say whether a dataset has been imported in bulk."""
        sql = "SELECT 1 FROM layers WHERE dataset = ? AND layer = ?"
        return self._store.row(sql, dataset, BULK) is not None

    def compact(self, dataset: str, schema: AvroSchema) -> None:
        """Move the log of a dataset into a Parquet file."""
        self._pending.pop(dataset, None)
        log = self.since(dataset, 0)
        if not log:
            return
        path, frame = self.fresh(), log_frame(log, schema)
        # Killed before the file is listed, the log still holds the rows, and the next server sweeps the file.
        frame.write_parquet(path)
        with self._store.transaction():
            self._list(dataset, PUT, log[-1].seq, [(path, frame.height)], log[-1].at)
            self._store.run("DELETE FROM puts WHERE dataset = ? AND seq <= ?", dataset, log[-1].seq)

    @contextmanager
    def reading(self, dataset: str, mode: str) -> Iterator[RowsSnapshot]:
        """Hold what a dataset has now; its files stay until the block ends."""
        with self.kept():
            yield self._snapshot(dataset, mode)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the files of all datasets until the block ends: for lazy rows that outlive their reading."""
        with self._guard:
            self._readers += 1
        try:
            yield
        finally:
            with self._guard:
                self._readers -= 1
            self._collect_garbage()

    def replace_file(self, old: Path, new: Path, rows: int) -> None:
        """Put a rewritten file in the place of another."""
        sql = "UPDATE layers SET path = ?, rows = ? WHERE path = ?"
        self._store.run(sql, new.name, rows, old.name)
        self._let_go([old])

    def count(self, dataset: str, layer: str) -> int:
        """Count the rows of a layer, duplicates included."""
        sql = "SELECT coalesce(sum(rows), 0) FROM layers WHERE dataset = ? AND layer = ?"
        filed = int(self._store.value(sql, dataset, layer))
        return filed + (self.logged(dataset) if layer == PUT else 0)

    def logged(self, dataset: str) -> int:
        """Count the rows of a dataset that wait for compaction."""
        return int(self._store.value("SELECT coalesce(sum(rows), 0) FROM puts WHERE dataset = ?", dataset))

    def forget(self, dataset: str) -> None:
        """Drop everything a dataset holds."""
        with self._store.transaction():
            self._drop(dataset, BULK)
            self._drop(dataset, PUT)
            self._store.run("DELETE FROM puts WHERE dataset = ?", dataset)
            self._store.run("DELETE FROM touched WHERE dataset = ?", dataset)

    def _snapshot(self, dataset: str, mode: str) -> RowsSnapshot:
        with self._store.transaction():
            sql = "SELECT * FROM layers WHERE dataset = ? AND layer = ? ORDER BY seq, rowid"
            bulk = self._store.rows(sql, dataset, BULK) if mode in (BULK, ALL) else []
            put = self._store.rows(sql, dataset, PUT) if mode in (PUT, ALL) else []
            log = self.since(dataset, 0) if mode in (PUT, ALL) else []
            rows = sum(row["rows"] for row in (*bulk, *put)) + (self.logged(dataset) if log else 0)
        files = tuple(
            Bulk(row["seq"], self._folder / row["path"], row["at"], bool(row["incremental"])) for row in bulk
        )
        return RowsSnapshot(files, tuple(self._folder / row["path"] for row in put), tuple(log), rows)

    def _next(self) -> int:
        """Puts and imports share one sequence, so that newest means newest."""
        # SQLite gives a number of AUTOINCREMENT once, so the row need not stay.
        seq = self._store.run("INSERT INTO puts (dataset, rows, body) VALUES ('', 0, '')")
        self._store.run("DELETE FROM puts WHERE seq = ?", seq)
        return seq

    def _list(
        self, dataset: str, layer: str, seq: int, files: Iterable[tuple[Path, int]], at: float | None,
        incremental: bool = False,
    ) -> None:  # fmt: skip
        columns = "path, dataset, layer, seq, rows, at, incremental"
        sql = f"INSERT INTO layers ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._store.many(
            sql, [(path.name, dataset, layer, seq, rows, at, incremental) for path, rows in files]
        )

    def _drop(self, dataset: str, layer: str) -> None:
        rows = self._store.rows("SELECT path FROM layers WHERE dataset = ? AND layer = ?", dataset, layer)
        self._store.run("DELETE FROM layers WHERE dataset = ? AND layer = ?", dataset, layer)
        self._let_go([self._folder / row["path"] for row in rows])

    def _let_go(self, files: list[Path]) -> None:
        """Remove files that no row lists any more; not before that counts, since rows may come back."""
        self._store.after_commit(lambda: self._collect_garbage(files))

    def _collect_garbage(self, files: Iterable[Path] = ()) -> None:
        with self._guard:
            self._garbage += files
            # An export or a training reads files outside any transaction: what was replaced stays for it.
            if self._readers:
                return
            garbage, self._garbage = self._garbage, []
        for path in garbage:
            platforms.remove(path)

    def _sweep(self) -> None:
        """Remove what a killed server left behind: files that no committed import or compaction lists."""
        listed = {row["path"] for row in self._store.rows("SELECT path FROM layers")}
        for path in self._folder.iterdir():
            if path.name not in listed:
                platforms.remove(path)


def scan(snapshot: RowsSnapshot, schema: AvroSchema) -> pl.LazyFrame:
    """Return every row of a snapshot with its sequence and row number, oldest first."""
    types = dtypes(schema)
    wanted = [*types, *EXTRA]
    frames = [_bulk(each, types) for each in snapshot.bulk]
    # Files that an older pdprep compacted have no route in them.
    frames += [
        _parquet(path, {**types, **EXTRA}).with_columns(pl.lit(WAS_PUT, pl.Int8).alias(ROUTE))
        for path in snapshot.put
    ]
    frames.append(log_frame(snapshot.log, schema).lazy())
    return pl.concat([frame.select(wanted) for frame in frames])


def partitions(rows: int, part_rows: int) -> int:
    """Return how many partitions keep a pass over ``rows`` in bounded memory."""
    return max(1, math.ceil(rows / part_rows))


def part(rows: pl.LazyFrame, by: str, number: int, count: int) -> pl.LazyFrame:
    """Return one of ``count`` partitions; the hash is used within one run only and never stored."""
    return rows.filter(pl.col(by).hash(0) % count == number) if count > 1 else rows


def part_of(value: str, count: int) -> int:
    """Return the number of the partition that holds a value."""
    return int(pl.Series([value]).hash(0)[0]) % count


def log_frame(log: Iterable[Logged], schema: AvroSchema) -> pl.DataFrame:
    """Return the records of put calls as rows."""
    types = {**dtypes(schema), **EXTRA}
    records = [
        {**record, SEQ: each.seq, ROW: row, AT: each.at, ROUTE: WAS_PUT}
        for each in log
        for row, record in enumerate(json.loads(each.body))
    ]
    return pl.DataFrame(records, schema=types)


def _bulk(each: Bulk, types: dict[str, pl.DataType]) -> pl.LazyFrame:
    route = ADDED_IMPORT if each.incremental else FULL_IMPORT
    return _parquet(each.path, {**types, ROW: pl.Int64()}).with_columns(
        pl.lit(each.seq, pl.Int64).alias(SEQ),
        pl.lit(each.at, pl.Float64).alias(AT),
        pl.lit(route, pl.Int8).alias(ROUTE),
        pl.lit(None, pl.String).alias(SESSION),
    )


def _parquet(path: Path, types: dict[str, pl.DataType]) -> pl.LazyFrame:
    # A file keeps the columns of its time: the dataset may have another schema since. Brackets in the name of
    # a folder are no pattern.
    return pl.scan_parquet(path, schema=types, missing_columns="insert", extra_columns="ignore", glob=False)
