"""Homes of any name, what a deletion covers there, damaged files and the way back, a rubbish address."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import boto3
import polars as pl
import pytest

import pdprep
from pdprep.contract.choices import DatasetType
from pdprep.engine import buckets
from pdprep.errors import LedgerError, LocalServerError
from pdprep.group import DatasetGroup
from pdprep.ledger import records
from pdprep.ledger.forgetting import COVERED
from pdprep.local.server import Running, running
from pdprep.personalize.aws import local_environment
from pdprep.personalize.resources import polling
from tests.conftest import PROJECT
from tests.personalize.frames import counts, events, exported, items, prepared, users
from tests.personalize.restart_test import kill_when, start
from tests.support.groups import ledger_of

ROLE = "arn:aws:iam::000000000000:role/r"
SECRETS = ("AKIAHOMESTEST", "s3cr3t-k3y", "t0k3n")  # key, secret, token
MANY = """
import time, polars as pl, pdprep
from pdprep.engine import partitioner
from tests.personalize.frames import events
partitioner.HELD_BYTES = 0
pdprep.validate(pdprep.prepare(events(2000), "interactions"), listener=lambda _: time.sleep(1))
"""


@pytest.mark.parametrize("name", ["data[1]", "a*b", "what?", "[", "100% {x} #1"])
def test_attack_5_a_home_of_any_name(tmp_path: Path, home: Path, name: str) -> None:
    place = tmp_path / name / ".pdprep"
    with running(place / "local", clock="instant"):
        group = pdprep.connect("movies", home=place)
        assert group.bulk(prepared(group, events(1200))).wait().status == "ACTIVE"
        assert group.put(prepared(group, events(10, first=5000))).wait().status == "DONE"
        assert group.bulk(prepared(group, events(1000, first=9000)), "INCREMENTAL").wait().status == "ACTIVE"
        assert counts(group) == {"bulk": 2200, "incremental": 10, "both": 0}
        assert group.verify("interactions").ok
        assert exported(group, "ALL").height == 2210
        assert group.delete_users(["u1"], confirm=1).wait().status == "DONE"
        assert group.verify("interactions").ok
        other = pdprep.connect("movies", home=tmp_path / name / "other")
        assert other.home != group.home


def test_attack_5_large_records_in_a_home_of_any_name(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdprep.ledger.view.FEW", 100)
    monkeypatch.setattr("pdprep.ledger.trained_ids.FEW", 100)
    monkeypatch.setattr(buckets, "FEW_ROWS", 300)
    place = tmp_path / "d[v2]" / ".pdprep"
    with running(place / "local", clock="instant"):
        group = pdprep.connect("movies", home=place)
        group.bulk(prepared(group, events(1200))).wait()
        group.put(prepared(group, events(10, first=5000))).wait()
        assert counts(group) == {"bulk": 1200, "incremental": 10, "both": 0}
        assert group.records("interactions").page(3).height == 20


def test_attack_5_an_import_that_the_service_has_is_found_again(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = group.bulk(prepared(group, items("a", "b"))).wait()
    journal = ledger_of(group).journal
    row = journal.job(job.id)
    assert row
    journal.save_job(type(row)(**{**row.values(), "status": "FAILED", "error": ""}))
    monkeypatch.setattr("pdprep.personalize.jobs.history._alive", {})
    assert [each.status for each in pdprep.connect("movies").jobs()] == ["ACTIVE"]


def test_attack_5_a_copy_that_fails_fails_no_job(
    group: DatasetGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(records, "refresh", broken)
    assert group.bulk(prepared(group, items("a"))).wait().status == "ACTIVE"
    assert group.put(prepared(group, items("b"))).wait().status == "DONE"
    assert counts(group, "items") == {"bulk": 1, "incremental": 1, "both": 0}


def holds(folder: Path, *texts: str) -> list[str]:
    """Return the files of a folder in which a text stands, Parquet read as what it says."""
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        said = file.read_bytes()
        if said[:4] == b"PAR1":
            said = pl.read_parquet(file, glob=False).write_csv().encode()
        if any(text.encode() in said for text in texts):
            found.append(str(file.relative_to(folder)))
    return found


def test_attack_4_a_deletion_covers_what_a_killed_bulk_left(home: Path, server: Running) -> None:
    group = pdprep.connect("movies")
    group.put(prepared(group, users("gone-user", "stays"))).wait()
    ledger = ledger_of(group)
    server.state.faults.ask(operation="PutObject", delay=3, calls=9)
    frame = "events(1200).with_columns(USER_ID=pl.lit('gone-user'))"
    process = start(f"put\nimport polars as pl\ngroup.bulk(prepared(group, {frame}))")
    kill_when(process, lambda: any(fault.calls < 9 for fault in server.state.faults.list()))
    server.state.faults.clear()
    assert holds(ledger.folder / "scratch", "gone-user")
    for left in ("plans/put-0009.part", "records/users/plan-000009.part", "exports/export-0009-0.csv"):
        (ledger.folder / left).parent.mkdir(exist_ok=True)
        (ledger.folder / left).write_text("USER_ID\ngone-user\n")  # as an older pdprep left them
    (ledger.folder / "exports" / "export-0009.parquet").write_bytes(b"PAR1 gone-user")
    assert group.delete_users(["gone-user"], confirm=1).wait().status == "DONE"
    assert holds(ledger.folder, "gone-user") == []
    assert group.verify("users").ok


def test_attack_4_a_deletion_lists_what_it_covers(group: DatasetGroup) -> None:
    group.bulk(prepared(group, events(1200))).wait()
    group.put(prepared(group, users("u1", "u2"))).wait()
    group.verify("interactions")
    group.delete_users(["u1"], confirm=1).wait()
    folders = {each.name for each in ledger_of(group).folder.iterdir() if each.is_dir()}
    page = (PROJECT / "docs" / "sending.md").read_text()
    assert folders <= set(COVERED)
    assert all(f"| `{name}/` | {fate} |" in page for name, fate in COVERED.items())


def test_attack_4_a_killed_check_without_a_group_is_swept(
    home: Path, server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    own = place / f"pdprep-{os.getuid()}"
    surroundings = {**os.environ, "PYTHONPATH": str(PROJECT), "TMPDIR": str(place)}
    process = subprocess.Popen([sys.executable, "-c", MANY], env=surroundings)
    kill_when(process, lambda: bool(list(own.glob("spill-*/**/*.ipc"))))
    assert process.returncode == -signal.SIGKILL
    assert list(own.glob("spill-*"))
    monkeypatch.setattr("tempfile.tempdir", str(place))
    group = pdprep.connect("movies")
    group.put(prepared(group, users("u1", "u2"))).wait()
    group.delete_users(["u1"], confirm=1).wait()
    assert list(own.iterdir()) == []


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("dataset", ["items", "interactions"])
def test_attack_9_adopt_builds_damaged_records_anew(
    group: DatasetGroup, dataset: DatasetType, number: int
) -> None:
    own = {"items": (items("a"), items("b")), "interactions": (events(1200), events(5, first=5000))}
    frame, more = own[dataset]
    group.bulk(prepared(group, frame)).wait()
    group.put(prepared(group, more)).wait()
    expected = counts(group, dataset)
    file = sorted((ledger_of(group).folder / "records").rglob("*.parquet"))[number]
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(LedgerError) as caught:
        group.verify(dataset)
    assert str(file) in caught.value.found
    exec(caught.value.hint, {"group": group})
    assert counts(group, dataset) == expected
    assert group.verify(dataset).ok
    with pytest.raises(LedgerError, match=r"records of \w+ already"):
        group.adopt(dataset)


def test_attack_9_verify_reads_every_byte(group: DatasetGroup) -> None:
    group.bulk(prepared(group, items(*map(str, range(50))))).wait()
    file = next(ledger_of(group).folder.rglob("*.parquet"))
    stat, data = file.stat(), bytearray(file.read_bytes())
    data[30] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(LedgerError, match="not those that were written"):
        group.verify("items")
    group.adopt("items")
    assert counts(group, "items")["bulk"] == 50


def test_attack_9_a_deletion_with_damaged_records_says_so_and_goes_on(group: DatasetGroup) -> None:
    group.put(prepared(group, users("u1", "u2"))).wait()
    file = next(ledger_of(group).records("users").glob("plan-*.parquet"))
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(LedgerError, match="were written"):
        group.delete_users(["u1"], confirm=1).wait()
    group.adopt("users")
    assert group.delete_users(["u1"], confirm=1).wait().status == "DONE"
    assert counts(group, "users")["incremental"] == 1


@pytest.mark.parametrize(
    "rubbish", [b"", b"[]", b"\xff\xfe", b'{"port": "x"}', b'{"port": 99999999}', b'"port"']
)
def test_attack_9_rubbish_in_the_address_of_the_server(home: Path, server: Running, rubbish: bytes) -> None:
    file = home / "local" / "endpoint.json"
    file.write_bytes(rubbish)
    endpoint = local_environment.LocalEndpoint(home / "local")
    endpoint.ensure()
    assert endpoint.url == server.url
    endpoint.release()
    file.write_text((home / "local" / "server.lock").read_text())
    assert json.loads(file.read_text())["pid"] == os.getpid()


def test_a_local_server_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_environment, "STARTS", 1)  # each takes long where the machine is busy
    tmp_path.joinpath("state.sqlite").write_bytes(b"no database")
    with pytest.raises(LocalServerError, match=r"state\.sqlite is damaged") as caught:
        local_environment.LocalEndpoint(tmp_path).ensure()
    typed = [sys.executable, *shlex.split(caught.value.hint)[1:]]
    said = subprocess.run(typed, capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, "move" in said.stderr) == (1, True)


@pytest.mark.parametrize("road", ["bulk", "put"])
def test_a_killed_adoption_is_nothing_or_all(home: Path, server: Running, road: str) -> None:
    group = pdprep.connect("movies")
    group.bulk(prepared(group, items("a", "b"))).wait()
    group.put(prepared(group, items("c"))).wait()
    other = home.with_name("other")
    # Killed as the records of either layer are filed.
    moment = {"bulk": "record_files.file_import", "put": "record_files.file_plan"}[road]
    script = f"""
import os, pdprep
from pdprep.ledger import record_files
inner = {moment}
def killed(*given):
    inner(*given)
    os.kill(os.getpid(), 9)
{moment} = killed
session = __import__("boto3").Session("k", "s", region_name="us-east-1")
given = dict(session=session, role_arn={ROLE!r}, bucket="s3://pdprep-local")
pdprep.connect("movies", home={str(other)!r}, **given).adopt("items")
"""
    surroundings = {**os.environ, "PYTHONPATH": str(PROJECT), "AWS_ENDPOINT_URL": server.url}
    assert subprocess.run([sys.executable, "-c", script], env=surroundings).returncode == -signal.SIGKILL
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ENDPOINT_URL", server.url)
        again = pdprep.connect(
            "movies", session=boto3.Session("k", "s", region_name="us-east-1"), role_arn=ROLE,
            bucket="s3://pdprep-local", home=other,
        )  # fmt: skip
        assert counts(again, "items") == {"bulk": 0, "incremental": 0, "both": 0}
        again.adopt("items")
        assert counts(again, "items") == {"bulk": 2, "incremental": 1, "both": 0}
        assert again.verify("items").ok


def test_an_import_killed_in_its_last_phase_is_followed(home: Path, server: Running) -> None:
    server.state.faults.ask(operation="DescribeDatasetImportJob", delay=0.3, calls=50)
    process = start("bulk(prepared(group, items('a', 'b')))")
    kill_when(process, lambda: any(f.calls < 49 for f in server.state.faults.list()))
    server.state.faults.clear()
    group = pdprep.connect("movies")
    assert group.bulk(prepared(group, items("a", "b"))).wait().status == "ACTIVE"
    assert counts(group, "items")["bulk"] == exported(group, "BULK", "items").height == 2
    assert len(group.client().list_dataset_import_jobs()["datasetImportJobs"]) == 1


def test_no_secret_stands_in_a_ledger_of_aws(
    home: Path, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    session = boto3.Session(*SECRETS, region_name="eu-central-1")
    group = pdprep.connect("movies", session=session, bucket="s3://films", role_arn=ROLE)
    group.bulk(prepared(group, items("a", "b"))).wait()
    group.put(prepared(group, items("c"))).wait()
    server.state.faults.ask(operation="PutItems", code="AccessDeniedException", status=403)
    with pytest.raises(pdprep.PdprepError):
        group.put(prepared(group, items("d"))).wait()
    group.verify("items")
    assert holds(home, *SECRETS) == []


def test_attack_8_a_wait_of_more_than_a_minute_says_for_what(
    group: DatasetGroup, server: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    group.put(prepared(group, items("a"))).wait()
    monkeypatch.setattr(polling, "PATIENT_SECONDS", 0.2)
    monkeypatch.setattr("pdprep.personalize.jobs.job.PATIENT_SECONDS", 0.2)
    server.state.clock.mode, server.state.clock.pending = "auto", 2.0
    said = []
    job = group.put(prepared(group, events(1)))
    job.subscribe(lambda job: said.append(job.note))
    job.wait()
    assert "waits for the dataset movies/INTERACTIONS (CREATE PENDING)" in said
    assert f"{job.id} waits for the dataset movies/INTERACTIONS" in capsys.readouterr().err
    assert "waits" not in job.note


def test_attack_15_a_process_with_many_open_files(home: Path, server: Running) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    try:
        endpoint = local_environment.LocalEndpoint(home / "local")
        endpoint.ensure()
        assert endpoint._lease
        lease = socket.socket(fileno=fcntl.fcntl(endpoint._lease.fileno(), fcntl.F_DUPFD, 1100))
        endpoint._lease.close()
        endpoint._lease = lease
        endpoint.ensure()
        assert endpoint._lease is lease
        endpoint.release()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
