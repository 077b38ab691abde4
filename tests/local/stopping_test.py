"""A server that stops while it is at work: no thread of it dies of what it did not expect."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from cheroot.connections import ConnectionManager

from pdprep.local import running
from pdprep.local.leases import Leases


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
