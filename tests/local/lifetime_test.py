"""The server as a process: lock, port, leases and linger, restart, kill -9."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest


def lease(url: str) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=5)
    connection.sendall(f"GET /_local/lease HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    head = connection.recv(4096)
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"transfer-encoding: chunked" in head.lower()
    return connection


def test_it_prints_what_to_type_and_writes_its_endpoint(start: Any, tmp_path: Path) -> None:
    with start(tmp_path, "--clock", "instant") as server:
        endpoint = json.loads((server.folder / "endpoint.json").read_text())
        assert endpoint == {**endpoint, "url": server.url, "pid": server.popen.pid, "clock": "instant"}
        assert "AWS_ACCESS_KEY_ID" in server.said
        assert server.folder.stat().st_mode & 0o777 == 0o700


def test_home_may_be_the_state_folder_itself(start: Any, tmp_path: Path) -> None:
    with start(tmp_path / "local"):
        assert (tmp_path / "local" / "endpoint.json").exists()
    with start(tmp_path) as again:
        assert again.url


def test_two_servers_cannot_hold_one_folder(start: Any, tmp_path: Path) -> None:
    with start(tmp_path), start(tmp_path) as second:
        assert second.popen.wait(10) == 1
        assert "another local Personalize holds" in second.said


def test_a_restart_keeps_everything_and_the_port(start: Any, tmp_path: Path, make_lab: Any) -> None:
    with start(tmp_path, "--clock", "instant") as first:
        group = make_lab(first.url).group("kept")
    with start(tmp_path, "--clock", "instant") as second:
        assert second.url == first.url
        groups = make_lab(second.url).personalize.list_dataset_groups()["datasetGroups"]
        assert [entry["datasetGroupArn"] for entry in groups] == [group]


def test_a_taken_port_gives_another(start: Any, tmp_path: Path) -> None:
    with start(tmp_path) as first:
        port = int(first.url.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)), start(tmp_path) as second:
        assert second.url.startswith("http://127.0.0.1:")
        assert second.url != first.url


def test_it_ends_after_the_last_lease_and_not_before(start: Any, tmp_path: Path) -> None:
    with start(tmp_path, "--linger", PDPREP_LOCAL_LINGER="1") as server:
        one, two = lease(server.url), lease(server.url)
        assert not server.ended(1.5)
        one.close()
        assert not server.ended(1.5)
        two.close()
        assert server.ended(20)


def test_without_linger_it_stays(start: Any, tmp_path: Path) -> None:
    with start(tmp_path, PDPREP_LOCAL_LINGER="0.1") as server:
        lease(server.url).close()
        assert not server.ended(1)


def test_an_accepted_job_goes_on_after_kill_9(
    start: Any, tmp_path: Path, make_lab: Any, make_interactions: Any, eventually: Any
) -> None:
    with start(tmp_path, "--clock", "auto", "--speed", "4") as server:
        lab = make_lab(server.url)
        group = lab.group()
        eventually(lambda: lab.status("dataset_group", group) == "ACTIVE")
        dataset = lab.dataset("Interactions", group)
        eventually(lambda: lab.status("dataset", dataset) == "ACTIVE")
        job = lab.start_import(dataset, lab.upload(make_interactions(5000)))
        server.kill()
    with start(tmp_path, "--clock", "instant") as server:
        lab = make_lab(server.url)
        eventually(lambda: lab.import_job(job)["status"] == "ACTIVE")
        assert len(lab.export(dataset, "BULK")) == 5001


def test_every_acknowledged_put_survives_kill_9(start: Any, tmp_path: Path, make_lab: Any) -> None:
    with start(tmp_path, "--clock", "instant") as server:
        lab = make_lab(server.url)
        group = lab.group()
        dataset, tracking = lab.dataset("Interactions", group), lab.tracker(group)
        for n in range(30):
            event = {"eventType": "e", "itemId": f"i{n}", "sentAt": n}
            lab.events.put_events(trackingId=tracking, userId="u", sessionId="s", eventList=[event])
        server.kill()
    with start(tmp_path, "--clock", "instant") as server:
        assert len(make_lab(server.url, count=50).export(dataset, "PUT")) == 31


def test_leftovers_of_a_kill_are_swept(start: Any, tmp_path: Path) -> None:
    with start(tmp_path):
        pass
    for folder in ("rows", "objects"):
        (tmp_path / "local" / folder / "half").write_bytes(b"x")
    with start(tmp_path):
        assert not list((tmp_path / "local").glob("*/half"))


@pytest.mark.parametrize("version", [99])
def test_a_newer_state_is_refused(start: Any, tmp_path: Path, version: int) -> None:
    import sqlite3

    with start(tmp_path):
        pass
    database = sqlite3.connect(tmp_path / "local" / "state.sqlite")
    database.execute(f"PRAGMA user_version={version}")
    database.close()
    with start(tmp_path) as server:
        assert "newer pdprep" in server.said
