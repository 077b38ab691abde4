"""Connections that nobody can hold for ever: a request's head and body come in time, or it is over.

A head has ten seconds, a body ten and one more for each thousand bytes. Only waiting counts, not what the
server does meanwhile. So whoever sends half a request, or a byte now and then, holds a thread for that long.
"""

from __future__ import annotations

import socket
import time
from typing import Any

from cheroot.makefile import StreamReader, StreamWriter
from cheroot.server import HTTPConnection, HTTPRequest

HEAD_SECONDS = 10.0
BODY_SECONDS = 10.0
BODY_RATE = 1000.0  # bytes that are worth one more second
ANSWER_SECONDS = 60.0


class Incoming(socket.SocketIO):
    """The reading end of a socket, with a limit to what its waits come to."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock, "rb")
        self._socket, self._most, self._left, self._rate = sock, 0.0, 0.0, 0.0

    def allow(self, seconds: float, rate: float = 0.0) -> None:
        """Wait for at most ``seconds`` in all; where ``rate`` is set, so many bytes give back one of them."""
        self._most, self._left, self._rate = seconds, seconds, rate

    def readinto(self, buffer: Any) -> int | None:
        """Read what has come, or wait for it."""
        if self._left <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(self._left)
        since = time.monotonic()
        count = super().readinto(buffer)
        # What keeps coming fast enough gives back the time that it took, and never more than there was.
        gained = (count or 0) / self._rate if self._rate else 0.0
        self._left = min(self._most, self._left - (time.monotonic() - since) + gained)
        return count


class Outgoing(socket.SocketIO):
    """The writing end of a socket, with a timeout of its own: a socket has one, which reading shortens."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock, "wb")
        self._socket = sock

    def write(self, data: Any) -> int | None:
        """Write what fits."""
        self._socket.settimeout(ANSWER_SECONDS)
        return super().write(data)


def make_file(sock: socket.socket, mode: str, size: int) -> Any:
    """Return a socket as cheroot's file, over an end of ours in place of its own."""
    reading = "r" in mode
    made: Any = (StreamReader if reading else StreamWriter)(sock, mode, size)
    made._raw = Incoming(sock) if reading else Outgoing(sock)
    return made


class TimedRequest(HTTPRequest):
    """One request; its body has a time of its own."""

    def respond(self) -> None:
        """Answer it, unless its length is none."""
        length = self.inheaders.get(b"Content-Length", b"0")
        if not length.isdigit():
            self.close_connection = True
            self.simple_response("400 Bad Request", "The Content-Length must be a number.")
            return
        self.conn.rfile.raw.allow(BODY_SECONDS, BODY_RATE)
        super().respond()


class Connection(HTTPConnection):
    """A connection whose requests must come in time."""

    RequestHandlerClass = TimedRequest

    def __init__(self, server: Any, sock: socket.socket, makefile: Any = None) -> None:
        super().__init__(server, sock, make_file)

    def communicate(self) -> bool:
        """Read a request and answer it; return whether another may follow."""
        self.rfile.raw.allow(HEAD_SECONDS)
        return bool(super().communicate())  # type: ignore[no-untyped-call]  # cheroot gives it no types

    def close(self) -> None:
        """Close it; what a client that has left did not take is let go.

        The writer would try to send it once more when it is collected, and since Python 3.13 complain.
        """
        super().close()
        self.wfile._write_buf.clear()
