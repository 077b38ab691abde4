"""Users, items and actions sent by every route in random order stand as plain Python says they do."""

from __future__ import annotations

import random
from typing import Final, Literal

import polars as pl
import pytest

from pdprep.contract.choices import DatasetType, ImportMode
from pdprep.group import DatasetGroup
from pdprep.preparation.prepare import Prepared
from tests.conftest import DEEP
from tests.personalize.frames import exported

SEEDS = 30 if DEEP else 2
ROADS: Final[tuple[ImportMode | Literal["put"], ...]] = ("FULL", "put", "INCREMENTAL")
STEPS = 5
KEYS = {"items": "ITEM_ID", "users": "USER_ID", "actions": "ACTION_ID"}
IDS = ["0", "00", "1.0", "a b", 'q"', "é", "b\\", "long-" * 20, *(f"n{number}" for number in range(12))]


class Oracle:
    """The two layers of a dataset as dictionaries, and who brought the newest value."""

    def __init__(self) -> None:
        self.bulk, self.put = dict[str, tuple[int, str]](), dict[str, tuple[int, str]]()

    def rows(self) -> list[tuple[str, str, str]]:
        """Return id, value and ORIGIN of each record, in the order of the ids."""
        found = []
        for id in {*self.bulk, *self.put}:
            newest = max(layer[id] for layer in (self.bulk, self.put) if id in layer)
            both = id in self.bulk and id in self.put
            found.append((id, newest[1], "both" if both else "bulk" if id in self.bulk else "incremental"))
        return sorted(found, key=lambda row: row[0].encode())


def prepared(group: DatasetGroup, dataset: DatasetType, ids: list[str], value: str) -> Prepared:
    frame = pl.DataFrame({KEYS[dataset]: ids, "NOTE": [value] * len(ids)})
    return group.prepare(frame, dataset, metadata={"NOTE": "NOTE"}, id_forms={KEYS[dataset]: "text"})


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("dataset", KEYS)
def test_records_stand_as_plain_python_says(group: DatasetGroup, dataset: DatasetType, seed: int) -> None:
    chance, oracle = random.Random(f"{dataset} {seed}"), Oracle()
    for step in range(STEPS):
        ids, value = chance.sample(IDS, chance.randint(1, len(IDS))), f"{chance.choice('xyz')}{step}"
        road = chance.choice(ROADS if oracle.bulk else ROADS[:2])
        frame, new = prepared(group, dataset, ids, value), dict.fromkeys(ids, (step, value))
        if road == "put":
            group.put(frame).wait()
            oracle.put |= new
        else:
            group.bulk(frame, road, replace=True, shrink=True).wait()
            oracle.bulk = new if road == "FULL" else oracle.bulk | new
        columns = [KEYS[dataset], "NOTE", "ORIGIN"]
        assert group.records(dataset).page(size=99).select(columns).rows() == oracle.rows()
    if dataset == "actions":  # they cannot be exported
        return
    assert group.verify(dataset).ok
    held = exported(group, "ALL", dataset).select(columns[:2]).sort(columns[0]).rows()
    assert held == [row[:2] for row in oracle.rows()]
