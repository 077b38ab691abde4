"""An import by tasks of Ray is the import that this machine makes: counts, exports, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pdprep
from pdprep.engine import parts
from pdprep.errors import InputError, JobError, ReplaceRefused, ValidationError
from pdprep.group import DatasetGroup
from pdprep.local.server import Running
from pdprep.personalize.imports.distributed import counting
from tests.engine.shop import MAPPING, dirty
from tests.support.files import as_files

ROWS = 4_000
pytestmark = pytest.mark.usefixtures("two_nodes")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "ROWS_A_PART", 900)


@pytest.fixture
def lake(server: Running, tmp_path: Path) -> str:
    return as_files(dirty(ROWS), tmp_path, count=3)


def connected(name: str, lake: str, **more: Any) -> tuple[DatasetGroup, Any]:
    group = pdprep.connect(name, new=True)
    return group, group.prepare(lake, "interactions", columns=MAPPING, on_invalid="quarantine", **more)


def rows(frame: pl.LazyFrame) -> list[Any]:
    return sorted(frame.collect().rows(), key=repr)


def shown(group: DatasetGroup) -> list[Any]:
    return rows(group.records("interactions").frame.select(*MAPPING, "ORIGIN", "STATUS"))


def test_an_import_by_ray_is_the_import_of_this_machine(lake: str) -> None:
    (here, frame), (there, same) = connected("here", lake), connected("there", lake)
    one, other = here.bulk(frame, keep=True).wait(), there.bulk(same, keep=True, engine="ray").wait()
    assert (other.status, other.rows, other.note) == ("ACTIVE", one.rows, "")
    assert str(other.report) == str(one.report)
    imports = [group._target.ledger.journal.imports("interactions")[0] for group in (here, there)]
    assert imports[0].fingerprint == imports[1].fingerprint
    assert imports[0].keys == imports[1].keys
    assert shown(there) == shown(here)
    assert rows(there.export("interactions")) == rows(here.export("interactions"))
    assert there.verify("interactions").ok
    keys = [each["Key"] for each in there.client("s3").list_objects_v2(Bucket="pdprep-local")["Contents"]]
    assert not any("records/" in key for key in keys)
    assert sum("/there/" in key and key.endswith(".csv") for key in keys) == sum(
        "/here/" in key and key.endswith(".csv") for key in keys
    )


def test_records_of_a_large_import_stay_in_the_bucket(lake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_BYTES_AT_HOME", 10_000)
    (here, frame), (there, same) = connected("here", lake), connected("there", lake)
    here.bulk(frame).wait()
    there.bulk(same, engine="ray").wait()
    ledger = there._target.ledger
    assert not list(ledger.records("interactions").rglob("*.parquet"))
    assert len(ledger.journal.objects(ledger.journal.imports("interactions")[0].records)) > 1
    assert shown(there) == shown(here)
    assert str(there.plan(same)) == str(here.plan(frame))
    assert there.verify("interactions").ok
    assert rows(there.export("interactions")) == rows(here.export("interactions"))
    assert there.bulk(same, engine="ray").wait().id == "bulk-0001"
    keys = [each["Key"] for each in there.client("s3").list_objects_v2(Bucket="pdprep-local")["Contents"]]
    known = ledger.journal.objects(ledger.journal.imports("interactions")[0].records)
    assert [key for key in keys if "/there/" in key and "/records/" in key] == [
        each.address.removeprefix("s3://pdprep-local/") for each in known
    ]


def test_a_plan_by_ray_says_what_this_machine_says(lake: str) -> None:
    group, frame = connected("planned", lake)
    assert str(group.plan(frame, engine="ray")) == str(group.plan(frame))
    group.bulk(group.prepare(lake.replace("*", "*[01]"), like=frame)).wait()
    assert str(group.plan(frame, engine="ray")) == str(group.plan(frame))
    assert group.plan(frame, engine="ray").balance.new > 0


def test_the_same_bytes_are_not_sent_again_by_whatever_engine(lake: str) -> None:
    group, frame = connected("twice", lake)
    first = group.bulk(frame).wait()
    assert group.bulk(frame, engine="ray").wait().id == first.id


def test_what_would_be_replaced_is_refused_before_a_part_is_sent(lake: str) -> None:
    group, frame = connected("guarded", lake)
    group.bulk(frame).wait()
    fewer = group.prepare(lake.replace("*", "*[01]"), "interactions", columns=MAPPING, on_invalid="drop")
    with pytest.raises(ReplaceRefused) as error:
        group.bulk(fewer, engine="ray")
    assert "engine" not in str(error.value)
    assert "Contents" not in group.client("s3").list_objects_v2(Bucket="pdprep-local")


def test_a_broken_rule_stops_the_import_and_leaves_nothing_in_s3(lake: str) -> None:
    group, _ = connected("broken", lake)
    frame = group.prepare(lake, "interactions", columns=MAPPING)
    with pytest.raises(ValidationError):
        group.bulk(frame, engine="ray").wait()
    assert "Contents" not in group.client("s3").list_objects_v2(Bucket="pdprep-local")


def test_a_group_that_is_connected_so_imports_by_ray(lake: str, home: Path) -> None:
    group = pdprep.connect("always", engine="ray", new=True)
    frame = group.prepare(pl.scan_parquet(lake), "interactions", columns=MAPPING, on_invalid="drop")
    with pytest.raises(InputError, match="Ray has 2 nodes"):
        group.bulk(frame).wait()


def test_a_stopped_job_stops_the_tasks(lake: str) -> None:
    group, frame = connected("stopped", lake)
    job = group.bulk(frame, engine="ray")
    job.stop()
    with pytest.raises(JobError):
        job.wait()
    assert not group._target.ledger.journal.layer("interactions")
