"""A running server: as a thread of this process, or as the process itself."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pdprep import platforms
from pdprep.local.http.app import App
from pdprep.local.http.gateway import Server
from pdprep.local.http.leases import Leases
from pdprep.local.jobs import batch, deletions, exports, imports, trainings
from pdprep.local.operations.models import schedule
from pdprep.local.settings import ServerSettings, from_environment
from pdprep.local.state import ServerState, build
from pdprep.locks import Lock

log = logging.getLogger("pdprep.local")
JOBS = {
    "dataset-import-job": imports.run,
    "dataset-export-job": exports.run,
    "data-deletion-job": deletions.run,
    "solution-version": trainings.run,
    "recommender": trainings.run,
    "batch-inference-job": batch.infer,
    "batch-segment-job": batch.segment,
}


class FolderInUse(Exception):  # noqa: N818 - names what was found
    """Another server holds the folder."""


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    url: str
    port: int
    state: ServerState
    leases: Leases

    def advance(self, seconds: float) -> None:
        """Move a manual clock and wait for the jobs that are due."""
        self.state.clock.advance(seconds)
        schedule.settle(self.state)
        self.state.workers.settle()

    def idle_seconds(self) -> float:
        """Return how long nobody has held a lease and no job has run."""
        return 0.0 if self.state.workers.busy() else self.leases.idle_seconds()


@contextmanager
def running(folder: str | Path, clock: str = "auto", port: int = 0, **changes: object) -> Iterator[Running]:
    """Run the local Personalize as threads of this process.

    Args:
        folder: its state folder, made if missing.
        clock: ``auto``, ``instant`` or ``manual``.
        port: the port on 127.0.0.1; 0 takes the last one of this folder, or any.
        changes: other fields of ``ServerSettings``.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, running(folder, clock="instant") as server:
    ...     server.url.startswith("http://127.0.0.1:")
    True
    """
    with serve(from_environment(Path(folder), clock=clock, port=port, **changes)) as server:
        yield server


@contextmanager
def serve(settings: ServerSettings) -> Iterator[Running]:
    """Hold the folder, answer requests until the block ends, leave unfinished jobs for the next server."""
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _held(settings.folder) as lock, _opened(settings) as state:
        held = Leases()
        server = _listen(App(state), held, settings)
        thread = threading.Thread(target=server.serve, name="server", daemon=True)
        thread.start()
        _write_endpoint(settings, server.port, lock)  # now that it answers: clients wait for this file
        try:
            yield Running(f"http://127.0.0.1:{server.port}", server.port, state, held)
        finally:
            server.stop()
            thread.join(5)
            held.close()


@contextmanager
def _opened(settings: ServerSettings) -> Iterator[ServerState]:
    state = build(settings)
    state.workers.jobs.update({kind: partial(job, state) for kind, job in JOBS.items()})
    state.models.sweep(schedule.models(state))  # before any training that is resumed writes one
    state.workers.resume()  # what a server that ended had accepted
    scheduler = schedule.Scheduler(state)
    try:
        yield state
    finally:
        scheduler.stop()
        state.workers.stop()
        state.store.close()


@contextmanager
def _held(folder: Path) -> Iterator[Lock]:
    lock = Lock(folder / "server.lock")
    if not any(_taken(lock, pause) for pause in (0.0, 0.05, 0.1, 0.2)):
        raise FolderInUse(f"another local Personalize holds {folder}; see endpoint.json there")
    try:
        yield lock
    finally:
        lock.free()


def _taken(lock: Lock, pause: float) -> bool:
    """Try to take the lock; a client that only checks it holds it for an instant."""
    time.sleep(pause)
    return lock.take()


def _listen(app: App, held: Leases, settings: ServerSettings) -> Server:
    """Take the port asked for, else the last one of this folder, else any."""
    ports = [settings.port] if settings.port else [*_last_port(settings.folder), 0]
    for port in ports:
        server = Server(port, app, held)
        try:
            server.prepare()
        except OSError:
            if port == ports[-1]:
                raise
            log.warning("port %s is taken, another one is used", port)
            continue
        # cheroot sets it for fixed ports only; without it the next server could not take this port back.
        # On Windows the same option would let another program take it while it is in use.
        if not platforms.WINDOWS:
            server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return server
    raise AssertionError("unreachable")


def _last_port(folder: Path) -> list[int]:
    try:
        return [int(json.loads((folder / "endpoint.json").read_text(encoding="utf-8"))["port"])]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _write_endpoint(settings: ServerSettings, port: int, lock: Lock) -> None:
    """Say where the server is: in a file for everyone, and in the lock, should that file be spoiled."""
    endpoint = {"pid": os.getpid(), "port": port, "url": f"http://127.0.0.1:{port}", "clock": settings.clock}
    lock.note(json.dumps(endpoint))
    fresh = settings.folder / f"endpoint.{os.getpid()}.json"
    fresh.write_text(json.dumps(endpoint), encoding="utf-8", newline="\n")
    # Replaced as a whole: a client never reads half of it.
    platforms.replace(fresh, settings.folder / "endpoint.json")
