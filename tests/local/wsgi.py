"""Calls of the app without a network: thousands a second, for tests that generate."""

from __future__ import annotations

import io
import json
from functools import partial
from pathlib import Path
from typing import Any

from pdprep.local.http.app import App
from pdprep.local.server import JOBS
from pdprep.local.settings import ServerSettings
from pdprep.local.state import ServerState, build

SIGNED = "AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/{}/aws4_request, SignedHeaders=host, Signature=0"


def open_state(folder: Path, **settings: Any) -> ServerState:
    state = build(ServerSettings(folder, clock="instant", **settings))
    state.workers.jobs.update({kind: partial(job, state) for kind, job in JOBS.items()})
    return state


def close(state: ServerState) -> None:
    state.workers.stop()
    state.store.close()


def send(
    state: ServerState, method: str, uri: str, body: bytes = b"", service: str = "s3", **headers: str
) -> tuple[int, bytes]:
    """Send a request; header names are given with underscores."""
    environ = {
        "REQUEST_METHOD": method, "REQUEST_URI": uri, "PATH_INFO": uri.partition("?")[0],
        "QUERY_STRING": uri.partition("?")[2], "HTTP_HOST": "127.0.0.1", "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)), "HTTP_AUTHORIZATION": SIGNED.format(service),
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }  # fmt: skip
    status: list[str] = []
    chunks = App(state)(environ, lambda line, _: status.append(line))
    return int(status[0].split()[0]), b"".join(chunks)


def control(state: ServerState, operation: str, **members: Any) -> Any:
    status, body = post(state, operation, json.dumps(members).encode())
    assert status == 200, body
    return json.loads(body)


def post(state: ServerState, operation: str, body: bytes) -> tuple[int, bytes]:
    return send(state, "POST", "/", body, "personalize", X_Amz_Target=f"AmazonPersonalize.{operation}")


def events(state: ServerState, path: str, body: bytes) -> tuple[int, bytes]:
    return send(state, "POST", path, body, "personalize")
