"""A service that takes anything: 200 and an empty body, so that a benchmark measures the client alone.

``python -m benchmarks.responder`` prints its port and runs until its input is closed.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Final

ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
END: Final = b"\r\n\r\n"


class Responder(asyncio.Protocol):
    """Answers every request of a connection."""

    def __init__(self) -> None:
        self._bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers go through."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer as many requests as have come whole."""
        self._bytes += data
        while (end := self._bytes.find(END)) >= 0:
            length = self._bytes[:end].lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            size = end + len(END) + int(length or 0)
            if len(self._bytes) < size:
                return
            self._bytes = self._bytes[size:]
            self._transport.write(ANSWER)


async def main() -> None:
    """Listen until whoever started this is gone."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Responder, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
