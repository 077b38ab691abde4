"""``kill -9`` at any moment, resumed by a fresh session: nothing lost or doubled, nothing older over newer.

These come beside the chosen moments of restart_test.py.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

import pdprep
from pdprep.local.server import Running
from tests.conftest import DEEP
from tests.personalize.frames import counts, events, exported, items, prepared
from tests.personalize.restart_test import count, kill_when, start

KILLS = 34 if DEEP else 1
LONGEST = 1.2  # seconds after the job has been written down
IDS = [str(number) for number in range(400)]


def killed_at_random(home: Path, call: str, seed: int) -> None:
    """Start a call in a process of its own and kill it at some moment of its job."""
    process = start(call)
    moment: list[float] = []

    def due() -> bool:
        if not moment and count(home, "SELECT count(*) FROM jobs"):
            moment.append(time.monotonic() + random.Random(seed).uniform(0, LONGEST))
        return bool(moment) and time.monotonic() >= moment[0]

    kill_when(process, due)


@pytest.mark.parametrize("seed", range(KILLS))
@pytest.mark.parametrize("way", ["", ", fast=True"])
def test_a_put_of_events(home: Path, server: Running, seed: int, way: str) -> None:
    killed_at_random(home, f"put(prepared(group, events(800)){way})", seed)
    group = pdprep.connect("movies")
    group.put(prepared(group, events(800))).wait()
    held = exported(group, "PUT")
    assert held.sort(held.columns).equals(events(800).select(held.columns).sort(held.columns))
    assert counts(group)["incremental"] == 800
    assert group.verify("interactions").ok


@pytest.mark.parametrize("seed", range(KILLS))
@pytest.mark.parametrize("way", ["", ", fast=True"])
def test_a_put_of_items_that_are_put_again(home: Path, server: Running, seed: int, way: str) -> None:
    killed_at_random(home, f"put(prepared(group, items(*{IDS}, genre='Old')){way})", seed)
    group = pdprep.connect("movies")
    group.put(prepared(group, items(*IDS, genre="New"))).wait()
    assert exported(group, "ALL", "items")["GENRES"].to_list() == ["New"] * len(IDS)
    assert group.records("items").page(size=999)["GENRES"].to_list() == ["New"] * len(IDS)
    assert group.verify("items").ok


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_bulk_import(home: Path, server: Running, seed: int) -> None:
    killed_at_random(home, "bulk(prepared(group, events(1200)))", seed)
    group = pdprep.connect("movies")
    assert group.bulk(prepared(group, events(1200))).wait().status == "ACTIVE"
    jobs = group.client().list_dataset_import_jobs()["datasetImportJobs"]
    assert [job["status"] for job in jobs] == ["ACTIVE"]
    assert counts(group)["bulk"] == exported(group, "BULK").height == 1200
    assert group.verify("interactions").ok
