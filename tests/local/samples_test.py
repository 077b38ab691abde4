"""The calls that AWS's sample notebooks make, in their order, up to training, with a restart in the middle.

The samples give boto3 no endpoint: AWS_ENDPOINT_URL is all that leads them here.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from pdprep.local import running

SESSION = boto3.Session()  # one for all: it keeps the service models it has read
REGION, ACCOUNT = "eu-west-1", "000000000000"
BUCKET, ROLE = f"{ACCOUNT}-{REGION}-personalizemanagedvod", "PersonalizeRoleVODDemoRecommender"
POLICIES = [
    "arn:aws:iam::aws:policy/service-role/AmazonPersonalizeFullAccess",
    "arn:aws:iam::aws:policy/AmazonS3FullAccess",
]
SERVICE = {"Service": "personalize.amazonaws.com"}
TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": SERVICE, "Action": "sts:AssumeRole"},
]}  # fmt: skip
ACCESS = {"Version": "2012-10-17", "Id": "PersonalizeS3BucketAccessPolicy", "Statement": [{
    "Sid": "PersonalizeS3BucketAccessPolicy", "Effect": "Allow", "Principal": SERVICE,
    "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
    "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
}]}  # fmt: skip
METRICS_ONLY = {"Version": "2012-10-17", "Statement": [
    {"Sid": "", "Effect": "Allow", "Action": ["cloudwatch:PutMetricData"], "Resource": "*"},
]}  # fmt: skip
CATEGORY = {"type": ["string"], "categorical": True}  # as the samples write it: a list of one type
FIELDS: dict[str, list[dict[str, Any]]] = {
    "Interactions": [
        {"name": "USER_ID", "type": "string"}, {"name": "ITEM_ID", "type": "string"},
        {"name": "EVENT_TYPE", "type": "string"}, {"name": "TIMESTAMP", "type": "long"},
    ],
    "Items": [
        {"name": "ITEM_ID", "type": "string"}, {"name": "GENRES", **CATEGORY}, {"name": "YEAR", **CATEGORY},
        {"name": "CREATION_TIMESTAMP", "type": "long"},
    ],
    "Users": [
        {"name": "USER_ID", "type": "string"}, {"name": "GENDER", "type": "string", "categorical": True},
    ],
}  # fmt: skip
ROWS = {
    "Interactions": [f"{n % 50},{n % 20},{'Watch' if n % 3 else 'Click'},{1_700_000_000 + n}"
                     for n in range(2000)],
    "Items": [f'{n},"Drama|Sci-Fi",{1970 + n},{1_600_000_000 + n}' for n in range(20)],
    "Users": [f"{n},{'FM'[n % 2]}" for n in range(50)],
}  # fmt: skip
FILTERS = {
    "Sci-Fi": 'INCLUDE ItemID WHERE Items.GENRE IN ("Sci-Fi")',
    "1970s": "INCLUDE ItemID WHERE Items.YEAR >= 1970 AND Items.YEAR < 1980",
    "watched": 'INCLUDE ItemID WHERE Interactions.event_type IN ("watch")',
    "unwatched": 'EXCLUDE ItemID WHERE Interactions.event_type IN ("watch")',
    "category_filter": "INCLUDE ItemID WHERE ITEMS.GENRES IN ($CATEGORIES)",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the surroundings of a sample notebook: a region, keys, and where AWS is."""
    for name, value in {"ACCESS_KEY_ID": "any", "SECRET_ACCESS_KEY": "any", "DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with running(tmp_path / "state", clock="instant") as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    return tmp_path / "state"  # the server takes its port again


def client(service: str) -> Any:
    return _client(service, os.environ["AWS_ENDPOINT_URL"])


@cache
def _client(service: str, _where: str) -> Any:
    return SESSION.client(service)  # type: ignore[call-overload]  # any service


def test_from_the_role_to_training(home: Path, tmp_path: Path) -> None:
    with running(home, clock="instant"):
        bucket(tmp_path)
        role = make_role()
        group = client("personalize").create_dataset_group(name="vod", domain="VIDEO_ON_DEMAND")
        datasets = {kind: dataset(kind, group["datasetGroupArn"]) for kind in FIELDS}
    with running(home, clock="instant"):
        assert find_role() == role
        for kind, arn in datasets.items():
            load(kind, arn, role["Arn"])
        recommend(group["datasetGroupArn"])
        track(group["datasetGroupArn"])
        clean(group["datasetGroupArn"], datasets)


def test_a_solution_of_ones_own(home: Path, tmp_path: Path) -> None:
    with running(home, clock="instant"):
        bucket(tmp_path)
        personalize, role = client("personalize"), make_role()
        group = personalize.create_dataset_group(name="personalize-poc-movielens")["datasetGroupArn"]
        datasets = {kind: dataset(kind, group, domain=False) for kind in FIELDS}
        for kind, arn in datasets.items():
            load(kind, arn, role["Arn"])
        measure(group, role["Arn"])
        recipes = [row["recipeArn"] for row in personalize.list_recipes()["recipes"]]
        recipe = next(arn for arn in recipes if arn.endswith("aws-user-personalization"))
        given = {"name": "personalize-poc", "datasetGroupArn": group, "recipeArn": recipe}
        solution = personalize.create_solution(**given)["solutionArn"]
        version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
        found = personalize.describe_solution_version(solutionVersionArn=version)["solutionVersion"]
        assert found["status"] == "ACTIVE"


def test_what_was_undone_before_a_restart_stays_undone(home: Path) -> None:
    with running(home, clock="instant"):
        make_role()
        delete_role()
    with running(home, clock="instant"), pytest.raises(ClientError, match="NoSuchEntity"):
        client("iam").get_role(RoleName=ROLE)


def test_two_folders_do_not_share_their_roles(home: Path, tmp_path: Path, make_lab: Any) -> None:
    with running(home, clock="instant"), running(tmp_path / "other", clock="instant") as other:
        make_role()
        iam = make_lab(other.url).client("iam")
        assert iam.list_roles()["Roles"] == []
        assert [row["RoleName"] for row in client("iam").list_roles()["Roles"]] == [ROLE]


def bucket(folder: Path) -> None:
    """Make the bucket, upload the files through the resource, and let Personalize read them."""
    assert client("sts").get_caller_identity().get("Account") == ACCOUNT
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    for kind, rows in ROWS.items():
        header = ",".join(field["name"] for field in FIELDS[kind])
        (folder / f"{kind}.csv").write_text("\n".join([header, *rows, ""]))
        place = SESSION.resource("s3").Bucket(BUCKET).Object(f"{kind}.csv")
        place.upload_file(str(folder / f"{kind}.csv"))
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(ACCESS))
    assert json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]) == ACCESS


def make_role() -> dict[str, Any]:
    iam = client("iam")
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
    for policy in POLICIES:
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=policy)
    own = iam.create_policy(PolicyName="PersonalizePolicy", PolicyDocument=json.dumps(METRICS_ONLY))
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=own["Policy"]["Arn"])
    iam.put_role_policy(RoleName=ROLE, PolicyName="AccessCloudwatch", PolicyDocument=json.dumps(METRICS_ONLY))
    return find_role()


def find_role() -> dict[str, Any]:
    """Return the role and what is attached to it, without the dates."""
    iam = client("iam")
    role = iam.get_role(RoleName=ROLE)["Role"]
    attached = iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]
    inline = iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
    kept = {name: role[name] for name in ("Arn", "RoleId", "RoleName", "AssumeRolePolicyDocument")}
    return {**kept, "attached": sorted(row["PolicyArn"] for row in attached), "inline": inline}


def dataset(kind: str, group: str, domain: bool = True) -> str:
    personalize = client("personalize")
    text = json.dumps({"type": "record", "name": kind, "fields": FIELDS[kind], "version": "1.0"})
    where = {"domain": "VIDEO_ON_DEMAND"} if domain else {}
    schema = personalize.create_schema(name=f"demo-{kind}", schema=text, **where)["schemaArn"]
    with pytest.raises(personalize.exceptions.ResourceAlreadyExistsException):
        personalize.create_schema(name=f"demo-{kind}", schema=text, **where)
    given = {"name": f"demo-{kind}", "datasetType": kind.upper(), "schemaArn": schema}
    return str(personalize.create_dataset(datasetGroupArn=group, **given)["datasetArn"])


def load(kind: str, arn: str, role: str) -> None:
    personalize = client("personalize")
    job = personalize.create_dataset_import_job(
        jobName=f"import-{kind}", datasetArn=arn, roleArn=role,
        dataSource={"dataLocation": f"s3://{BUCKET}/{kind}.csv"},
    )["datasetImportJobArn"]  # fmt: skip
    found = personalize.describe_dataset_import_job(datasetImportJobArn=job)["datasetImportJob"]
    assert found["status"] == "ACTIVE", found


def recommend(group: str) -> None:
    """List the recipes as some samples do, with the token of a page that they do not ask about, and train."""
    personalize = client("personalize")
    first = personalize.list_recipes(domain="VIDEO_ON_DEMAND")
    rest = personalize.list_recipes(domain="VIDEO_ON_DEMAND", nextToken=first["nextToken"])
    recipes = [row["recipeArn"] for row in first["recipes"] + rest["recipes"]]
    assert len(set(recipes)) == len(recipes) == 5
    for name in ("more-like-x", "top-picks"):
        recipe = f"arn:aws:personalize:::recipe/aws-vod-{name}"
        made = personalize.create_recommender(name=name, recipeArn=recipe, datasetGroupArn=group)
        found = personalize.describe_recommender(recommenderArn=made["recommenderArn"])["recommender"]
        assert (found["status"], recipe in recipes) == ("ACTIVE", True)


def track(group: str) -> None:
    """Make the filters and the event tracker, and send an event."""
    personalize = client("personalize")
    for name, expression in FILTERS.items():
        personalize.create_filter(name=name, datasetGroupArn=group, filterExpression=expression)
    found = personalize.list_filters(datasetGroupArn=group, maxResults=100)["Filters"]
    assert {row["name"]: row["status"] for row in found} == dict.fromkeys(FILTERS, "ACTIVE")
    tracker = personalize.create_event_tracker(datasetGroupArn=group, name="amazon-personalize-event-tracker")
    status = personalize.describe_event_tracker(eventTrackerArn=tracker["eventTrackerArn"])
    assert status["eventTracker"]["status"] == "ACTIVE"
    event = {"eventId": "e", "eventType": "Watch", "itemId": "1", "sentAt": 1_700_000_000,
             "metricAttribution": {"eventAttributionSource": "top-picks"}}  # fmt: skip
    client("personalize-events").put_events(
        trackingId=tracker["trackingId"], userId="1", sessionId="1", eventList=[event]
    )


def measure(group: str, role: str) -> None:
    personalize = client("personalize")
    metrics = [
        {"eventType": "Watch", "expression": "SAMPLECOUNT()", "metricName": "countViews"},
        {"eventType": "Click", "expression": "SUM(ITEMS.CREATION_TIMESTAMP)", "metricName": "sum"},
    ]
    output = {"roleArn": role, "s3DataDestination": {"path": f"s3://{BUCKET}/metrics/"}}
    given = {"name": "m", "datasetGroupArn": group, "metricsOutputConfig": output}
    made = personalize.create_metric_attribution(metrics=metrics, **given)["metricAttributionArn"]
    found = personalize.describe_metric_attribution(metricAttributionArn=made)["metricAttribution"]
    assert found["status"] == "ACTIVE"


def clean(group: str, datasets: dict[str, str]) -> None:
    """Take everything down by its lists, as the samples' last notebook does."""
    personalize, s3 = client("personalize"), client("s3")
    for kind in ("recommender", "event_tracker"):
        words = kind.split("_")
        member = words[0] + "".join(word.title() for word in words[1:])
        for page in personalize.get_paginator(f"list_{kind}s").paginate(datasetGroupArn=group):
            for row in page[f"{member}s"]:
                getattr(personalize, f"delete_{kind}")(**{f"{member}Arn": row[f"{member}Arn"]})
    for row in personalize.list_filters(datasetGroupArn=group)["Filters"]:
        personalize.delete_filter(filterArn=row["filterArn"])
    for arn in datasets.values():
        schema = personalize.describe_dataset(datasetArn=arn)["dataset"]["schemaArn"]
        personalize.delete_dataset(datasetArn=arn)
        personalize.delete_schema(schemaArn=schema)
    personalize.delete_dataset_group(datasetGroupArn=group)
    assert personalize.list_dataset_groups()["datasetGroups"] == []
    for row in s3.list_objects(Bucket=BUCKET)["Contents"]:
        s3.delete_object(Bucket=BUCKET, Key=row["Key"])
    s3.delete_bucket(Bucket=BUCKET)
    delete_role()


def delete_role() -> None:
    iam = client("iam")
    for row in iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=ROLE, PolicyArn=row["PolicyArn"])
    for name in iam.list_role_policies(RoleName=ROLE)["PolicyNames"]:
        iam.delete_role_policy(RoleName=ROLE, PolicyName=name)
    iam.delete_role(RoleName=ROLE)
