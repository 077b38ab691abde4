"""A field that the deployed schema lacks is never left out in silence, and the call that adds it works."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import pdprep
from pdprep import Contract, Field
from pdprep.group import DatasetGroup
from tests.personalize.frames import events, exported, items, prepared

FRAME = pl.DataFrame(
    {
        "ITEM_ID": ["a"],
        "GENRES": ["Drama"],
        "COLOR": ["red"],
        "price": [1.5],
        "TITLE": ["It"],
        "CREATION_TIMESTAMP": [9],
    }
)
ASKED: dict[str, dict[str, Any]] = {
    "a column": {"metadata": {"COLOR": "COLOR"}},
    "an expression": {"metadata": {"COLOR": pl.col("COLOR").str.to_uppercase()}},
    "a Field": {
        "metadata": {"COLOR": Field("COLOR", categorical=True), "PRICE": ("price", Field("PRICE", "float"))}
    },
    "a number": {"metadata": {"PRICE": "price"}},
    "a reserved field": {"columns": {"CREATION_TIMESTAMP": "CREATION_TIMESTAMP"}},
}


@pytest.fixture
def shop(group: DatasetGroup) -> DatasetGroup:
    group.bulk(prepared(group, items("a", "b"))).wait()
    return group


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_field_6_the_warning_says_the_call_that_brings_the_field(
    shop: DatasetGroup, asked: dict[str, Any]
) -> None:
    names = [name for each in asked.values() for name in each]
    with pytest.warns(
        UserWarning, match=f"the schema of items has no {', '.join(names)}: left out"
    ) as caught:
        frame = shop.prepare(FRAME, "items", **asked)
    assert caught[0].filename == __file__
    said = str(caught[0].message)
    assert said in shop.plan(frame).obstacles
    eval(said.partition("again: ")[2], {"pdprep": pdprep, "group": shop})
    again = shop.prepare(FRAME, "items", **asked)
    assert set(names) <= set(again.contract.names)
    assert "schema" not in "".join(shop.plan(again).obstacles)
    shop.put(again).wait()
    assert exported(shop, "PUT", "items").select(names).null_count().sum_horizontal().item() == 0


def test_field_6_a_declared_field_is_no_exception(shop: DatasetGroup) -> None:
    contract = Contract.of("items").extend(Field("GENRES", categorical=True), Field("TITLE", textual=True))
    with pytest.warns(UserWarning, match=r'pdprep\.Field\("TITLE", nullable=True, textual=True\)'):
        shop.prepare(FRAME, contract)


def test_field_6_a_schema_that_nobody_replaces_says_so(group: DatasetGroup) -> None:
    group.bulk(prepared(group, events(1200))).wait()
    frame = events(5, first=5000).with_columns(DEVICE=pl.lit("tv"))
    with pytest.warns(UserWarning, match="no DEVICE: left out; only a new dataset group takes more"):
        group.prepare(frame, "interactions", metadata={"DEVICE": "DEVICE"})


def test_field_6_jobs_of_a_frame_prepared_without_the_group_say_what_they_left_out(
    shop: DatasetGroup,
) -> None:
    own = {"GENRES": "GENRES", "COLOR": "COLOR"}
    frame = pdprep.prepare(FRAME.drop("CREATION_TIMESTAMP"), "items", metadata=own)
    assert "no COLOR: left out; to send it" in "".join(shop.plan(frame).obstacles)
    for job in (shop.put(frame), shop.bulk(frame, mode="INCREMENTAL")):
        assert "left out, as the schema has no such field: COLOR" in job.wait().note
