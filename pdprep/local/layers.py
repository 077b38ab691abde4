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
from typing import Any

import polars as pl

from pdprep.local.avro import AvroSchema
from pdprep.local.ids import Ids
from pdprep.local.store import Store
from pdprep.local.typed import ROW, dtypes

SEQ = "__seq"
BULK, PUT, ALL = "BULK", "PUT", "ALL"


@dataclass(frozen=True)
class Snapshot:
    """What a dataset held at one moment: bulk files with their number, compacted put files, the put log."""

    bulk: tuple[tuple[int, Path], ...]
    put: tuple[Path, ...]
    log: tuple[tuple[int, str], ...]
    rows: int


class Layers:
    """Rows of all datasets, as files below ``folder/rows`` listed in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = store.folder / "rows"
        self._folder.mkdir(exist_ok=True, mode=0o700)
        self._readers, self._garbage, self._guard = 0, list[Path](), Lock()
        pending = store.rows("SELECT dataset, sum(rows) AS rows FROM puts GROUP BY dataset")
        self._pending: dict[str, int] = {row["dataset"]: row["rows"] for row in pending}
        self._sweep()

    def fresh(self) -> Path:
        """Return a path nobody uses; the file counts once it is committed."""
        return self._folder / f"{Ids.fresh()}.parquet"

    def commit_bulk(self, dataset: str, files: Iterable[tuple[Path, int]], replace: bool) -> None:
        """List new bulk files of one import, in place of the old ones or beside them."""
        with self._store.transaction():
            if replace:
                self._drop(dataset, BULK)
            self._list(dataset, BULK, self._next(), files)

    def append(self, dataset: str, records: list[dict[str, Any]]) -> None:
        """Keep the records of one put call."""
        body = json.dumps(records, separators=(",", ":"), ensure_ascii=False)
        self._store.run(
            "INSERT INTO puts (dataset, rows, body) VALUES (?, ?, ?)", dataset, len(records), body
        )
        self._pending[dataset] = self._pending.get(dataset, 0) + len(records)

    def full(self, dataset: str, most: int) -> bool:
        """Say whether the log of a dataset has grown enough to be compacted."""
        return self._pending.get(dataset, 0) >= most

    def imported(self, dataset: str) -> bool:
        """Say whether a dataset has been imported in bulk."""
        sql = "SELECT 1 FROM layers WHERE dataset = ? AND layer = ?"
        return self._store.row(sql, dataset, BULK) is not None

    def compact(self, dataset: str, schema: AvroSchema) -> None:
        """Move the log of a dataset into a Parquet file."""
        self._pending.pop(dataset, None)
        log = self._log(dataset)
        if not log:
            return
        path, frame = self.fresh(), _log_frame(log, schema)
        frame.write_parquet(path)
        with self._store.transaction():
            self._list(dataset, PUT, log[-1][0], [(path, frame.height)])
            self._store.run("DELETE FROM puts WHERE dataset = ? AND seq <= ?", dataset, log[-1][0])

    @contextmanager
    def reading(self, dataset: str, mode: str) -> Iterator[Snapshot]:
        """Hold what a dataset has now; its files stay until the block ends."""
        with self._guard:
            self._readers += 1
        try:
            yield self._snapshot(dataset, mode)
        finally:
            with self._guard:
                self._readers -= 1
            self._collect_garbage()

    def replace_file(self, old: Path, new: Path, rows: int) -> None:
        """Put a rewritten file in the place of another."""
        sql = "UPDATE layers SET path = ?, rows = ? WHERE path = ?"
        self._store.run(sql, new.name, rows, old.name)
        self._garbage.append(old)

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

    def _snapshot(self, dataset: str, mode: str) -> Snapshot:
        with self._store.transaction():
            sql = "SELECT * FROM layers WHERE dataset = ? AND layer = ? ORDER BY seq, rowid"
            bulk = self._store.rows(sql, dataset, BULK) if mode in (BULK, ALL) else []
            put = self._store.rows(sql, dataset, PUT) if mode in (PUT, ALL) else []
            log = self._log(dataset) if mode in (PUT, ALL) else []
            rows = sum(row["rows"] for row in (*bulk, *put)) + (self.logged(dataset) if log else 0)
        files = tuple((row["seq"], self._folder / row["path"]) for row in bulk)
        return Snapshot(files, tuple(self._folder / row["path"] for row in put), tuple(log), rows)

    def _log(self, dataset: str) -> list[tuple[int, str]]:
        rows = self._store.rows("SELECT seq, body FROM puts WHERE dataset = ? ORDER BY seq", dataset)
        return [(row["seq"], row["body"]) for row in rows]

    def _next(self) -> int:
        """Puts and imports share one sequence, so that newest means newest."""
        seq = self._store.run("INSERT INTO puts (dataset, rows, body) VALUES ('', 0, '')")
        self._store.run("DELETE FROM puts WHERE seq = ?", seq)
        return seq

    def _list(self, dataset: str, layer: str, seq: int, files: Iterable[tuple[Path, int]]) -> None:
        values = [(path.name, dataset, layer, seq, rows) for path, rows in files]
        self._store.many(
            "INSERT INTO layers (path, dataset, layer, seq, rows) VALUES (?, ?, ?, ?, ?)", values
        )

    def _drop(self, dataset: str, layer: str) -> None:
        rows = self._store.rows("SELECT path FROM layers WHERE dataset = ? AND layer = ?", dataset, layer)
        self._store.run("DELETE FROM layers WHERE dataset = ? AND layer = ?", dataset, layer)
        self._garbage += [self._folder / row["path"] for row in rows]

    def _collect_garbage(self) -> None:
        with self._guard:
            if self._readers:
                return
            listed = (
                {row["path"] for row in self._store.rows("SELECT path FROM layers")}
                if self._garbage
                else set()
            )
            for path in self._garbage:
                if path.name not in listed:
                    path.unlink(missing_ok=True)
            self._garbage = []

    def _sweep(self) -> None:
        """Remove what a killed server left behind: files that no committed import or compaction lists."""
        listed = {row["path"] for row in self._store.rows("SELECT path FROM layers")}
        for path in self._folder.iterdir():
            if path.name not in listed:
                path.unlink(missing_ok=True)


def scan(snapshot: Snapshot, schema: AvroSchema) -> pl.LazyFrame:
    """Return every row of a snapshot with its sequence and row number, oldest first."""
    types = dtypes(schema)
    wanted = [*types, SEQ, ROW]
    frames = [_bulk(seq, path, types) for seq, path in snapshot.bulk]
    frames += [_parquet(path, {**types, SEQ: pl.Int64(), ROW: pl.Int64()}) for path in snapshot.put]
    frames.append(_log_frame(list(snapshot.log), schema).lazy())
    return pl.concat([frame.select(wanted) for frame in frames])


def partitions(rows: int, part_rows: int) -> int:
    """Return how many partitions keep a pass over ``rows`` in bounded memory."""
    return max(1, math.ceil(rows / part_rows))


def part(rows: pl.LazyFrame, by: str, number: int, count: int) -> pl.LazyFrame:
    """Return one of ``count`` partitions; the hash is used within one run only and never stored."""
    return rows.filter(pl.col(by).hash(0) % count == number) if count > 1 else rows


def _bulk(seq: int, path: Path, types: dict[str, pl.DataType]) -> pl.LazyFrame:
    return _parquet(path, {**types, ROW: pl.Int64()}).with_columns(pl.lit(seq, pl.Int64).alias(SEQ))


def _parquet(path: Path, types: dict[str, pl.DataType]) -> pl.LazyFrame:
    return pl.scan_parquet(path, schema=types, missing_columns="insert", extra_columns="ignore", glob=False)


def _log_frame(log: list[tuple[int, str]], schema: AvroSchema) -> pl.DataFrame:
    types = {**dtypes(schema), SEQ: pl.Int64(), ROW: pl.Int64()}
    records = [
        {**record, SEQ: seq, ROW: row} for seq, body in log for row, record in enumerate(json.loads(body))
    ]
    return pl.DataFrame(records, schema=types)
