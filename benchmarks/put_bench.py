"""Putting events, ten a call, to a responder on this machine: a plain boto3 loop beside pdprep's two senders.

pdprep's figures hold everything: event ids, the plan on disk, payloads, signing, sending, and the journal.
``python benchmarks/put_bench.py [calls] [rounds]``
"""

from __future__ import annotations

import json
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
from pdprep.ledger import record_files
from pdprep.ledger.answers import Answers
from pdprep.ledger.ledger import Ledger, open_ledger
from pdprep.personalize.aws.client import Environment, keyless
from pdprep.personalize.puts import batches
from pdprep.personalize.puts.calls import runs
from pdprep.personalize.puts.transport.boto3_transport import Boto3Transport
from pdprep.personalize.puts.transport.fast_transport import FastTransport
from pdprep.personalize.puts.transport.operations import Destination
from pdprep.personalize.puts.transport.rate_limiter import RateLimiter
from pdprep.personalize.puts.transport.sender import Sender, Transport
from pdprep.personalize.resources.ensuring import Dataset
from pdprep.progress import silent

CALLS, ROUNDS = 5_000, 5
PLAIN: Final = "plain boto3 loop"
# What the plain loop did when the figures of the issue were set: calls a second, CPU ms a call.
RECORDED: Final = (490, 1.8)
DATASET: Final = Dataset("interactions", "arn", "arn", "tracking")
CONTRACT: Final = batches.put_contract(Contract.of("interactions"))
STOP: Final = threading.Event()
Way = Callable[[], None]
MakeTransport = Callable[[Destination, Ledger], Transport]


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
        rows = events(calls)
        ways: dict[str, Way] = {PLAIN: plain(url, rows)}
        for name, (make, in_flight) in SENDERS.items():
            ways[name] = sending(url, rows, Path(folder) / name, make, in_flight)
        found = [{name: measured(way) for name, way in ways.items()} for _ in range(rounds)]
    print(
        f"{calls:,} calls of ten events, {rounds} rounds, medians; in brackets: were the loop no slower than"
    )
    print(f"recorded ({RECORDED[0]} calls/s, {RECORDED[1]} ms)")
    print(f"{'sender':<22} {'calls/s':>8} {'':>8} {'CPU ms a call':>14} {'':>7} {'x wall':>7} {'x CPU':>6}")
    for name in ways:
        print(line(name, calls, [one[name] for one in found], [one[PLAIN] for one in found]))


def line(name: str, calls: int, own: list[tuple[float, float]], plain: list[tuple[float, float]]) -> str:
    """Return one line of the table, as measured and as it would be beside the recorded loop."""
    (wall, cpu), (base, effort) = (
        [median(kind) / calls for kind in zip(*one, strict=True)] for one in (own, plain)
    )
    more, less = (median(a[kind] / b[kind] for a, b in zip(own, plain, strict=True)) for kind in (0, 1))
    # A machine that is slower today than when the loop was recorded slows down all of them.
    slow, dear = max(1.0, RECORDED[0] * base), max(1.0, effort * 1000 / RECORDED[1])
    scaled = f"({slow / wall:,.0f})", f"({cpu * 1000 / dear:.2f})"
    return (
        f"{name:<22} {1 / wall:>8,.0f} {scaled[0]:>8} {cpu * 1000:>14.2f} {scaled[1]:>7} "
        f"{more:>7.2f} {less:>6.2f}"
    )


def events(calls: int) -> pl.DataFrame:
    """Return ten events of each of as many users as there shall be calls."""
    number = pl.int_range(calls * 10, eager=True)
    user, item = "user-" + (number // 10).cast(pl.String), "item-" + (number % 997).cast(pl.String)
    return pl.DataFrame({"USER_ID": user, "ITEM_ID": item, "TIMESTAMP": 1_700_000_000 + number})


def plain(url: str, rows: pl.DataFrame) -> Way:
    """Return what sends as one does without pdprep: a loop over calls that are made already."""
    destination = Destination(environment(url, 1), DATASET, "tracking")
    calls = [call for run in runs(CONTRACT, [batches.plan(CONTRACT, rows)]) for call in run]
    arguments = [json.loads(destination.body(call)) for call in calls]

    def loop() -> None:
        client = keyless("us-east-1").client("personalize-events", endpoint_url=url)
        for given in arguments:
            client.put_events(**given)

    return loop


def sending(url: str, rows: pl.DataFrame, folder: Path, make: MakeTransport, in_flight: int) -> Way:
    """Return what plans, files and sends the rows and writes every answer down."""
    destination = Destination(environment(url, in_flight), DATASET, "tracking")
    ledger, _ = open_ledger(folder, None)

    def send() -> None:
        planned = batches.plan(CONTRACT, rows)
        row = record_files.file_plan(ledger, "put-0001", CONTRACT, planned, "")
        sender = Sender(make(destination, ledger), row, RateLimiter(None), STOP, silent)
        sender.send(runs(CONTRACT, record_files.unanswered(ledger, row)))
        ledger.journal.finish_plan(row)
        assert sender.answered.sent == rows.height

    return send


def environment(url: str, in_flight: int) -> Environment:
    """Return the environment of the responder."""
    session = keyless("us-east-1")
    return Environment(session, "0" * 12, "us-east-1", "s3://none", "", Endpoint(url), in_flight=in_flight)


def by_boto3(destination: Destination, ledger: Ledger) -> Transport:
    """Return the transport that is the default."""
    return Boto3Transport(destination, Answers(ledger.journal), STOP)


def by_aiohttp(destination: Destination, ledger: Ledger) -> Transport:
    """Return the fast transport."""
    return FastTransport(destination, ledger.journal, STOP)


# Name: the transport, and threads; the fast transport has eight calls in flight where boto3 has a thread.
SENDERS: Final[dict[str, tuple[MakeTransport, int]]] = {
    "pdprep, 1 in flight": (by_boto3, 1),
    "pdprep, 2 in flight": (by_boto3, 2),
    "pdprep, 8 in flight": (by_boto3, 8),
    "pdprep fast, 16": (by_aiohttp, 2),
    "pdprep fast, 64": (by_aiohttp, 8),
}


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
