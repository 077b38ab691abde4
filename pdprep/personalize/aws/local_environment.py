"""Join the local Personalize of this home, or start it; it outlives this process and is shared by others.

The server holds a lock on its folder and writes its address to ``endpoint.json``. Every client holds one open
connection, the lease: the system closes it however the client ends, so the server knows when it is alone.
"""

from __future__ import annotations

import atexit
import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary, finalize

from pdprep import platforms
from pdprep.errors import LocalServerError
from pdprep.ledger.folders import private
from pdprep.locks import Lock
from pdprep.personalize.aws.client import Environment, keyless

ACCOUNT: Final = "0" * 12
REGION: Final = "us-east-1"
STARTS: Final = 5  # one may fail as another client checks the lock; five fail by themselves
PATIENCE_SECONDS: Final = 30.0

_started: list[subprocess.Popen[bytes]] = []
_endpoints: WeakValueDictionary[Path, LocalEndpoint] = WeakValueDictionary()
_guard = threading.Lock()


@atexit.register
def _let_go() -> None:
    """Give up the leases and leave the servers running, without Python's complaints about either."""
    for endpoint in list(_endpoints.values()):
        endpoint.release()
    for process in _started:
        process.returncode = process.poll() or 0


def local_environment(home: Path) -> Environment:
    """Return the environment of the local Personalize in this home; its server runs when this returns.

    Raises:
        LocalServerError: It cannot be started or reached.
    """
    folder = private(home / "local").resolve()
    with _guard:
        endpoint = _endpoints.setdefault(folder, LocalEndpoint(folder))
    endpoint.ensure()
    role = f"arn:aws:iam::{ACCOUNT}:role/pdprep-local"
    return Environment(
        keyless(REGION), ACCOUNT, REGION, "s3://pdprep-local", role, endpoint, neighbours=False, poll=0.1,
        in_flight=2,
    )  # fmt: skip


class LocalEndpoint:
    """The address of a server that may end and be started again.

    The groups of one home share it; with the last of them its lease is closed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._guard = threading.Lock()
        self._lease: socket.socket | None = None
        self._url = ""

    @property
    def url(self) -> str | None:
        """The address, as ``http://127.0.0.1:4599``."""
        return self._url

    def revive(self) -> bool:
        """Find the server again, or start it."""
        self.ensure()
        return True

    def ensure(self) -> None:
        """Hold a lease on a running server; start one if none runs."""
        with self._guard:
            if self._lease is None or _closed(self._lease):
                self.release()
                self._join()

    def release(self) -> None:
        """Give up the lease."""
        if self._lease is not None:
            self._lease.close()
            self._lease = None

    def _join(self) -> None:
        process: subprocess.Popen[bytes] | None = None
        tries = 0
        deadline = time.monotonic() + PATIENCE_SECONDS
        # Several clients may start a server at once: its lock lets one of them live, and all join it.
        while time.monotonic() < deadline:
            if Lock(self.folder / "server.lock").held():
                if self._take_lease():
                    return
            elif process is None or process.poll() is not None:
                if tries == STARTS:
                    break
                process, tries = self._start(tries), tries + 1
            time.sleep(0.02)
        raise _unreachable(self.folder)

    def _take_lease(self) -> bool:
        # The lock says the same: whatever becomes of the one file, its holder is found by the other.
        for name in ("endpoint.json", "server.lock"):
            port = _port(self.folder / name)
            lease = _lease(port) if port else None
            if lease is not None:
                self._lease, self._url = lease, f"http://127.0.0.1:{port}"
                finalize(self, lease.close)
                return True
        return False

    def _start(self, tries: int) -> subprocess.Popen[bytes]:
        # It gives up where another client checks the lock in the same instant: then wait a little.
        time.sleep(0.2 * tries)
        command = [sys.executable, "-m", "pdprep.local", "--home", str(self.folder), "--clock", "auto"]
        command += ["--port", "0", "--linger"]  # 0 is the port it had before, so that clients go on
        with (self.folder / "server.log").open("ab") as log:
            try:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **platforms.apart()
                )
            except OSError as error:
                raise _unreachable(self.folder) from error
        _started[:] = [process, *(each for each in _started if each.poll() is None)]
        return process


def _lease(port: int) -> socket.socket | None:
    try:
        lease = socket.create_connection(("127.0.0.1", port), timeout=5)
    except OSError:
        return None
    request = f"GET /_local/lease HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
    try:
        lease.sendall(request.encode())
        head = lease.recv(4096)
    except OSError:
        head = b""
    if b" 200 " not in head.partition(b"\r\n")[0]:
        lease.close()
        return None
    lease.setblocking(False)  # one with a time-out would wait for it at every check
    return lease


def _closed(lease: socket.socket) -> bool:
    """Say whether the other end of a lease is gone; what the server sends to keep it alive is read away."""
    try:
        # Not select(), which takes no descriptor beyond the 1,024th.
        while lease.recv(4096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def _port(path: Path) -> int:
    """Return the port that a file of the server names; 0 where it says nothing that one can use."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["port"]
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    return found if isinstance(found, int) and 0 < found < 65536 else 0


def _unreachable(folder: Path) -> LocalServerError:
    log = folder / "server.log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    last = f" ({lines[-1]})" if lines else ""
    return LocalServerError(
        f"the local Personalize in {folder} does not answer{last}",
        "a server that starts within half a minute",
        platforms.shell(["python", "-m", "pdprep.local", "--home", str(folder)]),
    )
