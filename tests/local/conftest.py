"""A laboratory for the local Personalize: a server, real clients, and short words for the usual steps."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from pdprep.local import running
from pdprep.local.pytest_plugin import local_personalize  # noqa: F401 - the fixture under test

SESSION = boto3.Session("any", "any")  # one for all: it keeps the service models it has read
ROLE = "arn:aws:iam::000000000000:role/pdprep"
STRING, LONG, FLOAT = "string", "long", ["float", "null"]
FIELDS: dict[str, dict[str, Any]] = {
    "Interactions": {"USER_ID": STRING, "ITEM_ID": STRING, "EVENT_TYPE": STRING, "TIMESTAMP": LONG},
    "Items": {"ITEM_ID": STRING, "GENRES": [STRING, "null"], "PRICE": FLOAT},
    "Users": {"USER_ID": STRING, "AGE": ["int", "null"]},
    "Actions": {"ACTION_ID": STRING, "VALUE": ["long", "null"], "LEVEL": ["int", "null"]},
    "Action_Interactions": {"USER_ID": STRING, "ACTION_ID": STRING, "EVENT_TYPE": STRING, "TIMESTAMP": LONG},
}


def avro(kind: str, **more: Any) -> str:
    """Return the Avro text of a type; GENRES is categorical."""
    fields = [{"name": n, "type": t, **({"categorical": True} if n == "GENRES" else {})}
              for n, t in {**FIELDS[kind], **more}.items()]  # fmt: skip
    return json.dumps({"type": "record", "name": kind, "fields": fields, "version": "1.0"})


@dataclass
class Lab:
    """Clients of one server and the resources made through them."""

    url: str
    region: str = "eu-west-1"
    count: int = 0
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        if service not in self.clients:
            config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
            self.clients[service] = self.fresh(service, config)
        return self.clients[service]

    def fresh(self, service: str, config: Config | None = None, region: str = "") -> Any:
        where = {"region_name": region or self.region, "endpoint_url": self.url, "config": config}
        return SESSION.client(service, **where)  # type: ignore[call-overload]  # any

    @property
    def personalize(self) -> Any:
        return self.client("personalize")

    @property
    def events(self) -> Any:
        return self.client("personalize-events")

    @property
    def s3(self) -> Any:
        return self.client("s3")

    @staticmethod
    def avro(kind: str, **more: Any) -> str:
        return avro(kind, **more)

    def next(self, stem: str) -> str:
        self.count += 1
        return f"{stem}-{self.count}"

    def bucket(self, name: str = "lab-bucket") -> str:
        place = {"LocationConstraint": self.region}
        if name not in [b["Name"] for b in self.s3.list_buckets()["Buckets"]]:
            self.s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
        return name

    def group(self, name: str = "", **more: Any) -> str:
        return str(
            self.personalize.create_dataset_group(name=name or self.next("group"), **more)["datasetGroupArn"]
        )

    def schema(self, kind: str, **more: Any) -> str:
        name = self.next("schema")
        return str(self.personalize.create_schema(name=name, schema=avro(kind, **more))["schemaArn"])

    def dataset(self, kind: str, group: str = "", **more: Any) -> str:
        made = self.personalize.create_dataset(
            name=self.next("dataset"), schemaArn=self.schema(kind, **more), datasetType=kind,
            datasetGroupArn=group or self.group(),
        )  # fmt: skip
        return str(made["datasetArn"])

    def upload(self, text: str | bytes, key: str = "") -> str:
        key = key or self.next("part") + ".csv"
        self.s3.put_object(Bucket=self.bucket(), Key=key, Body=text)
        return f"s3://{self.bucket()}/{key}"

    def status(self, kind: str, arn: str) -> str:
        """Return the status of a ``dataset_group``, ``dataset``, ``solution`` and so on."""
        first, *rest = kind.split("_")
        member = first + "".join(word.title() for word in rest)
        found = getattr(self.personalize, f"describe_{kind}")(**{member + "Arn": arn})
        return str(found[member]["status"])

    def start_import(self, dataset: str, location: str, mode: str = "FULL", name: str = "") -> str:
        job = self.personalize.create_dataset_import_job(
            jobName=name or self.next("import"), datasetArn=dataset, dataSource={"dataLocation": location},
            roleArn=ROLE, importMode=mode,
        )  # fmt: skip
        return str(job["datasetImportJobArn"])

    def import_job(self, arn: str) -> dict[str, Any]:
        found: dict[str, Any] = self.personalize.describe_dataset_import_job(datasetImportJobArn=arn)
        return dict(found["datasetImportJob"])

    def load(self, dataset: str, text: str | bytes, mode: str = "FULL") -> dict[str, Any]:
        return self.import_job(self.start_import(dataset, self.upload(text), mode))

    def export(self, dataset: str, mode: str) -> list[list[str]]:
        """Export a layer and return its records, header first."""
        text = self.export_text(dataset, mode)
        return list(csv.reader(io.StringIO(text), doublequote=False, escapechar="\\"))

    def export_text(self, dataset: str, mode: str) -> str:
        name = self.next("export")
        job = self.personalize.create_dataset_export_job(
            jobName=name, datasetArn=dataset, ingestionMode=mode, roleArn=ROLE,
            jobOutput={"s3DataDestination": {"path": f"s3://{self.bucket()}/out/"}},
        )  # fmt: skip
        arn = job["datasetExportJobArn"]
        done = self.personalize.describe_dataset_export_job(datasetExportJobArn=arn)["datasetExportJob"]
        assert done["status"] == "ACTIVE", done
        found = self.s3.list_objects_v2(Bucket=self.bucket(), Prefix=f"out/{name}-part-")["Contents"]
        texts: list[str] = [
            self.s3.get_object(Bucket=self.bucket(), Key=o["Key"])["Body"].read().decode() for o in found
        ]
        return texts[0] + "".join(text.split("\n", 1)[1] for text in texts[1:])

    def tracker(self, group: str) -> str:
        made = self.personalize.create_event_tracker(name=self.next("tracker"), datasetGroupArn=group)
        return str(made["trackingId"])


def interactions(count: int = 1000, first: int = 0) -> str:
    rows = (f"u{i % 40},i{i % 9},click,{1_700_000_000 + i}\n" for i in range(first, first + count))
    return "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n" + "".join(rows)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A laboratory whose statuses are instant."""
    with running(tmp_path / "state", clock="instant") as server:
        yield Lab(server.url)


@pytest.fixture
def make_interactions() -> Callable[..., str]:
    return interactions


@pytest.fixture
def make_lab() -> type[Lab]:
    return Lab


@pytest.fixture
def make_avro() -> Callable[..., str]:
    return avro


@dataclass
class Process:
    """A server in a process of its own."""

    folder: Path
    popen: subprocess.Popen[str]
    url: str
    said: str

    def kill(self) -> None:
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()

    def ended(self, within: float) -> bool:
        try:
            self.popen.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True


@contextmanager
def process(home: Path, *options: str, **environment: str) -> Iterator[Process]:
    command = [sys.executable, "-m", "pdprep.local", "--home", str(home), *options]
    popen = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    assert popen.stdout
    assert popen.stderr
    try:
        said = popen.stdout.readline()
        url = said.partition("AWS_ENDPOINT_URL=")[2].strip()
        said += popen.stdout.readline() if url else popen.stderr.read()
        yield Process(home / "local", popen, url, said)
    finally:
        popen.terminate()
        popen.wait(10)
        popen.stdout.close()
        popen.stderr.close()


@pytest.fixture
def start() -> Callable[..., Any]:
    """Start a server process: ``with start(home, "--clock", "instant") as server``."""
    return process


def wait_until(condition: Callable[[], Any], seconds: float = 15) -> Any:
    """Return the first true answer."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return answer


@pytest.fixture
def eventually() -> Callable[..., Any]:
    return wait_until
