"""Sources in S3 are read where the dataset group lives, with its credentials and no others."""

from __future__ import annotations

import pytest

import pdprep
from pdprep.errors import SourceError
from pdprep.group import DatasetGroup
from tests.personalize.frames import counts, events

OTHERS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL")


@pytest.fixture
def alone(group: DatasetGroup, monkeypatch: pytest.MonkeyPatch) -> DatasetGroup:
    """Give a group and an environment that names neither keys nor an endpoint."""
    for name in OTHERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    s3 = group.client("s3")
    s3.create_bucket(Bucket="data")
    for number, part in enumerate((events(700), events(700, first=700))):
        s3.put_object(Bucket="data", Key=f"in/{number}.csv", Body=part.write_csv())
    return group


def test_a_glob_is_prepared_and_imported(alone: DatasetGroup) -> None:
    frame = alone.prepare("s3://data/in/*.csv", "interactions")
    assert alone.bulk(frame).wait().status == "ACTIVE"
    assert counts(alone)["bulk"] == 1400


def test_a_dataset_that_exists_and_a_mapping_used_again(alone: DatasetGroup) -> None:
    first = alone.prepare("s3://data/in/*.csv", "interactions")
    alone.bulk(first).wait()
    alone.client("s3").put_object(Bucket="data", Key="today.csv", Body=events(5, first=9000).write_csv())
    for again in (
        alone.prepare("s3://data/today.csv", "interactions"),
        alone.prepare("s3://data/today.csv", like=first),
    ):
        assert again.frame.collect().height == 5


def test_without_the_group_its_credentials_are_not_there(alone: DatasetGroup) -> None:
    with pytest.raises(SourceError, match=r"s3://data/in/0\.csv cannot be read"):
        pdprep.prepare("s3://data/in/0.csv", "interactions")
