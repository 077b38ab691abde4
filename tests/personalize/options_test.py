"""Keys, metrics and the bucket of deletions: said to connect or in a profile, and handed to the service."""

from __future__ import annotations

from pathlib import Path

import pytest

import pdprep
from pdprep.errors import InputError
from pdprep.group import DatasetGroup
from pdprep.personalize.aws import profiles
from pdprep.personalize.aws.options import EnvironmentOptions
from tests.personalize.frames import events, prepared, users

KEY = "arn:aws:kms:us-east-1:000000000000:key/k"
METRICS = {"watches": ("watch", "SAMPLECOUNT()")}
PROFILE = f"""[tool.pdprep.profiles.prod]
bucket = "s3://b"
kms_key_arn = "{KEY}"
deletion_bucket = "s3://lists"
publish_attribution_metrics = true
metrics = {{ watches = ["watch", "SAMPLECOUNT()"] }}
engine = "ray"
"""


def test_facts_missing_4_settings_are_read_from_a_profile(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROFILE)
    found = profiles.profile("prod", tmp_path)
    assert found.options == EnvironmentOptions(KEY, "", "s3://lists", True, METRICS, engine="ray")


def test_facts_missing_4_a_group_is_created_under_its_key(group: DatasetGroup) -> None:
    locked = pdprep.connect("movies", kms_key_arn=KEY)
    locked.bulk(prepared(locked, events(1200))).wait()
    seen = locked.client().describe_dataset_group(datasetGroupArn=locked.arn)["datasetGroup"]
    assert (seen["kmsKeyArn"], seen["roleArn"]) == (KEY, locked.environment.role_arn)


def test_facts_missing_4_exports_are_encrypted_under_their_key(group: DatasetGroup) -> None:
    locked = pdprep.connect("movies", export_kms_key_arn=KEY)
    locked.bulk(prepared(locked, events(1200))).wait()
    locked.export("interactions").collect()
    client = locked.client()
    (job,) = client.list_dataset_export_jobs()["datasetExportJobs"]
    found = client.describe_dataset_export_job(datasetExportJobArn=job["datasetExportJobArn"])
    assert found["datasetExportJob"]["jobOutput"]["s3DataDestination"]["kmsKeyArn"] == KEY


def test_facts_missing_4_metrics_are_created_before_the_first_import(group: DatasetGroup) -> None:
    measured = pdprep.connect("movies", metrics=METRICS, publish_attribution_metrics=True)
    measured.bulk(prepared(measured, users("u1"))).wait()
    client = measured.client()
    assert client.list_metric_attributions(datasetGroupArn=measured.arn)["metricAttributions"] == []
    measured.bulk(prepared(measured, events(1200))).wait()
    measured.bulk(prepared(measured, events(1200, first=5000)), mode="INCREMENTAL").wait()
    (made,) = client.list_metric_attributions(datasetGroupArn=measured.arn)["metricAttributions"]
    arn = made["metricAttributionArn"]
    rows = client.list_metric_attribution_metrics(metricAttributionArn=arn)["metrics"]
    wanted = {"eventType": "watch", "metricName": "watches", "expression": "SAMPLECOUNT()"}
    assert rows == [wanted]
    jobs = client.list_dataset_import_jobs()["datasetImportJobs"]
    found = [client.describe_dataset_import_job(datasetImportJobArn=j["datasetImportJobArn"]) for j in jobs]
    published = [each["datasetImportJob"]["publishAttributionMetricsToS3"] for each in found]
    assert sorted(published) == [False, True, True]
    assert made["creationDateTime"] <= min(j["creationDateTime"] for j in jobs[:2])
    measured.delete(confirm="movies")
    assert client.list_dataset_groups()["datasetGroups"] == []


def test_facts_16_a_list_of_users_goes_to_the_bucket_of_deletions(group: DatasetGroup) -> None:
    apart = pdprep.connect("movies", deletion_bucket="s3://lists-of-users/here")
    apart.bulk(prepared(apart, events(1200))).wait()
    apart.delete_users(["u1"], confirm=1).wait()
    (job,) = apart.client().list_data_deletion_jobs()["dataDeletionJobs"]
    found = apart.client().describe_data_deletion_job(dataDeletionJobArn=job["dataDeletionJobArn"])
    location = found["dataDeletionJob"]["dataSource"]["dataLocation"]
    assert location.startswith("s3://lists-of-users/here/")
    assert "Contents" not in apart.client("s3").list_objects_v2(Bucket="lists-of-users")


@pytest.mark.parametrize(
    "given",
    [
        {"kms_key_arn": 7},
        {"publish_attribution_metrics": "yes"},
        {"metrics": {"clicks": "click"}},
        {"metrics": {f"m{n}": ("click", "SAMPLECOUNT()") for n in range(11)}},
    ],
)
def test_what_the_service_would_refuse_is_refused_here(given: dict[str, object]) -> None:
    with pytest.raises(InputError):
        EnvironmentOptions().over(**given)


def test_another_word_is_none_that_connect_knows(group: DatasetGroup) -> None:
    with pytest.raises(TypeError, match=r"connect\(\) got an unexpected keyword argument 'buket'"):
        pdprep.connect("movies", buket="s3://b")  # type: ignore[call-arg]  # that is the test
