"""aiohttp as the transport of a put: many calls in flight on one thread, where boto3 is too slow.

Comes with ``pip install "pdprep[fast]"``. Credentials, addresses, proxies and certificates are boto3's.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from botocore.exceptions import ClientError, NoCredentialsError
from botocore.parsers import create_parser

from pdprep.errors import ServiceError
from pdprep.ledger.journal import Journal
from pdprep.ledger.rows import CallRow
from pdprep.personalize.aws.client import LOST, failed, translated
from pdprep.personalize.aws.signing import SKEWED, Signer
from pdprep.personalize.puts.calls import PutCall
from pdprep.personalize.puts.transport.address import Address, address
from pdprep.personalize.puts.transport.operations import PUTS, Destination
from pdprep.personalize.puts.transport.sender import Worker

WORKERS: Final = 8  # for each thread that boto3 would have
COMMIT_SECONDS: Final = 0.005  # answers of so long share one commit, and none waits longer for it
LOOK_SECONDS: Final = 0.1  # how often a wait checks whether to stop
TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=70)
_UNSENT: Final = ("Accept", "Accept-Encoding")


class FastTransport:
    """Calls by aiohttp: signed as botocore does, on one thread."""

    def __init__(self, destination: Destination, journal: Journal, stop: threading.Event) -> None:
        self._destination, self._journal, self._stop = destination, journal, stop
        self._operation = PUTS[destination.dataset.kind].operation
        self._waiting: list[CallRow] = []
        self._written: asyncio.Future[None] | None = None

    def run(self, worker: Worker) -> None:
        """Run all workers in one loop of events."""
        asyncio.run(self._run(worker))

    async def _run(self, worker: Worker) -> None:
        with translated(self._operation):
            self._address, self._signer = self._find()
        connector = aiohttp.TCPConnector(limit=0, resolver=Resolver(), ttl_dns_cache=60)
        async with aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=TIMEOUT,
            headers={"User-Agent": "pdprep"}, skip_auto_headers=_UNSENT, auto_decompress=False,
        ) as self._session:  # fmt: skip
            await asyncio.gather(
                *(worker() for _ in range(WORKERS * self._destination.environment.in_flight))
            )

    async def put(self, call: PutCall) -> None:
        """Send a call; once more where this machine's clock was wrong."""
        body, before = self._destination.body(call).encode(), self._signer.offset
        try:
            await self._post(body)
        except ServiceError as error:
            if error.code not in SKEWED or self._signer.offset == before:
                raise
            await self._post(body)

    async def pause(self, seconds: float) -> None:
        """Wait."""
        while seconds > 0 and not self._stop.is_set():
            await asyncio.sleep(min(seconds, LOOK_SECONDS))
            seconds -= LOOK_SECONDS

    async def keep(self, row: CallRow) -> None:
        """Write an answer down, together with those that come within a few milliseconds."""
        # The first answer of a group starts the clock, and all of it waits for the one commit that ends it.
        if self._written is None:
            loop = asyncio.get_running_loop()
            self._written = loop.create_future()
            loop.call_later(COMMIT_SECONDS, self._commit, self._written)
        self._waiting.append(row)
        await self._written

    def _commit(self, written: asyncio.Future[None]) -> None:
        rows, self._waiting, self._written = self._waiting, [], None
        try:
            self._journal.answer(*rows)
        except BaseException as error:
            written.set_exception(error)
        else:
            written.set_result(None)

    async def _post(self, body: bytes) -> None:
        where = self._address
        with translated(where.operation.name):
            headers = self._signer.headers(body)
            try:
                async with self._session.post(
                    where.url, data=body, headers=headers, proxy=where.proxy,
                    ssl=where.tls or True, allow_redirects=False,
                ) as answer:  # fmt: skip
                    said = await answer.read()
            except (aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
                if self._destination.environment.endpoint.revive():
                    self._address, self._signer = self._find()
                raise failed(where.operation.name, LOST, str(error) or type(error).__name__) from error
            if answer.status >= 300:
                raise self._refusal(answer.status, answer.headers, said)

    def _refusal(self, status: int, headers: Mapping[str, str], said: bytes) -> ClientError:
        """Return what boto3 would raise; a clock that was wrong is right from now on."""
        operation = self._address.operation
        given = {"status_code": status, "headers": headers, "body": said}
        shape: Any = operation.output_shape  # none: these operations answer nothing
        parsed: Any = create_parser("rest-json").parse(given, shape)
        if parsed.get("Error", {}).get("Code") in SKEWED:
            self._signer.correct(headers.get("Date"))
        return ClientError(parsed, operation.name)

    def _find(self) -> tuple[Address, Signer]:
        found = address(self._destination.environment, self._operation)
        credentials = self._destination.environment.session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        return found, Signer(credentials, found.url, found.region, found.signing_name)


class Resolver(AbstractResolver):
    """Looks names up here and now: the threads of a loop take no work once a script's last line has run."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name."""
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=str(place[0]), port=port, family=kind, proto=proto, flags=flags)
            for kind, _, proto, _, place in found
        ]

    async def close(self) -> None:
        """Hold nothing."""
