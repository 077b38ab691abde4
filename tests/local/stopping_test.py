"""A server that stops while it is at work: no thread of it dies of what it did not expect."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from cheroot.connections import ConnectionManager

from pdprep.local import running
from pdprep.local.http.leases import Leases


def test_a_connection_is_handed_back_in_the_instant_of_the_stop(
    tmp_path: Path, make_lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, put, close = threading.Event(), ConnectionManager.put, ConnectionManager.close
    arrived = threading.Event()

    def late(manager: Any, connection: Any) -> None:
        arrived.set()
        closed.wait(10)
        put(manager, connection)

    def told(manager: Any) -> None:
        close(manager)
        closed.set()

    monkeypatch.setattr(ConnectionManager, "put", late)
    monkeypatch.setattr(ConnectionManager, "close", told)
    with running(tmp_path / "state", clock="instant") as server:
        make_lab(server.url).s3.list_buckets()  # one call: a second one would wait for this connection
        assert arrived.wait(10)


def test_a_lease_whose_owner_is_gone_already() -> None:
    leases = Leases()
    ours, theirs = socket.socketpair()
    theirs.close()
    leases.add(ours, "server")
    assert (leases.open, ours.fileno()) == (0, -1)
    leases.close()


def test_the_threads_end_though_closing_the_connections_fails(
    tmp_path: Path, make_lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(manager: Any) -> None:
        raise RuntimeError("dictionary changed size during iteration")

    before = set(threading.enumerate())
    monkeypatch.setattr(ConnectionManager, "close", changed)
    with running(tmp_path / "state", clock="instant") as server:
        make_lab(server.url).s3.list_buckets()
        assert set(threading.enumerate()) > before
    assert set(threading.enumerate()) <= before


SIGNALLED = """
import random, signal
from types import SimpleNamespace
from pdprep.local import __main__ as program

program.STEP = 0.0001
signal.signal(signal.SIGTERM, signal.SIG_IGN)  # one that comes before the first wait is followed by another
signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGTERM))
for moment in range(2000):
    signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0002, 0.002), 0.003)
    caught = program._signals()
    program._wait(SimpleNamespace(idle_seconds=lambda: 0.0), SimpleNamespace(linger=9e9), caught)
    signal.setitimer(signal.ITIMER_REAL, 0)
"""


def test_a_signal_ends_the_wait_whatever_instant_it_comes_in() -> None:
    subprocess.run([sys.executable, "-c", SIGNALLED], check=True, timeout=120)
