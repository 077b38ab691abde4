"""Requests are held against the official model, errors have the right codes and statuses, lists page."""

from __future__ import annotations

import datetime as dt
import http.client
import json
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

ARN = "arn:aws:personalize:eu-west-1:000000000000:"
ROLE = "arn:aws:iam::000000000000:role/r"
ONE_EVENT = [{"eventType": "x", "sentAt": 1}]
ARNS = {"schemaArn": ARN + "schema/s", "datasetGroupArn": ARN + "dataset-group/g"}
DATASET = {"name": "n", "datasetType": "Items", **ARNS}
LONG_TAG = [{"tagKey": "k" * 129, "tagValue": "v"}]
# operation, members, what the message must name
BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("CreateDatasetGroup", {"name": "x" * 64}, "'name'.*less than or equal to 63"),
    ("CreateDatasetGroup", {"name": "-x"}, "'name'.*pattern"),
    ("CreateDatasetGroup", {"name": "x\n"}, "'name'.*pattern"),
    ("CreateDatasetGroup", {"name": "x", "domain": "BOOKS"}, "'domain'.*enum value set"),
    ("CreateDatasetGroup", {"name": "x", "tags": LONG_TAG}, r"'tags.1.member.tagKey'.*128"),
    (
        "CreateDatasetGroup",
        {"name": "x", "tags": [{"tagKey": "a"}]},
        r"'tags.1.member.tagValue'.*must not be null",
    ),
    ("CreateDatasetGroup", {"name": "x", "tags": [{"tagKey": "a!", "tagValue": ""}]}, "tagKey'.*pattern"),
    ("CreateDatasetGroup", {}, "'name'.*must not be null"),
    ("CreateDataset", {**DATASET, "schemaArn": "arn:aws:s3:::x"}, "'schemaArn'.*pattern"),
    ("CreateDataset", {**DATASET, "datasetType": "Items1"}, "'datasetType'.*pattern"),
    ("ListDatasets", {"maxResults": 101}, "'maxResults'.*less than or equal to 100"),
    ("ListDatasets", {"maxResults": 0}, "'maxResults'.*greater than or equal to 1"),
    ("CreateSchema", {"name": "x", "schema": "x" * 20001}, "'schema'.*20000"),
]
MISTYPED: list[tuple[str, bytes]] = [
    ("CreateDatasetGroup", b'{"name": 5}'),
    ("CreateDatasetGroup", b'{"name": "x", "tags": {}}'),
    ("CreateDatasetGroup", b'{"name": "x", "tags": [5]}'),
    ("ListDatasets", b'{"maxResults": "5"}'),
    ("ListDatasets", b'{"maxResults": 1.5}'),
    ("ListDatasets", b"[]"),
    ("ListDatasets", b"{"),
    ("ListDatasets", b"\xff"),
    ("ListDatasets", b"[" * 100_000),
    ("CreateDatasetGroup", b'{"name": "\\ud800"}'),
]


def call(
    lab: Any, name: str, body: bytes, path: str = "/", **headers: str
) -> tuple[int, dict[str, str], Any]:
    """Send a signed request that no SDK has looked at."""
    request = AWSRequest("POST", lab.url + path, data=body, headers=headers)
    if name:
        request.headers["X-Amz-Target"] = f"AmazonPersonalize.{name}"
    SigV4Auth(Credentials("a", "b"), "personalize", lab.region).add_auth(request)
    connection = http.client.HTTPConnection(lab.url.removeprefix("http://"), timeout=10)
    connection.request("POST", path, body, dict(request.headers.items()))
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), json.loads(text) if text else None


@pytest.mark.parametrize(("name", "members", "match"), BROKEN)
def test_every_constraint_is_checked(lab: Any, name: str, members: dict[str, Any], match: str) -> None:
    status, _, answer = call(lab, name, json.dumps(members).encode())
    assert (status, answer["__type"]) == (400, "InvalidInputException")
    with pytest.raises(ValueError, match=match):
        raise ValueError(answer["message"])


@pytest.mark.parametrize(("name", "body"), MISTYPED)
def test_wrong_json_is_a_serialization_error(lab: Any, name: str, body: bytes) -> None:
    status, _, answer = call(lab, name, body)
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_unknown_members_are_dropped_and_every_answer_is_marked(lab: Any) -> None:
    status, headers, answer = call(
        lab, "CreateDatasetGroup", b'{"name": "x", "colour": "red", "domain": null}'
    )
    assert (status, answer) == (200, {"datasetGroupArn": ARN + "dataset-group/x"})
    assert "000000000000" in headers["Server"]
    assert headers["x-amzn-RequestId"]


@pytest.mark.parametrize(
    ("name", "code"),
    [("Dance", "UnknownOperationException"), ("CreateBatchInferenceJob", "ResourceNotFoundException")],
)
def test_what_is_not_there_says_so_and_is_not_retried(lab: Any, name: str, code: str) -> None:
    given = {
        "jobName": "x", "solutionVersionArn": ARN + "solution/x/y", "roleArn": ROLE,
        "jobInput": {"s3DataSource": {"path": "s3://b/k"}},
        "jobOutput": {"s3DataDestination": {"path": "s3://b/k"}},
    }  # fmt: skip
    status, _, answer = call(lab, name, json.dumps(given).encode())
    assert (status, answer["__type"]) == (400, code)


def test_a_signature_for_another_service_is_no_authentication(lab: Any) -> None:
    connection = http.client.HTTPConnection(lab.url.removeprefix("http://"))
    connection.request("POST", "/", b"{}", {"X-Amz-Target": "AmazonPersonalize.ListSchemas"})
    assert connection.getresponse().status == 403
    connection.close()


def test_times_are_seconds_on_the_wire_and_datetimes_in_boto3(lab: Any) -> None:
    group = lab.group()
    _, _, answer = call(lab, "DescribeDatasetGroup", json.dumps({"datasetGroupArn": group}).encode())
    found = lab.personalize.describe_dataset_group(datasetGroupArn=group)["datasetGroup"]
    assert isinstance(answer["datasetGroup"]["creationDateTime"], float)
    assert isinstance(found["creationDateTime"], dt.datetime)


@pytest.mark.parametrize(
    ("act", "code", "status"),
    [
        (lambda lab: lab.personalize.describe_schema(schemaArn=ARN + "schema/s"),
         "ResourceNotFoundException", 400),
        (lambda lab: [lab.group("same") for _ in "ab"], "ResourceAlreadyExistsException", 400),
        (lambda lab: [lab.group() for _ in range(6)], "LimitExceededException", 400),
        (lambda lab: lab.personalize.create_dataset(**DATASET), "ResourceNotFoundException", 400),
        (lambda lab: lab.personalize.list_schemas(nextToken="bad"), "InvalidNextTokenException", 400),
        (lambda lab: lab.events.put_items(datasetArn=ARN + "dataset/g/ITEMS", items=[{"itemId": "a"}]),
         "ResourceNotFoundException", 404),
        (lambda lab: lab.events.put_events(trackingId="t", sessionId="s", eventList=ONE_EVENT),
         "InvalidInputException", 400),
        (lambda lab: lab.group(roleArn="arn:aws:iam::000000000000:role/r"), "InvalidInputException", 400),
        (lambda lab: lab.dataset("Actions", lab.group(domain="ECOMMERCE")), "InvalidInputException", 400),
    ],
)  # fmt: skip
def test_codes_and_statuses(lab: Any, act: Any, code: str, status: int) -> None:
    with pytest.raises(ClientError) as caught:
        act(lab)
    response = caught.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)


def test_lists_page_newest_first_and_stay_stable_while_things_are_added(lab: Any) -> None:
    names = [lab.schema("Users").rpartition("/")[2] for _ in range(7)]
    paginator = lab.personalize.get_paginator("list_schemas")
    pages = []
    for page in paginator.paginate(PaginationConfig={"PageSize": 3}):
        pages.append([schema["name"] for schema in page["schemas"]])
        lab.schema("Users")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert sum(pages, []) == names[::-1]  # noqa: RUF017 - three short lists


def test_tags(lab: Any) -> None:
    group = lab.group(tags=[{"tagKey": "team", "tagValue": "ä b"}])
    lab.personalize.tag_resource(resourceArn=group, tags=[{"tagKey": "cost", "tagValue": "1"}])
    lab.personalize.untag_resource(resourceArn=group, tagKeys=["team", "none"])
    assert lab.personalize.list_tags_for_resource(resourceArn=group)["tags"] == [
        {"tagKey": "cost", "tagValue": "1"}
    ]
    many = [{"tagKey": f"k{i}", "tagValue": ""} for i in range(50)]
    with pytest.raises(ClientError, match="TooManyTagsException"):
        lab.personalize.tag_resource(resourceArn=group, tags=many)
    assert len(lab.personalize.list_tags_for_resource(resourceArn=group)["tags"]) == 1


PUTS: list[tuple[dict[str, Any], str]] = [
    ({"eventType": "x" * 257, "sentAt": 1, "itemId": "i"}, "eventType"),
    ({"eventType": "x", "sentAt": 1, "itemId": ""}, "itemId"),
    ({"eventType": "x", "sentAt": 1}, "itemId"),
    ({"eventType": "x", "sentAt": 1, "itemId": "i", "properties": "{"}, "properties json"),
    ({"eventType": "x", "sentAt": 1, "itemId": "i", "properties": "[]"}, "properties json"),
    ({"eventType": "x", "sentAt": 1, "itemId": "i", "properties": '{"UserID": "x"}'}, "UserID"),
    ({"eventType": "x", "sentAt": 1, "itemId": "i", "properties": "x" * 1025}, "properties"),
    ({"eventType": "x", "sentAt": 1, "itemId": "i", "eventValue": "NaN"}, "EVENT_VALUE"),
    ({"eventType": "x", "sentAt": 1, "itemId": "i", "impression": ["a"] * 26}, "impression"),
    ({"eventType": "x", "sentAt": 1, "itemId": "i", "recommendationId": "r" * 41}, "recommendationId"),
    (
        {"eventType": "x", "sentAt": 1, "itemId": "i", "metricAttribution": {"eventAttributionSource": " "}},
        "Source",
    ),
]


@pytest.mark.parametrize(("event", "named"), PUTS)
def test_one_broken_event_refuses_the_call_and_keeps_nothing(
    lab: Any, event: dict[str, Any], named: str
) -> None:
    group = lab.group()
    dataset = lab.dataset("Interactions", group, EVENT_VALUE=["float", "null"])
    good = {"eventType": "x", "sentAt": 1, "itemId": "i"}
    body = {"trackingId": lab.tracker(group), "sessionId": "s", "eventList": [good, event]}
    status, headers, answer = call(lab, "", json.dumps(body).encode(), "/events")
    assert (status, headers["x-amzn-ErrorType"]) == (400, "InvalidInputException")
    assert named in answer["message"]
    assert len(lab.export(dataset, "PUT")) == 1


def test_the_path_alone_never_decides(lab: Any) -> None:
    lab.bucket("events")
    lab.s3.put_object(Bucket="events", Key="items", Body=b"x")
    assert lab.s3.get_object(Bucket="events", Key="items")["Body"].read() == b"x"
