"""Two routes meet: the same frame by bulk and by put leaves the same records in the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
import pytest

import pdprep
from pdprep import Field
from pdprep.contract.choices import DatasetType
from pdprep.local.server import Running
from tests.personalize.frames import exported

COUNT = 1000
NASTY = ["plain", 'say "hi"', "back\\slash", "end\\", "a,b", "漢字", " spaces ", "two\nlines", None, "x|y"]
NUMBERS = [1.5, -3.25, 1e-7, 0.1, None, 1e15, 4.0]
CYCLE = pl.int_range(COUNT, eager=True)
NOTE = {"NOTE": Field("NOTE", nullable=True)}


def cycled(values: Sequence[object], count: int = COUNT) -> pl.Series:
    return pl.Series([values[n % len(values)] for n in range(count)])


def events() -> pl.DataFrame:
    return pl.select(
        USER_ID=pl.format("u{}", CYCLE % 50), ITEM_ID=pl.format("i{}", CYCLE % 9),
        TIMESTAMP=1_700_000_000 + CYCLE, EVENT_TYPE=cycled(["click", "buy"]), EVENT_VALUE=cycled(NUMBERS),
        IMPRESSION=cycled(["i1|i2", None]), RECOMMENDATION_ID=cycled([None, "r"]), NOTE=cycled(NASTY),
    )  # fmt: skip


def items() -> pl.DataFrame:
    return pl.select(
        ITEM_ID=pl.format("i{}", CYCLE.head(60)), GENRES=cycled(["Drama", "Drama|Comedy"], 60),
        PRICE=cycled(NUMBERS, 60), NOTE=cycled(NASTY, 60),
    )  # fmt: skip


def users() -> pl.DataFrame:
    ids = [*(f"u{n}" for n in range(30)), 'q"', "é"]
    return pl.select(USER_ID=cycled(ids, 32), AGE=cycled([7, None], 32))


CASES: dict[str, tuple[pl.DataFrame, Mapping[str, str | Field]]] = {
    "interactions": (events(), NOTE),
    "items": (items(), {"GENRES": "GENRES", "PRICE": "PRICE", **NOTE}),
    "users": (users(), {"AGE": Field("AGE", "int", nullable=True)}),
}


@pytest.mark.parametrize("dataset", CASES)
def test_two_roads_meet(server: Running, dataset: DatasetType) -> None:
    frame, metadata = CASES[dataset]
    bulk, single = pdprep.connect("by-bulk"), pdprep.connect("one-by-one")
    bulk.bulk(bulk.prepare(frame, dataset, metadata=metadata)).wait()
    single.put(single.prepare(frame, dataset, metadata=metadata)).wait()
    imported, sent = exported(bulk, "BULK", dataset), exported(single, "PUT", dataset)
    assert imported.height == frame.height
    assert imported.columns == sent.columns
    assert imported.sort(imported.columns).equals(sent.sort(sent.columns))
