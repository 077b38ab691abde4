"""The first page of one user's records, bulk and put: the ledger beside unsorted Parquet and SQLite.

``python benchmarks/records_bench.py [bulk rows] [put rows]``; each plan runs in a process of its own.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import compacting, contracts, record_files
from pdprep.ledger.effects import TrainedModel, Training
from pdprep.ledger.ledger import Ledger, open_ledger
from pdprep.ledger.record_files import CALL, DIGEST, POSITION
from pdprep.ledger.records import records, refresh
from pdprep.ledger.rows import SENT, CallRow
from pdprep.preparation.spread import bucket

CONTRACT: Final = Contract.of("interactions")
BULK, PUT, RUN = 10_000_000, 1_000_000, 1_000_000
LOOKS: Final = 15
Look = Callable[[str], pl.DataFrame]


def main(bulk: int, put: int) -> None:
    """Build what the plans read, then run each plan in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made = {name: built(build, Path(folder) / name, bulk, put) for name, (build, _) in PLANS.items()}
        print(f"{bulk:,} bulk and {put:,} put events; median of {LOOKS} looks at the first page of a user")
        print(f"{'plan':<18} {'ms':>7} {'peak MB':>8} {'disk MB':>8} {'built in s':>11}")
        for name, (seconds, size) in made.items():
            command = [sys.executable, __file__, "look", name, folder, str(bulk)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            print(f"{name:<18} {told[0]:>7} {told[1]:>8} {size / 1e6:>8.0f} {seconds:>11.1f}")


def events(start: int, rows: int, users: int) -> pl.DataFrame:
    """Return events of users as they come: in order of time."""
    number = pl.int_range(start, start + rows, eager=True)
    user = "user-" + (number * 7919 % users).cast(pl.String)
    item = "item-" + (number % 99_991).cast(pl.String)
    return pl.DataFrame({"USER_ID": user, "ITEM_ID": item, "TIMESTAMP": 1_600_000_000 + number})


def chunks(rows: int) -> Iterator[pl.DataFrame]:
    """Yield a million events at a time."""
    for start in range(0, rows, RUN):
        yield events(start, min(RUN, rows - start), rows // 10)


def build_ledger(folder: Path, bulk: int, put: int) -> None:
    """File an import and a put, and merge them as every job does at its end."""
    refresh(file_events(folder, bulk, put), "interactions")


def file_events(folder: Path, bulk: int, put: int) -> Ledger:
    """File an import as bulk does, run by run of whole buckets, and a put that has been answered."""
    ledger, _ = open_ledger(folder, None)
    row = ledger.journal.new_import({
        "created": 9e8, "ended": 9e8,
        "job": "bulk-0001", "dataset": "interactions", "mode": "FULL", "name": "full", "fingerprint": "",
        "rows": bulk, "keys": bulk // 10, "contract": contracts.dumps(CONTRACT), "status": "ACTIVE",
    })  # fmt: skip
    scratch, runs = ledger.scratch("bulk"), max(1, bulk // RUN)
    every = pl.concat([chunk.lazy() for chunk in chunks(bulk)])
    for number in range(runs):
        own = every.filter(bucket(pl.col("USER_ID")) % runs == number).collect()
        record_files.write_records(scratch, number, own, CONTRACT)
    record_files.file_import(ledger, row, scratch)
    _put(ledger, events(bulk, put, bulk // 10).sort("USER_ID", maintain_order=True))
    return ledger


def _put(ledger: Ledger, rows: pl.DataFrame) -> None:
    place = pl.int_range(pl.len(), dtype=pl.UInt32)
    digest = pl.concat_str(pl.all().cast(pl.String)).hash().cast(pl.String).alias(DIGEST)
    planned = rows.with_columns(digest, place.alias(POSITION), (place // 10).alias(CALL))
    plan = record_files.file_plan(ledger, "put-0002", CONTRACT, planned, "")
    answers = [
        CallRow(plan.seq, n, min(n + 9, rows.height - 1), SENT, "", 1e9) for n in range(0, rows.height, 10)
    ]
    ledger.journal.answer(*answers)
    ledger.journal.finish_plan(plan)
    compacting.compact(ledger, "interactions")


def build_nothing(folder: Path, bulk: int, put: int) -> None:
    """Leave it at the ledger that is there."""


def build_parquet(folder: Path, bulk: int, put: int) -> None:
    """Write the events as they came."""
    folder.mkdir()
    for number, chunk in enumerate(chunks(bulk)):
        chunk.with_columns(ORIGIN=pl.lit("bulk")).write_parquet(folder / f"{number:05d}.parquet")
    events(bulk, put, bulk // 10).with_columns(ORIGIN=pl.lit("put")).write_parquet(folder / "put.parquet")


def build_sqlite(folder: Path, bulk: int, put: int) -> None:
    """Insert the events and index the user."""
    folder.mkdir()
    database = sqlite3.connect(folder / "events.sqlite")
    database.execute("CREATE TABLE events (user TEXT, item TEXT, time INTEGER, origin TEXT)")
    for origin, chunk in [
        *(("bulk", chunk) for chunk in chunks(bulk)),
        ("put", events(bulk, put, bulk // 10)),
    ]:
        rows = ((*row, origin) for row in chunk.iter_rows())
        database.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)
    database.execute("CREATE INDEX by_user ON events (user, item, time)")
    database.commit()
    database.close()


def look_at_ledger(folder: Path) -> Look:
    """Ask for a page as a notebook does, where no model is trained."""
    return _look(folder, Training("none"))


def look_at_trained(folder: Path) -> Look:
    """Ask for a page where a model was trained between the import and the put."""
    at = datetime.fromtimestamp(1e9, UTC) - timedelta(seconds=1)
    training = Training("trained", (TrainedModel(at, features=frozenset({"realtime", "new items"})),))
    return _look(folder.with_name("ledger"), training)


def _look(folder: Path, training: Training) -> Look:
    ledger, _ = open_ledger(folder, None)
    return lambda user: records(ledger, "interactions", CONTRACT, training).page(
        where=pl.col("USER_ID") == user
    )


def look_at_parquet(folder: Path) -> Look:
    """Filter and merge unsorted files."""
    rows = pl.scan_parquet(folder / "*.parquet")
    same = ["USER_ID", "ITEM_ID", "TIMESTAMP"]
    return lambda user: rows.filter(pl.col("USER_ID") == user).unique(same).sort(same).head(20).collect()


def look_at_sqlite(folder: Path) -> Look:
    """Ask the index."""
    database = sqlite3.connect(folder / "events.sqlite")
    sql = "SELECT * FROM events WHERE user = ? GROUP BY user, item, time ORDER BY item, time LIMIT 20"
    return lambda user: pl.DataFrame(database.execute(sql, (user,)).fetchall(), orient="row")


PLANS: Final = {
    "ledger": (build_ledger, look_at_ledger),
    "ledger, trained": (build_nothing, look_at_trained),
    "unsorted Parquet": (build_parquet, look_at_parquet),
    "SQLite": (build_sqlite, look_at_sqlite),
}


def built(build: Callable[[Path, int, int], None], folder: Path, bulk: int, put: int) -> tuple[float, int]:
    """Return seconds and bytes."""
    began = time.perf_counter()
    build(folder, bulk, put)
    seconds = time.perf_counter() - began
    return seconds, sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def look(name: str, folder: Path, bulk: int) -> None:
    """Print median milliseconds of a look and the peak megabytes of this process."""
    page = PLANS[name][1](folder / name)
    times = []
    for number in range(LOOKS):
        began = time.perf_counter()
        found = page(f"user-{number * 37 % (bulk // 10)}")
        times.append(time.perf_counter() - began)
        assert found.height
    # Not getrusage, which also counts what the parent had when it forked.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(f"{median(times) * 1000:.1f} {peak:.0f}")


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == ["look"]:
        look(given[1], Path(given[2]), int(given[3]))
    else:
        main(int(given[0]) if given else BULK, int(given[1]) if len(given) > 1 else PUT)
