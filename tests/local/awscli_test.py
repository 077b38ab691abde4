"""The AWS CLI, as people install it, through the journey."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROLE = "arn:aws:iam::000000000000:role/pdprep"
ROWS = 400_000  # 9 MB: above the 8 MB from which the CLI uploads in parts
EVENT = {"eventType": "click", "itemId": "i1", "sentAt": 1_800_000_000}
Aws = Callable[..., Any]


@pytest.fixture
def aws(lab: Any, awscli: Path, tmp_path: Path) -> Aws:
    """Give a function that runs the CLI and returns what it answers."""
    environment = {
        **os.environ, "AWS_ENDPOINT_URL": lab.url,
        "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "", "AWS_CONFIG_FILE": str(tmp_path / "none"),
    }  # fmt: skip

    def run(line: str, **options: Any) -> Any:
        given = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
        command = [str(awscli), "--output", "json", *line.split(), *map(_text, given)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.stdout

    return run


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def test_the_aws_cli_makes_the_journey(
    aws: Aws, lab: Any, tmp_path: Path, make_avro: Any, make_interactions: Any
) -> None:
    (tmp_path / "data.csv").write_text(make_interactions(ROWS))
    aws("s3 mb s3://cli-bucket")
    aws(f"s3 cp {tmp_path}/data.csv s3://cli-bucket/in/data.csv")
    assert aws("s3api head-object --bucket cli-bucket --key in/data.csv")["ETag"].endswith('-2"')
    schema = aws("personalize create-schema --name s", schema=make_avro("Interactions"))["schemaArn"]
    group = aws("personalize create-dataset-group --name g")["datasetGroupArn"]
    made = {"schema_arn": schema, "dataset_group_arn": group, "dataset_type": "Interactions"}
    dataset = aws("personalize create-dataset --name d", **made)["datasetArn"]
    job = {"job_name": "j", "dataset_arn": dataset, "role_arn": ROLE}
    aws(
        "personalize create-dataset-import-job", **job, data_source="dataLocation=s3://cli-bucket/in/data.csv"
    )
    jobs = aws("personalize list-dataset-import-jobs", dataset_arn=dataset)["datasetImportJobs"]
    assert [(job["jobName"], job["status"]) for job in jobs] == [("j", "ACTIVE")]
    tracker = aws("personalize create-event-tracker --name t", dataset_group_arn=group)
    put = {"tracking_id": tracker["trackingId"], "event_list": [EVENT]}
    aws("personalize-events put-events --user-id u1 --session-id s", **put)
    output = {"s3DataDestination": {"path": "s3://cli-bucket/out/"}}
    aws("personalize create-dataset-export-job --ingestion-mode ALL", **job, job_output=output)
    aws(f"s3 cp s3://cli-bucket/out/ {tmp_path}/out --recursive")
    lines = (tmp_path / "out" / "j-part-00000.csv").read_text().splitlines()
    assert (len(lines), lines[-1]) == (ROWS + 2, '"u1","i1","click",1800000000')
    aws("personalize delete-event-tracker", event_tracker_arn=tracker["eventTrackerArn"])
    aws("personalize delete-dataset", dataset_arn=dataset)
    aws("personalize delete-schema", schema_arn=schema)
    aws("personalize delete-dataset-group", dataset_group_arn=group)
    aws("s3 rb s3://cli-bucket --force")
    assert aws("personalize list-dataset-groups")["datasetGroups"] == []
    assert lab.s3.list_buckets()["Buckets"] == []
