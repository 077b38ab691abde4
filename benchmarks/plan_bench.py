"""``group.plan`` beside ``validate``, with an empty ledger and one of as many rows; and a put's own memory.

Every case is a process of its own; the cases of one round follow each other, so that their ratio holds on a
machine that is busy. ``python benchmarks/plan_bench.py [rows] [rounds] [rows of the put]``; without arguments
three million rows, with PDPREP_DEEP ten million too.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

import polars as pl

import pdprep
from benchmarks.generate import write
from pdprep.ledger import compacting, contracts, record_files, records
from pdprep.ledger.ledger import open_ledger
from pdprep.ledger.rows import SENT, CallRow
from pdprep.personalize.jobs.job import Job
from pdprep.personalize.puts import planned
from pdprep.personalize.puts.calls import runs
from pdprep.personalize.puts.request import PutRequest
from pdprep.preparation.prepare import Prepared, prepare

ROWS, DEEP, ROUNDS, PUT = 3_000_000, 10_000_000, 3, 1_000_000
CASES: Final = ("validate", "plan, empty ledger", "plan, full ledger")
PUTS: Final = ("frame alone", "put of the frame")


def main(rows: int, rounds: int = ROUNDS, put: int = PUT) -> None:
    """Run every case and print the medians."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder)
        write(place / "events.csv", rows)
        alone(["fill", "0"], place)
        found = [{case: alone([case, "0"], place) for case in CASES} for _ in range(rounds)]
        puts = {case: alone([case, str(put)], place)["peak"] for case in PUTS}
    print(f"{rows:,} rows, {rounds} rounds, medians")
    for case in CASES:
        peak = median(each[case]["peak"] for each in found)
        wall, cpu = (median(each[case][of] for each in found) for of in ("wall", "cpu"))
        ratios = [median(each[case][of] / each["validate"][of] for each in found) for of in ("wall", "cpu")]
        said = f"{case:<20} wall {wall:>7.2f} s {ratios[0]:>6.2f} x, CPU {cpu:>7.2f} s {ratios[1]:>6.2f} x"
        print(f"{said} {peak:>6,.0f} MB", flush=True)
    frame, whole = (puts[case] for case in PUTS)
    print(f"put of {put:,} events: {whole - frame:,.0f} MB beyond a process with the frame ({frame:,.0f} MB)")


def alone(asked: list[str], place: Path) -> dict[str, float]:
    """Run one case in a process of its own."""
    command = [sys.executable, __file__, "case", *asked, str(place)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def case(name: str, rows: int, place: Path) -> None:
    """Do one thing, and print its wall and CPU seconds and the peak of this process in MB."""
    start, before = time.perf_counter(), _cpu()
    if name in PUTS:
        frame = events(rows)
        if name == PUTS[1]:
            put(frame, place)
    elif name == "validate":
        pdprep.validate(prepared(place))
    else:
        # A local Personalize of its own, in a process of its own: the first plan of a home starts it.
        group = pdprep.connect("movies", home=place / ("empty" if name == CASES[1] else "full"))
        ready = prepared(place)
        if name == "fill":
            group.bulk(ready).wait()
        start, before = time.perf_counter(), _cpu()
        group.plan(ready)
    wall, cpu = time.perf_counter() - start, _cpu() - before
    print(
        json.dumps(
            {"wall": wall, "cpu": cpu, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
        )
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def prepared(place: Path) -> Prepared:
    """Return the events of the file; rows without an id are left out."""
    columns = {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "ts", "EVENT_TYPE": "event"}
    return prepare(place / "events.csv", "interactions", columns=columns, on_invalid="drop")


def events(rows: int) -> pl.DataFrame:
    """Return events of a tenth as many users."""
    number = pl.int_range(rows, eager=True)
    user, item = "user-" + (number % (rows // 10)).cast(pl.String), "item-" + (number % 997).cast(pl.String)
    return pl.DataFrame({"USER_ID": user, "ITEM_ID": item, "TIMESTAMP": 1_700_000_000 + number})


def put(frame: pl.DataFrame, place: Path) -> None:
    """Do all that a put does but for the calls themselves: every one of them is answered at once."""
    ledger, _ = open_ledger(place / "put", None)
    job = Job(ledger.journal.new_job("interactions", "put"), ledger)
    asked = PutRequest(SimpleNamespace(ledger=ledger), prepare(frame, "interactions"))  # type: ignore[arg-type]
    plan, _ = planned.plan(asked, asked.prepared, job)
    assert plan is not None
    for run in runs(contracts.loads(plan.contract), record_files.unanswered(ledger, plan)):
        answers = [CallRow(plan.seq, call.first, call.last, SENT, "", time.time()) for call in run]
        ledger.journal.answer(*answers)
    ledger.journal.finish_plan(plan)
    compacting.compact(ledger, "interactions")
    records.refresh(ledger, "interactions")


if __name__ == "__main__":
    if sys.argv[1:2] == ["case"]:
        case(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    else:
        given = [int(text) for text in sys.argv[1:]]
        sizes = [given[0]] if given else [ROWS, *([DEEP] if os.environ.get("PDPREP_DEEP") else [])]
        for rows in sizes:
            main(rows, *given[1:])
