"""Real boto3 through the whole of it: create, upload, import, put, export, read back, delete."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

HEADER = ["USER_ID", "ITEM_ID", "EVENT_TYPE", "TIMESTAMP"]
SOON = 1_800_000_000


def event(item: str, at: int, **more: Any) -> dict[str, Any]:
    return {"eventType": "click", "itemId": item, "sentAt": at, **more}


def put(lab: Any, tracking: str, *events: dict[str, Any], user: str = "u1") -> None:
    lab.events.put_events(trackingId=tracking, userId=user, sessionId="s1", eventList=list(events))


def test_interactions_by_bulk_and_by_put_are_two_layers(lab: Any, make_interactions: Any) -> None:
    group = lab.group()
    dataset = lab.dataset("Interactions", group)
    assert lab.load(dataset, make_interactions(1000))["status"] == "ACTIVE"
    put(lab, lab.tracker(group), event("i1", SOON), event("i2", SOON), event("i1", SOON))
    counts = {mode: len(lab.export(dataset, mode)) - 1 for mode in ("BULK", "PUT", "ALL")}
    assert counts == {"BULK": 1000, "PUT": 2, "ALL": 1002}


def test_full_replaces_bulk_only(lab: Any, make_interactions: Any) -> None:
    group = lab.group()
    dataset = lab.dataset("Interactions", group)
    lab.load(dataset, make_interactions(1000))
    put(lab, lab.tracker(group), event("i1", SOON))
    lab.load(dataset, make_interactions(1200, first=5000))
    assert [row[3] for row in lab.export(dataset, "PUT")[1:]] == [str(SOON)]
    assert min(row[3] for row in lab.export(dataset, "BULK")[1:]) == str(1_700_005_000)


def test_incremental_adds(lab: Any, make_interactions: Any) -> None:
    dataset = lab.dataset("Interactions")
    lab.load(dataset, make_interactions(1000))
    assert lab.load(dataset, make_interactions(1000, first=1000), "INCREMENTAL")["status"] == "ACTIVE"
    assert len(lab.export(dataset, "BULK")) == 2001


def test_incremental_needs_an_earlier_import(lab: Any, make_interactions: Any) -> None:
    with pytest.raises(ClientError, match="InvalidInputException"):
        lab.load(lab.dataset("Interactions"), make_interactions(), "INCREMENTAL")


def test_the_newest_item_wins_in_all_and_versions_stay_in_each_layer(lab: Any) -> None:
    dataset = lab.dataset("Items")
    lab.load(dataset, "ITEM_ID,GENRES,PRICE\na,Old,1\nb,Bulk,2.5\n")
    item = {"itemId": "a", "properties": json.dumps({"genres": "Put|Two"})}
    lab.events.put_items(datasetArn=dataset, items=[item])
    assert lab.export(dataset, "ALL")[1:] == [["b", "Bulk", "2.5"], ["a", "Put|Two", ""]]
    assert lab.export(dataset, "BULK")[1:] == [["a", "Old", "1.0"], ["b", "Bulk", "2.5"]]
    lab.load(dataset, "ITEM_ID,GENRES,PRICE\na,New,3\n")
    assert lab.export(dataset, "ALL")[1:] == [["a", "New", "3.0"]]
    assert lab.export(dataset, "PUT")[1:] == [["a", "Put|Two", ""]]


def test_items_incremental_replaces_by_id(lab: Any) -> None:
    dataset = lab.dataset("Items")
    lab.load(dataset, "ITEM_ID,GENRES,PRICE\na,Old,1\nb,Bulk,2\n")
    lab.load(dataset, "ITEM_ID,GENRES,PRICE\na,New,3\n", "INCREMENTAL")
    assert sorted(lab.export(dataset, "ALL")[1:]) == [["a", "New", "3.0"], ["b", "Bulk", "2.0"]]


def test_users_and_event_members_become_columns(lab: Any) -> None:
    group = lab.group()
    users = lab.dataset("Users", group)
    lab.events.put_users(
        datasetArn=users, users=[{"userId": "x", "properties": '{"age": 30}'}, {"userId": "y"}]
    )
    assert lab.export(users, "PUT")[1:] == [["x", "30"], ["y", ""]]
    more = {
        "EVENT_VALUE": ["float", "null"],
        "IMPRESSION": ["string", "null"],
        "DEVICE_TYPE": ["string", "null"],
    }
    dataset = lab.dataset("Interactions", group, **more)
    given = {"eventValue": 4.5, "impression": ["a", "b"], "properties": '{"deviceType": "TV \\"4k\\""}'}
    put(lab, lab.tracker(group), event("i", SOON, **given))
    assert lab.export(dataset, "PUT")[1:] == [["u1", "i", "click", str(SOON), "4.5", "a|b", 'TV "4k"']]


def test_actions_and_action_interactions(lab: Any) -> None:
    group = lab.group()
    actions = lab.dataset("Actions", group)
    lab.events.put_actions(datasetArn=actions, actions=[{"actionId": "a", "properties": '{"value": 3}'}])
    dataset = lab.dataset("Action_Interactions", group)
    tracking = lab.personalize.describe_dataset(datasetArn=dataset)["dataset"]["trackingId"]
    entry = {"actionId": "a", "userId": "u", "sessionId": "s", "timestamp": SOON, "eventType": "Viewed"}
    lab.events.put_action_interactions(trackingId=tracking, actionInteractions=[entry])
    with pytest.raises(ClientError, match="InvalidInputException"):
        lab.export(dataset, "PUT")


def test_everything_is_deleted_in_order(lab: Any, make_interactions: Any) -> None:
    group = lab.group("tidy")
    dataset = lab.dataset("Interactions", group)
    lab.load(dataset, make_interactions())
    with pytest.raises(ClientError, match="ResourceInUseException"):
        lab.personalize.delete_dataset_group(datasetGroupArn=group)
    schema = lab.personalize.describe_dataset(datasetArn=dataset)["dataset"]["schemaArn"]
    with pytest.raises(ClientError, match="ResourceInUseException"):
        lab.personalize.delete_schema(schemaArn=schema)
    lab.personalize.delete_dataset(datasetArn=dataset)
    lab.personalize.delete_schema(schemaArn=schema)
    lab.personalize.delete_dataset_group(datasetGroupArn=group)
    assert lab.personalize.list_dataset_groups()["datasetGroups"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        lab.personalize.describe_dataset(datasetArn=dataset)


def test_a_folder_of_parts_is_one_import_and_a_multipart_upload_one_object(lab: Any) -> None:
    dataset = lab.dataset("Items")
    lab.upload("ITEM_ID,GENRES,PRICE\na,A,1\n", "parts/1.csv")
    lab.upload("GENRES,ITEM_ID,PRICE\nB,b,2\n", "parts/2.csv")
    lab.upload("not a table", "parts/readme.txt")
    assert lab.import_job(lab.start_import(dataset, f"s3://{lab.bucket()}/parts/"))["status"] == "ACTIVE"
    assert [row[0] for row in lab.export(dataset, "BULK")[1:]] == ["a", "b"]


def test_regions_are_apart(lab: Any, make_lab: Any) -> None:
    lab.group("here")
    there = make_lab(lab.url, region="us-west-2")
    assert there.personalize.list_dataset_groups()["datasetGroups"] == []
    assert there.group("here").split(":")[3:5] == ["us-west-2", "000000000000"]


def test_users_are_deleted_from_both_layers_of_every_dataset(lab: Any, make_interactions: Any) -> None:
    group = lab.group()
    dataset, users = lab.dataset("Interactions", group), lab.dataset("Users", group)
    lab.load(dataset, make_interactions(1000))
    lab.load(users, "USER_ID,AGE\nu1,1\nu2,2\n")
    put(lab, lab.tracker(group), event("i1", SOON), user="u1")
    source = {"dataLocation": lab.upload("USER_ID\nu1\nnobody\n")}
    role = "arn:aws:iam::000000000000:role/pdprep"
    job = lab.personalize.create_data_deletion_job(
        jobName="gone", datasetGroupArn=group, dataSource=source, roleArn=role
    )
    done = lab.personalize.describe_data_deletion_job(dataDeletionJobArn=job["dataDeletionJobArn"])
    assert (done["dataDeletionJob"]["status"], done["dataDeletionJob"]["numDeleted"]) == ("COMPLETED", 1)
    assert "u1" not in {row[0] for row in lab.export(dataset, "ALL") + lab.export(users, "ALL")}
    assert len(lab.export(dataset, "BULK")) == 976
