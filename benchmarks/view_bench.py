"""The merged view of the ledger beside the same view in DuckDB: merge, pages, filters, orders, memory.

``python benchmarks/view_bench.py [bulk rows] [put rows] [rounds]`` needs ``pip install -e ".[bench]"``. Each
engine has a process of its own in each round, and the rounds take turns, so that a noisy machine is noisy for
both; what it prints are medians. CPU is user and system time of all threads; the peak is that of the process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

import polars as pl

from benchmarks.records_bench import CONTRACT, file_events
from pdprep.ledger.effects import TrainedModel, Training
from pdprep.ledger.ledger import Ledger, open_ledger
from pdprep.ledger.records import records, refresh

BULK, PUT, ROUNDS = 10_000_000, 1_000_000, 3
DATASET, SIZE = "interactions", 20
TRAINED: Final = datetime.fromtimestamp(1e9, UTC) - timedelta(seconds=1)
TRAINING: Final = Training("trained", (TrainedModel(TRAINED, features=frozenset({"realtime", "new items"})),))
MERGE: Final = "merge"
DUCKDB: Final = "view.duckdb"
MEMORY: Final = "200MB"  # of DuckDB; with twice as much, deep pages take a tenth less and its looks 470 MB
Ask = Callable[[], object]
# What is asked: a condition, an order, and how far into it.
QUESTIONS: Final[dict[str, dict[str, Any]]] = {
    "first page": {},
    "deep page": {"at": 0.5},
    "last page": {"at": 1.0},
    "one user": {"equal": ("USER_ID", "user-4242")},
    "by origin": {"equal": ("ORIGIN", "incremental")},
    "by status": {"equal": ("STATUS", "ACTIVE")},
    "by effect": {"equal": ("EFFECT", "at once")},
    "by id, beginning": {"starts": ("ITEM_ID", "item-77")},
    "by origin, deep": {"equal": ("ORIGIN", "incremental"), "at": 0.05},
    "in time, first": {"sort": "TIMESTAMP"},
    "in time, deep": {"sort": "TIMESTAMP", "at": 0.5},
    "by item, deep": {"sort": "ITEM_ID", "at": 0.5},
}


class InPolars:
    """Today's view."""

    def __init__(self, folder: Path) -> None:
        self.ledger: Ledger = open_ledger(folder, None)[0]

    def merge(self) -> None:
        """Merge all layers."""
        shutil.rmtree(self.ledger.view(DATASET), ignore_errors=True)
        for known in self.ledger.folder.rglob("known"):
            shutil.rmtree(known)
        refresh(self.ledger, DATASET)

    def ask(self, number: int, question: dict[str, Any]) -> Ask:
        """Return what asks: a page and how many records there are."""
        where = None
        if "equal" in question:
            name, value = question["equal"]
            where = pl.col(name) == value
        if "starts" in question:
            name, value = question["starts"]
            where = pl.col(name).str.starts_with(value)

        found = records(self.ledger, DATASET, CONTRACT, TRAINING)

        def asked() -> object:
            page = found.page(number, SIZE, where=where, sort=question.get("sort"))
            assert page.height
            return found.total(where)

        return asked


class InDuckdb:
    """The same records in a DuckDB file: a table sorted by id, effects as a view over it."""

    def __init__(self, folder: Path) -> None:
        import duckdb

        self.ledger: Ledger = open_ledger(folder, None)[0]
        place = self.ledger.folder / "duck"
        place.mkdir(exist_ok=True)
        self.file = place / DUCKDB
        self._duckdb = duckdb
        self._open: Any = None

    @property
    def database(self) -> Any:
        """The open file."""
        if self._open is None:
            self._open = self._duckdb.connect(str(self.file), config={"memory_limit": MEMORY, "threads": 2})
            self._open.execute("SET preserve_insertion_order = true")
            self._open.execute(f"SET temp_directory = '{self.file.parent}/spill'")
        return self._open

    def merge(self) -> None:
        """Merge all layers, a range of ids at a time: that bounds the memory and leaves the table sorted."""
        self.file.unlink(missing_ok=True)
        base = 1 << 40
        bulk = f"read_parquet('{self.ledger.folder}/records/{DATASET}/import-*/*.parquet')"
        puts = f"read_parquet('{self.ledger.folder}/records/{DATASET}/plan-*.parquet')"
        layers_sql = f"""
            SELECT USER_ID, ITEM_ID, TIMESTAMP, {base} + __row AS o, true AS b, 'full' AS IMPORT,
                   to_timestamp(9e8) AS SENT_AT, 'ACTIVE' AS STATUS FROM {bulk} WHERE %s
            UNION ALL
            SELECT USER_ID, ITEM_ID, TIMESTAMP, {2 * base} + __position, false, 'put-0002', SENT_AT, 'sent'
            FROM {puts} WHERE %s"""
        run = self.database.execute
        run("""CREATE TABLE records (USER_ID VARCHAR, ITEM_ID VARCHAR, TIMESTAMP BIGINT, IMPORT VARCHAR,
               SENT_AT TIMESTAMPTZ, STATUS VARCHAR, ORIGIN VARCHAR)""")
        sampled = (
            f"SELECT USER_ID FROM {bulk} WHERE __row % 64 = 0 UNION ALL "
            f"SELECT USER_ID FROM {puts} WHERE __position % 64 = 0"
        )
        ids = [row[0] for row in run(f"SELECT USER_ID FROM ({sampled}) ORDER BY 1").fetchall()]
        fences = [None, *dict.fromkeys(ids[500_000 // 64 :: 500_000 // 64]), None]
        for low, high in pairwise(fences):
            fits = "true" if low is None else f"USER_ID >= '{low}'"
            fits += "" if high is None else f" AND USER_ID < '{high}'"
            run(f"""INSERT INTO records SELECT USER_ID, ITEM_ID, TIMESTAMP,
                    arg_max(IMPORT, o), arg_max(SENT_AT, o), arg_max(STATUS, o),
                    CASE WHEN bool_or(b) AND bool_or(NOT b) THEN 'both'
                    WHEN bool_or(b) THEN 'bulk' ELSE 'incremental' END
                    FROM ({layers_sql % (fits, fits)}) GROUP BY USER_ID, ITEM_ID, TIMESTAMP
                    ORDER BY USER_ID, ITEM_ID, TIMESTAMP""")
        run(f"CREATE TABLE known AS SELECT DISTINCT ITEM_ID FROM {bulk} ORDER BY 1")
        at = f"TIMESTAMPTZ '{TRAINED.isoformat()}'"
        # Most records are bulk, and of these nobody asks whether a training knew their items.
        counted = f"CASE WHEN SENT_AT <= {at} THEN"
        known = f"{counted} 'counted' WHEN k.ITEM_ID IS NOT NULL THEN 'at once' ELSE 'within 2 h' END"
        soon = f"{counted} {at} WHEN k.ITEM_ID IS NOT NULL THEN SENT_AT ELSE SENT_AT + INTERVAL 2 HOUR END"
        run(f"""CREATE VIEW shown AS
                SELECT rowid AS row, *, {counted} 'counted' ELSE 'next training' END AS EFFECT,
                {counted} {at} END AS EFFECT_AT, SENT_AT + INTERVAL 20 MINUTE AS FILTERS_AT
                FROM records WHERE ORIGIN = 'bulk' UNION ALL
                SELECT r.rowid, r.*, {known}, {soon}, SENT_AT
                FROM records r LEFT JOIN known k USING (ITEM_ID) WHERE ORIGIN <> 'bulk'""")
        run("CHECKPOINT")
        self.database.close()
        self._open = None

    def ask(self, number: int, question: dict[str, Any]) -> Ask:
        """Return what asks: a page and how many records there are."""
        fits = "true"
        if "equal" in question:
            fits = "{} = '{}'".format(*question["equal"])
        if "starts" in question:
            fits = "starts_with({}, '{}')".format(*question["starts"])
        # The table stands in the order of ids and a scan keeps it, so row numbers are that order. The rows
        # of a page are read once their numbers are known; where nobody asks for effects, only they get them.
        derived = "EFFECT" in fits
        table, row = ("shown", "row") if derived else ("records", "rowid")
        by = f"ORDER BY {question['sort']} NULLS LAST, {row}" if "sort" in question else ""
        if derived:
            by = f"ORDER BY {row}"  # a join does not keep the order
        limit = f"LIMIT {SIZE} OFFSET {number * SIZE}"

        def asked() -> object:
            run = self.database.execute
            total = run(f"SELECT count(*) FROM {table} WHERE {fits}").fetchone()[0]
            first = number * SIZE
            rows = list(range(first, min(first + SIZE, total)))
            if fits != "true" or by:
                rows = [
                    row for (row,) in run(f"SELECT {row} FROM {table} WHERE {fits} {by} {limit}").fetchall()
                ]
            wanted = ", ".join(map(str, rows))
            page = run(f"SELECT * FROM shown WHERE row IN ({wanted})").fetchall()
            assert len(page) == len(rows) > 0
            return total

        return asked


ENGINES: Final = {"polars": InPolars, "duckdb": InDuckdb}


def measure(engine: str, folder: Path, what: str, rows: int) -> dict[str, list[float]]:
    """Return seconds, CPU seconds and the peak of what one process does."""
    view = ENGINES[engine](folder)
    found: dict[str, list[float]] = {}
    if what == MERGE:
        found[MERGE] = timed(view.merge)
    else:
        for name, question in QUESTIONS.items():
            last = (rows - 1) // SIZE
            ask = view.ask(min(int(question.get("at", 0) * rows) // SIZE, last), question)
            found[name] = timed(ask)
            found[f"{name}, again"] = timed(ask)
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found[f"peak of {what}"] = [int(status.partition("VmHWM:")[2].split()[0]) / 1024, 0]
    return found


def timed(ask: Ask) -> list[float]:
    """Return seconds and CPU seconds."""
    before, began = os.times(), time.perf_counter()
    ask()
    after, ended = os.times(), time.perf_counter()
    return [ended - began, after.user + after.system - before.user - before.system]


def main(bulk: int, put: int, rounds: int) -> None:
    """Build once, then let the engines take turns."""
    with tempfile.TemporaryDirectory(prefix="bench-") as text:
        folder = Path(text) / "ledger"
        file_events(folder, bulk, put)
        told: dict[str, dict[str, list[list[float]]]] = {name: {} for name in ENGINES}
        for _ in range(rounds):
            for what in (MERGE, "looks"):
                for engine in ENGINES:
                    for name, values in _child(engine, folder, what, bulk + put).items():
                        told[engine].setdefault(name, []).append(values)
        show(told, bulk, put, rounds)


def _child(engine: str, folder: Path, what: str, rows: int) -> dict[str, list[float]]:
    command = [sys.executable, __file__, "measure", engine, str(folder), what, str(rows)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)  # type: ignore[no-any-return]


def show(told: dict[str, dict[str, list[list[float]]]], bulk: int, put: int, rounds: int) -> None:
    """Print medians and their ratios."""
    print(f"{bulk:,} bulk and {put:,} put events; median of {rounds} rounds in turns")
    print(f"{'':<26} {'polars':>8} {'cpu':>8} {'duckdb':>8} {'cpu':>8} {'x wall':>7} {'x cpu':>6}")
    for name in told["polars"]:
        (wall, cpu), (wall_duck, cpu_duck) = (_medians(told[engine][name]) for engine in ENGINES)
        if name.startswith("peak"):
            print(f"{name:<26} {wall:>8.0f} {'MB':>8} {wall_duck:>8.0f} {'MB':>8} {wall_duck / wall:>7.2f}")
            continue
        ratio = f"{wall_duck / wall:>7.2f} {cpu_duck / max(cpu, 0.001):>6.2f}"
        print(f"{name:<26} {wall:>8.3f} {cpu:>8.3f} {wall_duck:>8.3f} {cpu_duck:>8.3f} {ratio}")


def _medians(values: list[list[float]]) -> Iterator[float]:
    return map(median, zip(*values, strict=True))


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == ["measure"]:
        print(json.dumps(measure(given[1], Path(given[2]), given[3], int(given[4]))))
    else:
        numbers = [int(value.replace("_", "")) for value in given]
        main(*(numbers + [BULK, PUT, ROUNDS][len(numbers) :]))
