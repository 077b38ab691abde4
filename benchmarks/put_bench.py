"""Putting events, ten a call, to a responder on this machine: a plain boto3 loop beside pdprep's sender.

pdprep's figures hold everything from the plan on: payloads, signing, sending, and the journal on disk.
``python benchmarks/put_bench.py [calls] [rounds]``
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import layers
from pdprep.ledger.answers import Answers
from pdprep.ledger.ledger import Ledger, open_ledger
from pdprep.personalize import batches
from pdprep.personalize.calls import runs
from pdprep.personalize.clients import World, keyless
from pdprep.personalize.pace import Pace
from pdprep.personalize.puts import arguments
from pdprep.personalize.resources import Dataset
from pdprep.personalize.sender import Sender
from pdprep.progress import silent

CALLS, ROUNDS = 2_000, 5
IN_FLIGHT: Final = (1, 2, 8)
DATASET: Final = Dataset("interactions", "arn", "arn", "tracking")
CONTRACT: Final = batches.put_contract(Contract.of("interactions"))


@dataclass
class Endpoint:
    """A fixed address."""

    url: str | None

    def revive(self) -> bool:
        """Nothing can be brought back here."""
        return False


def main(calls: int, rounds: int) -> None:
    """Run every sender in turn and print the medians."""
    with responder() as url, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        plan = batches.plan(CONTRACT, events(calls))
        ways: dict[str, Callable[[], None]] = {"plain boto3 loop": lambda: plain(url, plan)}
        for number in IN_FLIGHT:
            ways[f"pdprep, {number} in flight"] = sending(url, plan, Path(folder), number)
        found = [{name: measured(way) for name, way in ways.items()} for _ in range(rounds)]
    print(f"{calls:,} calls of ten events, {rounds} rounds, medians")
    print(f"{'sender':<22} {'calls/s':>8} {'CPU ms a call':>14} {'x wall':>7} {'x CPU':>6}")
    for name in ways:
        walls, cpus = zip(*(one[name] for one in found), strict=True)
        base = [one["plain boto3 loop"] for one in found]
        wall = median(mine / theirs[0] for mine, theirs in zip(walls, base, strict=True))
        cpu = median(mine / theirs[1] for mine, theirs in zip(cpus, base, strict=True))
        print(
            f"{name:<22} {calls / median(walls):>8,.0f} {median(cpus) / calls * 1000:>14.2f} "
            f"{wall:>7.2f} {cpu:>6.2f}"
        )


def events(calls: int) -> pl.DataFrame:
    """Return ten events of each of as many users as there shall be calls."""
    number = pl.int_range(calls * 10, eager=True)
    user, item = "user-" + (number // 10).cast(pl.String), "item-" + (number % 997).cast(pl.String)
    return pl.DataFrame({"USER_ID": user, "ITEM_ID": item, "TIMESTAMP": 1_700_000_000 + number})


def plain(url: str, plan: pl.DataFrame) -> None:
    """Send as one does without pdprep: a loop over calls that are made already."""
    client = keyless("us-east-1").client("personalize-events", endpoint_url=url)
    for run in runs(CONTRACT, plan):
        for call in run:
            client.put_events(**arguments(DATASET, "tracking", call))


def sending(url: str, plan: pl.DataFrame, folder: Path, in_flight: int) -> Callable[[], None]:
    """Return what sends a filed plan and writes every answer down."""
    world = World(
        keyless("us-east-1"), "0" * 12, "us-east-1", "s3://none", "", Endpoint(url), in_flight=in_flight
    )
    ledger, _ = open_ledger(folder / f"in-flight-{in_flight}", None)
    return lambda: _send(world, ledger, plan)


def _send(world: World, ledger: Ledger, plan: pl.DataFrame) -> None:
    row = layers.file_plan(ledger, "put-0001", CONTRACT, plan, "")
    answers = Answers(ledger.journal)
    sender = Sender(world, row, DATASET, "tracking", answers, Pace(None), threading.Event(), silent)
    sender.send(runs(CONTRACT, layers.unanswered(ledger, row)))
    assert sender.tally.sent == plan.height


def measured(work: Callable[[], Any]) -> tuple[float, float]:
    """Return wall and CPU seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


@contextmanager
def responder() -> Iterator[str]:
    """Run the responder beside this process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.responder"], cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.stdin.close()
        process.wait()


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(given[0] if given else CALLS, given[1] if len(given) > 1 else ROUNDS)
