"""Staging to a folder by Ray beside the engine of one machine: CPU, wall and memory, one and two workers.

``python benchmarks/ray_bench.py [rows] [workers ...]``: rows in twelve Parquet files, one node of Ray whose
workers have one processor each. Memory is what a process holds for itself: the object store, which has a cap,
is not in it.

Run it where nothing but ``pdprep[ray]`` and psutil is installed, as on a worker of a cluster. What JupyterLab
brings is loaded by each process of Ray too, through jsonschema: more than a second, whatever the rows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil  # type: ignore[import-untyped]  # it ships no types

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.generate import events

FILES: Final = 12
STORE_BYTES: Final = 2_000_000_000  # of the object store
EVERY: Final = 0.1  # seconds between two looks
COLUMNS: Final[dict[str, Any]] = {
    "USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "ts", "EVENT_TYPE": "event", "EVENT_VALUE": "value",
}  # fmt: skip


@dataclass
class Watched:
    """CPU seconds and the largest memory of processes, by their number, while they are watched."""

    cpu: dict[int, float] = field(default_factory=dict)
    peak: dict[int, int] = field(default_factory=dict)
    workers: set[int] = field(default_factory=set)

    def look(self) -> None:
        """Look at this process and all below the nodes of Ray."""
        for process in _processes():
            try:
                times, title = process.cpu_times(), " ".join(process.cmdline()[:1])
                self.cpu[process.pid] = times.user + times.system
                self.peak[process.pid] = max(self.peak.get(process.pid, 0), _own(process.pid))
            except (psutil.Error, OSError):
                continue
            if title.startswith("ray::") and "Agent" not in title and "Desk" not in title:
                self.workers.add(process.pid)


def main(rows: int, workers: tuple[int, ...]) -> None:
    """Generate the rows, stage them by each engine and print what it took."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for number in range(FILES):
            events(rows // FILES, 7 + number).write_parquet(Path(folder) / f"{number:02d}.parquet")
        cases = [0, *workers]
        found = [_run(Path(folder), count) for count in cases]
        print(f"{rows:,} rows in {FILES} Parquet files")
        print("| engine | CPU s | x local | wall s | MB of the largest worker | MB of this process |")
        print("|---|---|---|---|---|---|")
        for count, (sums, cpu, wall, largest, own) in zip(cases, found, strict=True):
            assert sums == found[0][0], "other bytes"
            name = f"ray, {count} worker{'s' * (count > 1)}" if count else "local"
            print(
                f"| {name} | {cpu:.1f} | {cpu / found[0][1]:.2f} | {wall:.1f} | {largest:.0f} | {own:.0f} |"
            )
        print(f"Each engine wrote the same {len(found[0][0])} parts.")


def _run(folder: Path, workers: int) -> tuple[list[str], float, float, float, float]:
    """Stage in a process of its own; it prints checksums and figures."""
    command = [sys.executable, __file__, "--one", str(folder), str(workers)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2_000:])
    *sums, figures = done.stdout.split("\n")[-2].split(" ")
    cpu, wall, largest, own = map(float, figures.split(","))
    return sums, cpu, wall, largest, own


def _one(folder: Path, workers: int) -> None:
    from pdprep import prepare, stage

    with _nodes(workers), tempfile.TemporaryDirectory(dir=folder) as out:
        prepared = prepare(
            str(folder / "*.parquet"), "interactions", columns=COLUMNS, metadata={"DEVICE": "device"},
            on_invalid="drop",
        )  # fmt: skip
        with _watched() as watched:
            begun = time.perf_counter()
            staged = stage(prepared, out, engine="ray" if workers else "local")
            wall = time.perf_counter() - begun
        sums = " ".join(part.sha256 for part in staged.parts)
        largest = max((watched.peak[pid] for pid in watched.workers), default=0) / 1e6
        own = watched.peak[os.getpid()] / 1e6
        print(f"{sums} {sum(watched.cpu.values()):.2f},{wall:.2f},{largest:.0f},{own:.0f}")


@contextmanager
def _watched() -> Iterator[Watched]:
    """Watch until the block ends; what was used before it is not counted."""
    before, found, ended = Watched(), Watched(), threading.Event()
    before.look()

    def watch() -> None:
        while not ended.wait(EVERY):
            found.look()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
        found.look()
    finally:
        ended.set()
        thread.join()
    found.cpu = {pid: cpu - before.cpu.get(pid, 0.0) for pid, cpu in found.cpu.items()}


@contextmanager
def _nodes(count: int) -> Iterator[None]:
    if not count:
        yield
        return
    from tests.support.ray_nodes import nodes

    with nodes(1, num_cpus=count, object_store_memory=STORE_BYTES):
        yield


def _processes() -> Iterator[psutil.Process]:
    me = psutil.Process()
    yield me
    yield from me.children(recursive=True)


def _own(pid: int) -> int:
    """Return the resident bytes of a process without memory that it shares with others."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    sizes = {line.split(":")[0]: line.split(":")[1].split() for line in lines if line.startswith("Rss")}
    return sum(int(sizes[name][0]) * 1024 for name in ("RssAnon", "RssFile") if name in sizes)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        rows, *counts = map(int, sys.argv[1:]) if sys.argv[1:] else [10_000_000]
        main(rows, tuple(counts) or (1, 2))
