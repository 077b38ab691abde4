"""The app on cheroot: a server, and a WSGI gateway that can hand a connection to the leases or drop it."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Any

from cheroot import wsgi

from pdprep.local.http import admin, leases
from pdprep.local.http.app import App, allowed
from pdprep.local.http.connections import Connection
from pdprep.local.protocol.messages import from_environ
from pdprep.local.refusals import Dropped
from pdprep.local.settings import SERVER

log = logging.getLogger("pdprep.local")
THREADS = 64  # more than a few stalled requests can hold
KEEP_ALIVE_SECONDS = 60
MAX_HEADERS = 64 << 10
MAX_BODY = 5 << 30


class Gateway(wsgi.Gateway_10):
    """Answer a request through the app, or take its connection away from the server."""

    def respond(self) -> None:
        """Answer the request."""
        if self.env["PATH_INFO"] == leases.PATH:
            request = from_environ(self.env)
            if allowed(request) and admin.asked(request):
                self._lease()
                return
        try:
            super().respond()
        except Dropped:
            self._abandon()
            self.req.conn.linger = False

    def _lease(self) -> None:
        """Detach the socket: the server thinks the request is over, the leases keep it."""
        self._abandon()
        self.req.conn.linger = True
        # Detached, the descriptor is no longer cheroot's, which closes its socket after the request.
        taken = socket.socket(fileno=self.req.conn.socket.detach())
        self.req.server.leases.add(taken, SERVER)

    def _abandon(self) -> None:
        # cheroot writes headers that were not sent, and waits for another request where the connection stays.
        self.req.sent_headers = True
        self.req.close_connection = True


class Server(wsgi.Server):
    """cheroot on the loopback, bounded, with quiet errors."""

    ConnectionClass = Connection
    keep_alive_conn_limit = 1000
    expiration_interval = 0.1  # also how long a stop may take
    max_request_header_size = MAX_HEADERS
    max_request_body_size = MAX_BODY

    def __init__(self, port: int, app: App, held: leases.Leases) -> None:
        super().__init__(
            ("127.0.0.1", port), app, numthreads=THREADS, server_name="localhost", request_queue_size=256,
            timeout=KEEP_ALIVE_SECONDS, shutdown_timeout=2,
        )  # fmt: skip
        self.gateway: Callable[..., Any] = Gateway
        self.leases = held

    @property
    def port(self) -> int:
        """The port the server listens on."""
        return int(self.bind_addr[1])

    def put_conn(self, conn: Any) -> None:
        """Wait for the next request of a connection; close it where the server stops in this instant.

        cheroot closes its selector while a thread may still want to hand a connection back to it.
        """
        try:
            super().put_conn(conn)
        except (OSError, ValueError, KeyError):
            conn.close()

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Send cheroot's words to our log."""
        log.log(level, msg, exc_info=traceback)

    def stop(self) -> None:
        """Stop; connections that come or go in this instant are no news.

        The threads are ended in any case: one that is left waiting would keep the process for ever.
        """
        with contextlib.suppress(OSError, RuntimeError):
            super().stop()
        self.requests.stop(self.shutdown_timeout)
