"""Leases: connections that clients keep open for as long as they live, so that the server knows when to end.

The system closes a client's sockets even on SIGKILL, so no lease outlives its owner.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time

PATH = "/_local/lease"
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nServer: %s\r\n\r\n"
    b"6\r\nlease\n\r\n"
)


class Leases:
    """Watch open leases on one thread."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._lock, self._closed = threading.Lock(), False
        self._open = 0
        self.idle_since = time.monotonic()
        self._thread = threading.Thread(target=self._watch, name="leases", daemon=True)
        self._thread.start()

    def add(self, connection: socket.socket, server: str) -> None:
        """Take over a connection and count it until its other end closes."""
        connection.setblocking(False)
        try:
            connection.send(HEAD % server.encode())
        except OSError:
            connection.close()  # its owner is gone already
            return
        with self._lock:
            self._selector.register(connection, selectors.EVENT_READ)
            self._open += 1
        self._wake.send(b".")

    @property
    def open(self) -> int:
        """Count the open leases."""
        return self._open

    def idle_seconds(self) -> float:
        """Return how long no lease has been open."""
        return 0.0 if self._open else time.monotonic() - self.idle_since

    def close(self) -> None:
        """Close every lease and stop watching."""
        self._closed = True
        self._wake.send(b".")
        self._thread.join(5)
        for key in list(self._selector.get_map().values()):
            self._drop(key.fileobj)
        self._selector.close()
        self._wake.close()

    def _watch(self) -> None:
        while not self._closed:
            for key, _ in self._selector.select():
                self._read(key.fileobj)

    def _read(self, connection: object) -> None:
        assert isinstance(connection, socket.socket)
        try:
            # A client sends nothing more: that it can be read means that its other end closed. One byte of
            # ours wakes the thread.
            alive = bool(connection.recv(4096))
        except BlockingIOError:
            return
        except OSError:
            alive = False
        if not alive:
            self._drop(connection)

    def _drop(self, connection: object) -> None:
        assert isinstance(connection, socket.socket)
        with self._lock:
            self._selector.unregister(connection)
            connection.close()
            if connection is not self._woken:
                self._open -= 1
                self.idle_since = time.monotonic()
