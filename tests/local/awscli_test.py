"""The AWS CLI, as people install it, through the journey."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

ROLE = "arn:aws:iam::000000000000:role/pdprep"


def test_the_aws_cli_makes_the_journey(
    lab: Any, awscli: Path, tmp_path: Path, make_avro: Any, make_interactions: Any
) -> None:
    environment = {
        **os.environ, "AWS_ENDPOINT_URL": lab.url,
        "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "", "AWS_CONFIG_FILE": str(tmp_path / "none"),
    }  # fmt: skip

    def aws(*words: str) -> Any:
        command = [str(awscli), "--output", "json", *words]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.stdout

    (tmp_path / "data.csv").write_text(make_interactions(20_000))
    aws("s3", "mb", "s3://cli-bucket")
    aws("s3", "cp", str(tmp_path / "data.csv"), "s3://cli-bucket/in/data.csv")
    assert "in/" in aws("s3", "ls", "s3://cli-bucket/")
    schema = aws("personalize", "create-schema", "--name", "s", "--schema", make_avro("Interactions"))[
        "schemaArn"
    ]
    group = aws("personalize", "create-dataset-group", "--name", "g")["datasetGroupArn"]
    made = (
        "--name",
        "d",
        "--schema-arn",
        schema,
        "--dataset-group-arn",
        group,
        "--dataset-type",
        "Interactions",
    )
    dataset = aws("personalize", "create-dataset", *made)["datasetArn"]
    given = ("--job-name", "j", "--dataset-arn", dataset, "--role-arn", ROLE)
    source = "dataLocation=s3://cli-bucket/in/data.csv"
    aws("personalize", "create-dataset-import-job", *given, "--data-source", source)
    jobs = aws("personalize", "list-dataset-import-jobs", "--dataset-arn", dataset)["datasetImportJobs"]
    assert [(job["jobName"], job["status"]) for job in jobs] == [("j", "ACTIVE")]
