"""Killed at random points: what was acknowledged is there afterwards, and nothing is half there."""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

KILLS = 200 if os.environ.get("PDPREP_DEEP") else 20
ROWS = 20_000
SEED = 20260101


class Work:
    """Puts one event after the other and imports now and then, and remembers what was acknowledged."""

    def __init__(self, lab: Any, dataset: str, tracking: str, text: Any) -> None:
        self.lab, self.dataset, self.tracking, self.text = lab, dataset, tracking, text
        self.acknowledged = set[str]()
        self.begun = 0
        self.surprise: Exception | None = None

    def run(self) -> None:
        try:
            while True:
                self.begun += 1
                self._put(f"e{self.begun}")
                if self.begun % 15 == 0:
                    self._import()
        except (BotoCoreError, ClientError, KeyError):
            return  # KeyError: botocore reads a reply that broke off after its head as an empty one
        except Exception as error:
            self.surprise = error

    def _put(self, item: str) -> None:
        event = {"eventType": "e", "itemId": item, "sentAt": self.begun}
        self.lab.events.put_events(trackingId=self.tracking, userId="u", sessionId="s", eventList=[event])
        self.acknowledged.add(item)

    def _import(self) -> None:
        location = self.lab.upload(self.text(ROWS, first=self.begun * ROWS), f"in-{self.begun}.csv")
        self.lab.start_import(self.dataset, location, name=f"job-{self.begun}")


def test_kills(start: Any, tmp_path: Path, make_lab: Any, make_interactions: Any, eventually: Any) -> None:
    chance = random.Random(SEED)
    with start(tmp_path, "--clock", "instant") as server:
        lab = make_lab(server.url)
        group = lab.group()
        work = Work(lab, lab.dataset("Interactions", group), lab.tracker(group), make_interactions)
    for kill in range(KILLS):
        with start(tmp_path, "--clock", "instant") as server:
            work.lab = lab = make_lab(server.url, count=1000 * (kill + 1))
            eventually(lambda lab=lab: not open_jobs(lab))
            check(lab, work)
            thread = threading.Thread(target=work.run)
            thread.start()
            time.sleep(chance.uniform(0, 0.4))
            server.kill()
            thread.join()
            if work.surprise:
                raise work.surprise


def open_jobs(lab: Any) -> list[Any]:
    jobs = lab.personalize.list_dataset_import_jobs()["datasetImportJobs"]
    return [job for job in jobs if job["status"] not in ("ACTIVE", "CREATE FAILED")]


def check(lab: Any, work: Work) -> None:
    put = {row[1] for row in lab.export(work.dataset, "PUT")[1:]}
    assert work.acknowledged <= put
    assert put <= work.acknowledged | {f"e{n}" for n in range(work.begun + 1)}
    assert len(lab.export(work.dataset, "BULK")) - 1 in (0, ROWS)
    for job in lab.personalize.list_dataset_import_jobs()["datasetImportJobs"]:
        assert job["status"] == "ACTIVE", job
