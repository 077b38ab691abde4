"""What broke the server under attack: stalled requests, odd bodies, document types, web pages."""

from __future__ import annotations

import json
import resource
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser

from pdprep.local import running
from pdprep.local.http import connections
from pdprep.personalize.aws import local_environment

HALF_HEAD = b"POST /events HTTP/1.1\r\nHost: localhost\r\nX-Some"
NO_BODY = (
    b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonPersonalize.ListSchemas\r\n"
    b"Content-Length: 9\r\n\r\n{"
)
EXPANDED = '<!DOCTYPE D [<!ENTITY a "' + "x" * 1000 + '"><!ENTITY b "' + "&a;" * 1000 + '">]>'
PAGE = """
<img src="{url}/_local/lease"><img src="{url}/_local/status" referrerpolicy="no-referrer">
<script>
fetch("{url}/_local/lease", {{mode: "no-cors", referrerPolicy: "no-referrer"}})
const post = {{method: "POST", mode: "no-cors", body: JSON.stringify({{seconds: 86400}})}}
fetch("{url}/_local/clock/advance", post).finally(() => document.title = "done")
</script>
"""


def send(url: str, text: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20)
    connection.sendall(text)
    return connection


@pytest.mark.parametrize("text", [HALF_HEAD, NO_BODY])
def test_attack_12_unfinished_requests_hold_nobody_up_and_end(
    lab: Any, text: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 1.0)
    monkeypatch.setattr(connections, "BODY_SECONDS", 1.0)
    with ExitStack() as stack:
        stalled = [stack.enter_context(send(lab.url, text)) for _ in range(80)]  # more than there are threads
        since = time.monotonic()
        lab.personalize.list_schemas()
        assert time.monotonic() - since < 5
        answered = stalled[0].recv(4096)  # where the head is whole, its connection may just end
        assert b" 408 " in answered or (text == NO_BODY and answered == b"")


def test_attack_12_a_byte_now_and_then_is_no_body(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.5)
    head = NO_BODY.replace(b"Content-Length: 9", b"Content-Length: 99")
    with send(lab.url, head) as connection:
        since = time.monotonic()
        for _ in range(30):
            time.sleep(0.1)
            try:
                connection.sendall(b" ")
            except OSError:
                break
        assert time.monotonic() - since < 2.5


def test_attack_12_a_delay_of_the_server_is_not_the_client_s(
    lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.5)
    admin(lab, "faults", {"operation": "PutObject", "delay": 1.0})
    lab.bucket()
    lab.s3.put_object(Bucket=lab.bucket(), Key="k", Body=b"x" * 5_000_000)
    assert lab.s3.head_object(Bucket=lab.bucket(), Key="k")["ContentLength"] == 5_000_000


@pytest.mark.parametrize("length", [b"-1", b"abc", b"1e3"])
def test_attack_12_a_length_that_is_none_is_refused(lab: Any, length: bytes) -> None:
    with send(
        lab.url, b"PUT /b/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: %s\r\n\r\n" % length
    ) as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_attack_12_no_document_type_is_read(lab: Any, encoding: str) -> None:
    text = EXPANDED + "<Delete><Object><Key>&b;</Key></Object></Delete>"
    declared = (
        f'<?xml version="1.0" encoding="{encoding.partition("-")[0]}-{encoding.split("-")[1]}"?>' + text
    )
    from pdprep.local.objects.xmltext import parse
    from pdprep.local.refusals import Refusal

    for document in (text, declared):
        with pytest.raises(Refusal, match="MalformedXML"):
            parse(document.encode(encoding))


def admin(lab: Any, path: str, body: Any, method: str = "POST") -> int:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urlopen(Request(lab.url + "/_local/" + path, raw, method=method), timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", []), ("faults", "text"), ("faults", 5), ("faults", None), ("faults", b"\xff"),
        ("faults", b"[" * 100_000), ("faults", {}), ("faults", {"operation": 5}),
        ("faults", {"operation": "PutObject", "delay": "long"}), ("faults", {"operation": "x", "calls": -1}),
        ("faults", {"operation": "x", "calls": True}), ("faults", {"operation": "x", "status": 9}),
        ("faults", {"operation": "x", "delay": float("nan")}), ("faults", {"operation": "x", "other": 1}),
        ("clock/advance", []), ("clock/advance", {"seconds": []}), ("clock/advance", {"seconds": True}),
        ("clock/advance", {"seconds": -1}), ("clock/advance", {"seconds": 1e300}),
        ("clock/advance", {"seconds": float("inf")}), ("clock/advance", {}),
        ("signatures", {"max_age": "old"}), ("signatures", [1]),
    ],
)  # fmt: skip
def test_attack_12_odd_admin_bodies_are_the_caller_s_fault(lab: Any, path: str, body: Any) -> None:
    assert admin(lab, path, body) == 400
    lab.personalize.list_schemas()


def test_attack_12_a_web_page_cannot_use_the_admin_path(tmp_path: Path, browser: Browser) -> None:
    with running(tmp_path / "state", clock="manual") as server:
        before = server.state.clock.now()
        (tmp_path / "page.html").write_text(PAGE.format(url=server.url))
        with web(tmp_path) as site, browser.new_context() as context:
            page = context.new_page()
            page.goto(site + "/page.html")
            page.wait_for_function("document.title == 'done'")
            page.wait_for_timeout(300)
            assert (server.leases.open, server.state.clock.now()) == (0, before)
            typed = context.new_page()  # what a person types into the address bar is answered
            answer = typed.goto(server.url + "/_local/status")
            assert answer
            assert answer.status == 200


@contextmanager
def web(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_attack_15_more_than_1024_descriptors(lab: Any) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    try:
        with ExitStack() as stack:
            for _ in range(1100):
                stack.enter_context(Path("/dev/null").open())
            lab.personalize.list_schemas()
            lease = local_environment._lease(int(lab.url.rpartition(":")[2]))
            assert lease is not None
            assert lease.fileno() > 1024
            assert not local_environment._closed(lease)
            lease.shutdown(socket.SHUT_RDWR)
            assert local_environment._closed(lease)
            lease.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_clients_13_a_signal_just_after_the_address_is_printed(start: Any, tmp_path: Path) -> None:
    for number in range(8):
        with start(tmp_path / str(number), "--clock", "instant") as server:
            server.popen.send_signal(signal.SIGTERM)
            assert server.popen.wait(10) == 0
