"""Valid, nearly valid and hostile requests: no answer is ever a 500, nothing leaves the folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import given
from hypothesis import strategies as st

from pdprep.local.protocol import model
from pdprep.local.state import ServerState
from tests.local import wsgi

NUMBERED = count()
ARN = "arn:aws:personalize:eu-west-1:000000000000:"
AVRO = (
    '{"type":"record","name":"Users","fields":[{"name":"USER_ID","type":"string"},{"name":"A","type":"int"}]}'
)
HOSTILE = [
    "",
    "a",
    "../../x",
    "\x00",
    "é" * 300,
    "$LATEST",
    "s3://",
    "s3://b/k",
    "s3://b/",
    "NaN",
    "null",
    "{}",
    '{"a":1}',
]
TEXTS = st.sampled_from([
    *HOSTILE, "g", "s", "u", "USERS", "Users", AVRO, "ACTIVE", "FULL", "INCREMENTAL", "BULK",
    "ALL", "ECOMMERCE",
    ARN + "dataset-group/g", ARN + "schema/s", ARN + "dataset/g/USERS", ARN + "event-tracker/x", ARN + "x",
    "arn:aws:iam::000000000000:role/r", "arn:aws:personalize:::recipe/aws-sims",
    "INCLUDE ItemID WHERE x = $y",
]) | st.text(max_size=30)  # fmt: skip
NUMBERS = (
    st.sampled_from([0, 1, 5, 100, -1, 2**63, 1e300, 0.5, "NaN", "1", True]) | st.integers() | st.floats()
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=5,
)
OPERATIONS = [
    (service, name)
    for service in (model.CONTROL, model.EVENTS, model.RUNTIME)
    for name in model.service(service).operation_names
]


METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD"]
PATHS = [
    "/",
    "/b-ucket",
    "/b-ucket/",
    "/b-ucket/k",
    "/none/k",
    "/b-ucket/../../x",
    "/%2e%2e/k",
    "//x",
    "/%ff",
]
QUERIES = [
    "", "uploads", "uploadId=x", "uploadId=x&partNumber=z", "delete", "list-type=2", "max-keys=x", "tagging",
    "acl", "list-type=2&max-keys=1&continuation-token=!", "location", "policy",
    "list-type=2&delimiter=%2F", "prefix=%ff",
    "list-type=2&continuation-token=__79_w==",
]  # fmt: skip
NAMES = [
    "range", "x_amz_copy_source", "content_md5", "if_match", "if_modified_since", "x_amz_trailer",
    "x_amz_tagging", "x_amz_content_sha256", "x_amz_checksum_crc32", "x_amz_copy_source_range",
    "x_amz_decoded_content_length",
]  # fmt: skip
CONTENTS = [
    "",
    "bytes=0-",
    "bytes=5-1",
    "/b-ucket/k",
    "x",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "*",
    "\xe9",
    "9",
    "a=b",
]
HEADERS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(CONTENTS), max_size=3)
BODIES = [
    b"",
    b"x",
    b"<a/>",
    b"<Delete><Object><Key>k</Key></Object></Delete>",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"zz",
]


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Values that mostly have the type of a shape."""
    return st.one_of(*[_typed(shape)] * 6, ANYTHING)


def _later(shape: Shape) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: values(shape))


def _typed(shape: Shape) -> st.SearchStrategy[Any]:
    if isinstance(shape, StructureShape):
        members = {name: _later(inner) for name, inner in shape.members.items()}
        needed = {name: members.pop(name) for name in shape.required_members}
        return st.fixed_dictionaries(needed, optional=members)
    if isinstance(shape, ListShape):
        return st.lists(values(shape.member), max_size=11)
    if isinstance(shape, MapShape):
        return st.dictionaries(TEXTS, values(shape.value), max_size=3)
    if enum := shape.metadata.get("enum"):
        return st.sampled_from(enum)
    return (
        TEXTS if shape.type_name == "string" else st.booleans() if shape.type_name == "boolean" else NUMBERS
    )


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerState]:
    opened = wsgi.open_state(tmp_path_factory.mktemp("fuzz") / "state")
    wsgi.send(opened, "PUT", "/b-ucket")
    wsgi.control(opened, "CreateSchema", name="s", schema=AVRO)
    group = wsgi.control(opened, "CreateDatasetGroup", name="g")["datasetGroupArn"]
    made = {"name": "u", "schemaArn": ARN + "schema/s", "datasetGroupArn": group, "datasetType": "Users"}
    wsgi.control(opened, "CreateDataset", **made)
    yield opened
    wsgi.close(opened)


@pytest.mark.parametrize("_round", range(3))
@given(data=st.data())
def test_no_operation_answers_a_500(state: ServerState, _round: int, data: st.DataObject) -> None:
    service, name = data.draw(st.sampled_from(OPERATIONS))
    shape = model.service(service).operation_model(name).input_shape
    body = json.dumps(data.draw(values(shape) if shape else ANYTHING)).encode()
    if service == model.CONTROL:
        status, answer = wsgi.post(state, name, body)
    else:
        path = next(path for path, known in model.paths().items() if known == (service, name))
        status, answer = wsgi.events(state, path, body)
    assert status < 500, answer


@given(
    st.sampled_from(METHODS),
    st.sampled_from(PATHS),
    st.sampled_from(QUERIES),
    HEADERS,
    st.sampled_from(BODIES),
)
def test_no_s3_call_answers_a_500(
    state: ServerState, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    uri = f"{path}?{query}" if query else path
    status, answer = wsgi.send(state, method, uri, body, **headers)
    assert status < 500 or b"NotImplemented" in answer or method == "HEAD", answer
    assert {entry.name for entry in state.settings.folder.parent.iterdir()} == {"state"}


@given(st.text())
def test_no_schema_text_is_a_500(state: ServerState, text: str) -> None:
    status, answer = wsgi.post(state, "CreateSchema", json.dumps({"name": "x", "schema": text}).encode())
    assert status == 400, answer


@given(st.binary(max_size=200))
def test_no_csv_is_an_accident(state: ServerState, content: bytes) -> None:
    location = {"dataLocation": "s3://b-ucket/fuzz.csv"}
    wsgi.send(state, "PUT", "/b-ucket")
    wsgi.send(state, "PUT", "/b-ucket/fuzz.csv", b"USER_ID,A\n" + content)
    arn = wsgi.control(
        state,
        "CreateDatasetImportJob",
        jobName=f"f{next(NUMBERED)}",
        datasetArn=ARN + "dataset/g/USERS",
        dataSource=location,
    )["datasetImportJobArn"]
    assert "Internal error" not in state.resources.get(arn).reason


def test_the_folder_is_the_only_one_touched(state: ServerState) -> None:
    assert isinstance(state.settings.folder, Path)
    assert {entry.name for entry in state.settings.folder.iterdir()} >= {"state.sqlite", "rows", "objects"}
