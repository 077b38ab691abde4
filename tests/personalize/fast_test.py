"""The fast sender finds its way as boto3 does: proxy, certificates, session token, a clock that is wrong."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest
import trustme

from pdprep.errors import InputError, ServiceError
from pdprep.group import DatasetGroup
from pdprep.ledger.journal import Journal
from pdprep.local.server import Running
from pdprep.personalize.aws import signing
from pdprep.personalize.aws.client import LOST, Environment
from pdprep.personalize.puts.calls import PutCall
from pdprep.personalize.puts.transport.fast_transport import FastTransport
from pdprep.personalize.puts.transport.operations import Destination
from pdprep.personalize.resources.ensuring import Dataset
from tests.personalize.answers_test import Here
from tests.personalize.frames import events, exported, prepared

BUNDLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
CALL = PutCall(0, ('{"itemId": "a"}',))
TOKEN = "a-session-token"


class Service(BaseHTTPRequestHandler):
    """Takes every call and remembers it."""

    protocol_version = "HTTP/1.1"
    status, said, seen = 200, b"{}", list[tuple[str, dict[str, str]]]()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, dict(self.headers.items())))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.said)))
        self.end_headers()
        self.wfile.write(self.said)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def service(tls: ssl.SSLContext | None = None, **answer: object) -> Iterator[tuple[str, type[Service]]]:
    """Run a service of its own kind on this machine."""
    handler: type[Service] = type("Own", (Service,), {"seen": [], **answer})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http{'s' if tls else ''}://localhost:{server.server_port}", handler
        server.shutdown()
        thread.join()


def send(url: str, tmp_path: Path, calls: int = 1) -> None:
    """Send a call of one item to an address, and raise what comes of it."""
    session = boto3.Session("key", "secret", TOKEN, "eu-west-1")
    environment = Environment(session, "1" * 12, "eu-west-1", "s3://b", "arn", Here(url), in_flight=1)
    journal = Journal(tmp_path / "ledger.sqlite")
    transport = FastTransport(
        Destination(environment, Dataset("items", "arn", "", ""), ""), journal, threading.Event()
    )
    failed: list[BaseException] = []
    todo = iter(range(calls))

    async def work() -> None:
        try:
            for _ in todo:
                await transport.put(CALL)
        except ServiceError as error:
            failed.append(error)

    with ThreadPoolExecutor(1) as job:  # as a job does: a loop may run in the main thread
        job.submit(transport.run, work).result()
    journal.close()
    for error in failed:
        raise error


def test_a_call_names_its_session_token_and_goes_where_the_endpoint_says(tmp_path: Path, home: Path) -> None:
    with service() as (url, seen):
        send(f"{url}/base", tmp_path)
    ((path, headers),) = seen.seen
    assert (path, headers["X-Amz-Security-Token"]) == ("/base/items", TOKEN)
    assert "/eu-west-1/personalize/aws4_request" in headers["Authorization"]
    assert headers["Host"] == url.removeprefix("http://")


def test_calls_go_through_a_proxy(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with service() as (url, seen):
        monkeypatch.setenv("http_proxy", url.replace("//", "//user:word@"))
        send("http://personalize.example", tmp_path)
    ((path, headers),) = seen.seen
    assert (path, headers["Host"]) == ("http://personalize.example/items", "personalize.example")
    assert headers["Proxy-Authorization"].startswith("Basic ")


@pytest.mark.parametrize("variable", BUNDLES)
def test_certificates_are_checked(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in BUNDLES:
        monkeypatch.delenv(name, raising=False)
    authority, tls = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with service(tls) as (url, seen):
        with pytest.raises(ServiceError, match="certificate") as caught:
            send(url, tmp_path)
        assert (caught.value.code, seen.seen) == (LOST, [])
        monkeypatch.setenv(variable, str(tmp_path / "ca.pem"))
        send(url, tmp_path)
    assert len(seen.seen) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (
            {"status": 400, "said": b'{"__type": "InvalidInputException", "message": "no"}'},
            "InvalidInputException",
        ),
        ({"status": 502, "said": b"<html>bad gateway</html>"}, "502"),
        ({"status": 307, "said": b""}, "307"),
    ],
)
def test_an_error_is_what_boto3_makes_of_it(
    tmp_path: Path, home: Path, answer: dict[str, object], code: str
) -> None:
    with service(None, **answer) as (url, _), pytest.raises(ServiceError) as caught:
        send(url, tmp_path)
    assert (caught.value.code, caught.value.operation) == (code, "PutItems")


def test_a_service_that_cannot_be_reached_is_said(tmp_path: Path, home: Path) -> None:
    with pytest.raises(ServiceError, match="check the network") as caught:
        send("http://127.0.0.1:9", tmp_path)
    assert caught.value.code == LOST


def test_without_aiohttp_it_says_what_to_install(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdprep.personalize.puts.request.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r'pip install "pdprep\[fast\]"'):
        group.put(prepared(group, events(1)), fast=True)
    assert len(group.jobs()) == 0


@pytest.mark.parametrize("minutes", [10, -10])
def test_a_clock_that_is_wrong_is_put_right(
    group: DatasetGroup, server: Running, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # of Self's own class there
            return datetime.now(UTC) + timedelta(minutes=minutes)

    group.put(prepared(group, events(1))).wait()
    server.state.age.most = 300
    monkeypatch.setattr(signing, "datetime", Wrong)
    assert group.put(prepared(group, events(300)), fast=True).wait().rows == 299
    assert exported(group, "PUT").height == 300
