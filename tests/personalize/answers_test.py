"""An answer that breaks off after its head is a lost answer: what it created may be there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pdprep.errors import ServiceError
from pdprep.personalize.aws.client import LOST, Environment, call, keyless
from pdprep.personalize.imports.creating import uncertain

REGION = "us-east-1"
SCHEMA = "arn:aws:personalize:us-east-1:000000000000:schema/s"


class Headless(BaseHTTPRequestHandler):
    """Answers every call with a head and nothing else."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Here:
    """The address of a server that cannot be started again."""

    def __init__(self, url: str) -> None:
        self.url: str | None = url

    def revive(self) -> bool:
        return False


@pytest.fixture
def environment() -> Iterator[Environment]:
    with HTTPServer(("127.0.0.1", 0), Headless) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        endpoint = Here(f"http://127.0.0.1:{server.server_port}")
        yield Environment(keyless(REGION), "0" * 12, REGION, "s3://b", "arn", endpoint)
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("operation", ["list_dataset_groups", "list_recipes"])
def test_a_broken_answer_is_no_empty_list(environment: Environment, operation: str) -> None:
    with pytest.raises(ServiceError, match="the answer broke off"):
        call(environment, "personalize", operation)


def test_what_has_no_answer_is_not_broken(environment: Environment) -> None:
    assert set(call(environment, "personalize", "delete_schema", schemaArn=SCHEMA)) == {"ResponseMetadata"}


def test_what_a_broken_answer_created_is_uncertain(environment: Environment) -> None:
    with pytest.raises(ServiceError, match="CreateDatasetGroup was refused: the answer broke off") as caught:
        call(environment, "personalize", "create_dataset_group", name="movies")
    assert caught.value.code == LOST
    assert uncertain(caught.value)
