"""connect: the local Personalize or AWS on purpose; names, domains, slips, groups made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest

import pdprep
from pdprep.errors import GroupError, UnknownDatasetError
from pdprep.group import DatasetGroup
from pdprep.local.server import Running
from tests.personalize.frames import counts, items, prepared

ROLE = "arn:aws:iam::000000000000:role/pdprep"
PROFILE = """
[tool.pdprep.profiles.prod]
account = "000000000000"
region = "eu-central-1"
bucket = "s3://films/staged"
role_arn = "arn:aws:iam::000000000000:role/pdprep"
"""


def session(region: str | None = "eu-central-1") -> boto3.Session:
    """Return a session as somebody would hand it in."""
    return boto3.Session(aws_access_key_id="key", aws_secret_access_key="secret", region_name=region)


def test_connect_creates_nothing(group: DatasetGroup) -> None:
    assert group.client().list_dataset_groups()["datasetGroups"] == []
    assert group.client("s3").list_buckets()["Buckets"] == []


@pytest.mark.parametrize("name", ["", "my movies", "-movies", "m" * 64, "films/2"])
def test_a_name_the_service_does_not_take_is_an_error(home: Path, name: str) -> None:
    with pytest.raises(GroupError, match="1 to 63"):
        pdprep.connect(name)


@pytest.mark.parametrize("slip", ["movie", "mvoies", "Movies", "movies_"])
def test_a_name_one_letter_off_names_the_group(group: DatasetGroup, slip: str) -> None:
    group.bulk(prepared(group, items("a"))).wait()
    with pytest.raises(GroupError, match='connect\\("movies"\\)'):
        pdprep.connect(slip)
    assert pdprep.connect(slip, new=True).name == slip


def test_a_sibling_with_another_digit_is_no_slip(group: DatasetGroup) -> None:
    group.bulk(prepared(group, items("a"))).wait()
    assert pdprep.connect("movies2").arn is None


def test_the_domain_of_a_group_is_read_and_a_contrary_one_refused(server: Running) -> None:
    shop = pdprep.connect("shop", domain="ECOMMERCE")
    frame = items("a").rename({"GENRES": "CATEGORY_L1"}).with_columns(PRICE=1.5)
    shop.bulk(shop.prepare(frame, "items")).wait()
    assert pdprep.connect("shop").domain == "ECOMMERCE"
    with pytest.raises(GroupError, match="has the domain ECOMMERCE"):
        pdprep.connect("shop", domain="VIDEO_ON_DEMAND")


def test_an_unknown_domain_is_an_error(home: Path) -> None:
    with pytest.raises(UnknownDatasetError, match="ECOMMERCE"):
        pdprep.connect("movies", domain="ECOMERCE")  # type: ignore[arg-type]  # that is the mistake


def test_the_deployed_schema_rules(group: DatasetGroup) -> None:
    group.bulk(prepared(group, items("a"))).wait()
    assert group.contract("items").columns == ("ITEM_ID", "GENRES")
    more = pdprep.prepare(
        items("b").with_columns(BRAND=1), "items", metadata={"GENRES": "GENRES", "BRAND": "BRAND"}
    )
    group.put(more).wait()
    assert counts(group, "items") == {"bulk": 1, "incremental": 1, "both": 0}


def test_a_group_that_was_deleted_leaves_an_archive(group: DatasetGroup, home: Path) -> None:
    group.bulk(prepared(group, items("a"))).wait()
    client = group.client()
    arn = group.arn
    client.delete_dataset(datasetArn=client.list_datasets(datasetGroupArn=arn)["datasets"][0]["datasetArn"])
    client.delete_dataset_group(datasetGroupArn=arn)
    with pytest.warns(UserWarning, match="archived"):
        again = pdprep.connect("movies")
    assert counts(again, "items") == {"bulk": 0, "incremental": 0, "both": 0}
    assert again.bulk(prepared(again, items("a"))).wait().status == "ACTIVE"


def test_aws_is_reached_on_purpose_only(home: Path) -> None:
    with pytest.raises(GroupError, match="on purpose"):
        pdprep.connect("movies", bucket="s3://films")


@pytest.mark.parametrize(
    ("given", "lacking"),
    [({}, "bucket, role_arn"), ({"bucket": "s3://films"}, "role_arn"), ({"role_arn": ROLE}, "bucket")],
)
def test_a_session_needs_bucket_and_role(home: Path, given: dict[str, Any], lacking: str) -> None:
    with pytest.raises(GroupError, match=lacking):
        pdprep.connect("movies", session=session(), **given)


def test_a_session_goes_the_same_way(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    given: dict[str, Any] = {"bucket": "s3://films/staged", "role_arn": ROLE}
    group = pdprep.connect("movies", session=session(), **given)
    group.bulk(prepared(group, items("a", "b")), keep=True).wait()
    assert (group.environment.account, group.environment.region) == ("000000000000", "eu-central-1")
    assert "eu-central-1" in str(group.arn)
    keys = [row["Key"] for row in group.client("s3").list_objects_v2(Bucket="films")["Contents"]]
    assert [key.startswith("staged/pdprep/movies/items/") for key in keys] == [True]
    with pytest.raises(GroupError, match="movies"):
        pdprep.connect("movie", session=session(), **given)


def test_a_profile_is_read_from_the_project(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text(PROFILE)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    group = pdprep.connect("movies", profile="prod", session=session(None))
    assert (group.environment.region, group.environment.bucket) == ("eu-central-1", "s3://films/staged")


def test_an_unknown_profile_is_an_error(home: Path) -> None:
    with pytest.raises(GroupError, match=r"tool\.pdprep\.profiles\.prod"):
        pdprep.connect("movies", profile="prod")


def test_a_session_of_another_account_is_refused(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = PROFILE.replace('account = "000000000000"', 'account = "999999999999"')
    (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    with pytest.raises(GroupError, match="credentials of the account 000000000000"):
        pdprep.connect("movies", profile="prod", session=session())


def test_it_describes_itself(group: DatasetGroup, server: Running) -> None:
    said = group.describe()
    assert said["where"] == "the local Personalize"
    assert f"AWS_ENDPOINT_URL={server.url}" in said["for the AWS CLI"]
    assert repr(group) == "<DatasetGroup movies: CUSTOM, local>"
