"""A machine of imports and puts against a small model of the two layers: exports say what the model says."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pdprep.local.state import ServerState
from tests.local import wsgi

ARN = "arn:aws:personalize:eu-west-1:000000000000:"
ROLE = "arn:aws:iam::000000000000:role/r"
AVRO = {"type": "record", "name": "Items", "fields": [
    {"name": "ITEM_ID", "type": "string"}, {"name": "TITLE", "type": ["string", "null"], "textual": True},
]}  # fmt: skip
IDS = st.sampled_from("abcde")
TITLES = st.none() | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\x00"), min_size=1
)
RECORDS = st.lists(st.tuples(IDS, TITLES), min_size=1, max_size=10)
Record = tuple[str, str | None]


def field(text: str | None) -> str:
    return "" if text is None else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Layers(RuleBasedStateMachine):
    """Items of one dataset, small logs and small chunks so that compaction and chunking happen."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.count, self.kept = 0, list[tuple[str, Record]]()  # oldest first, each with its layer
        self.state = self.open()
        wsgi.send(self.state, "PUT", "/bucket")
        wsgi.control(self.state, "CreateSchema", name="s", schema=json.dumps(AVRO))
        wsgi.control(self.state, "CreateDatasetGroup", name="g")
        given = {
            "schemaArn": ARN + "schema/s",
            "datasetGroupArn": ARN + "dataset-group/g",
            "datasetType": "Items",
        }
        self.dataset = wsgi.control(self.state, "CreateDataset", name="d", **given)["datasetArn"]

    def open(self) -> ServerState:
        return wsgi.open_state(Path(self.folder.name), compact_rows=7, chunk_bytes=30, part_rows=5)

    def job(self, kind: str, **given: Any) -> None:
        self.count += 1
        named = {"jobName": f"j{self.count}", "datasetArn": self.dataset, "roleArn": ROLE}
        wsgi.control(self.state, f"CreateDataset{kind}Job", **named, **given)

    def load(self, records: list[Record], mode: str) -> None:
        text = "ITEM_ID,TITLE\n" + "".join(f"{field(key)},{field(title)}\n" for key, title in records)
        wsgi.send(self.state, "PUT", "/bucket/in.csv", text.encode())
        self.job("Import", dataSource={"dataLocation": "s3://bucket/in.csv"}, importMode=mode)

    def keep(self, layer: str, records: list[Record]) -> None:
        self.kept += [(layer, record) for record in records]

    def held(self, layer: str) -> list[Record]:
        return [record for kept, record in self.kept if kept == layer]

    @rule(records=RECORDS)
    def full(self, records: list[Record]) -> None:
        self.load(records, "FULL")
        self.kept = [entry for entry in self.kept if entry[0] == "PUT"]
        self.keep("BULK", records)

    @precondition(lambda self: self.held("BULK"))
    @rule(records=RECORDS)
    def incremental(self, records: list[Record]) -> None:
        self.load(records, "INCREMENTAL")
        self.keep("BULK", records)

    @rule(records=RECORDS)
    def put_items(self, records: list[Record]) -> None:
        items = [{"itemId": key, "properties": json.dumps({"title": title})} for key, title in records]
        body = json.dumps({"datasetArn": self.dataset, "items": items}).encode()
        assert wsgi.events(self.state, "/items", body)[0] == 200
        self.keep("PUT", records)

    @rule()
    def restart(self) -> None:
        wsgi.close(self.state)
        self.state = self.open()

    def exported(self, mode: str) -> list[Record]:
        self.job("Export", ingestionMode=mode, jobOutput={"s3DataDestination": {"path": "s3://bucket/out/"}})
        rows = list[Record]()
        for item in self.state.objects.keys("bucket", f"out/j{self.count}-", "", 100):
            _, body = wsgi.send(self.state, "GET", f"/bucket/{item.key}")
            text = io.StringIO(body.decode(), newline="\n")
            read = csv.reader(text, doublequote=False, escapechar="\\", lineterminator="\n")
            rows += [(row[0], row[1] or None) for row in list(read)[1:]]
        return rows

    @invariant()
    def exports_agree(self) -> None:
        newest = {key: (key, title) for _, (key, title) in self.kept}
        expected = {"BULK": set(self.held("BULK")), "PUT": set(self.held("PUT")), "ALL": set(newest.values())}
        for mode, records in expected.items():
            assert sorted(self.exported(mode), key=repr) == sorted(records, key=repr)

    def teardown(self) -> None:
        wsgi.close(self.state)
        self.folder.cleanup()


Layers.TestCase.settings = settings(
    max_examples=400 if os.environ.get("PDPREP_DEEP") else 15, stateful_step_count=10, deadline=None
)
TestLayers = Layers.TestCase
