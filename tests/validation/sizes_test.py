"""How long a record's properties and an event may be: judged before a put, by the text that would be sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import Contract, Field, prepare, validate
from pdprep.contract import limits
from pdprep.contract.choices import DatasetType
from pdprep.contract.payloads import records
from pdprep.contract.record_sizes import RecordSize

OWN = {"items": "ITEM_ID", "users": "USER_ID", "actions": "ACTION_ID"}
EVENTS = ("interactions", "action_interactions")
EMPTY = len('{"note":""}')


def failures(dataset: DatasetType, **values: Any) -> list[tuple[Any, ...]]:
    """Return row, column and rule of what a frame of one row breaks when it is put."""
    keys = {"USER_ID": "u", "ITEM_ID": "i", "ACTION_ID": "a", "TIMESTAMP": 1_700_000_000}
    wanted = [name for name in keys if name in Contract.of(dataset).names]
    row = {name: keys[name] for name in wanted} | {"EVENT_TYPE": "Viewed"} | values
    frame = pl.DataFrame({name: [value] for name, value in row.items()})
    field = Field("NOTE", textual=dataset == "items", categorical=dataset in ("users", "actions"))
    note = {"NOTE": field} if "NOTE" in values else {}
    report = validate(prepare(frame, dataset, metadata=note), route="put")
    found = report.failures.filter(pl.col("rule").is_in(["properties_length", "event_bytes"]))
    return found.select("row", "column", "rule").rows()


@pytest.mark.parametrize("dataset", [*OWN, *EVENTS])
def test_properties_have_a_longest_length(dataset: DatasetType) -> None:
    longest = limits.PROPERTIES_LENGTH[dataset] - EMPTY
    assert failures(dataset, NOTE="x" * longest) == []
    assert failures(dataset, NOTE="x" * (longest + 1)) == [(0, "properties", "properties_length")]


def test_what_is_escaped_counts_as_it_is_sent() -> None:
    half = (limits.PROPERTIES_LENGTH["interactions"] - EMPTY) // 2
    assert failures("interactions", NOTE='"' * half) == []
    assert failures("interactions", NOTE='"' * (half + 1)) == [(0, "properties", "properties_length")]


def test_an_event_has_a_largest_size() -> None:
    shown = "|".join(["東" * 80] * 12)
    assert failures("interactions", IMPRESSION=shown[:900]) == []
    assert failures("interactions", IMPRESSION="|".join(["東" * 256] * 25)) == [(0, "event", "event_bytes")]


@given(st.lists(st.text(max_size=400), min_size=1, max_size=4))
def test_the_judgement_is_that_of_the_text_that_would_be_sent(notes: list[str]) -> None:
    contract = Contract.of("users").extend(Field("NOTE"), Field("AGE", "int"))
    frame = pl.DataFrame({"USER_ID": ["u"] * len(notes), "NOTE": [note * 60 for note in notes], "AGE": 7})
    most = limits.PROPERTIES_LENGTH["users"]
    large = [len(record["properties"]) > most for record in records(contract, frame)]
    size = RecordSize(contract, with_event=False)
    assert frame.select(size.above(most)).to_series().to_list() == large


@given(
    st.lists(
        st.tuples(st.text('a\x01"東|', max_size=200), st.text('a\x01"東\\', max_size=180)),
        min_size=1,
        max_size=4,
    )
)
def test_the_size_of_an_event_counts_its_members_as_they_are_sent(texts: list[tuple[str, str]]) -> None:
    contract = Contract.of("interactions").extend(
        Field("IMPRESSION", nullable=True), Field("NOTE"), Field("VALUE", "float")
    )
    shown, notes = ([pair[side] for pair in texts] for side in (0, 1))
    frame = pl.DataFrame(
        {"USER_ID": "u", "ITEM_ID": "i" * 256, "TIMESTAMP": 1, "IMPRESSION": [text * 40 for text in shown]}
        | {"NOTE": [note * 20 for note in notes], "VALUE": 0.1}
    )
    sizes = [
        400 + len(event["properties"].encode()) + len(row["ITEM_ID"]) + len(row["IMPRESSION"].encode())
        for event, row in zip(records(contract, frame), frame.iter_rows(named=True), strict=True)
    ]
    large = (
        frame.select(RecordSize(contract, with_event=True).above(limits.EVENT_BYTES)).to_series().to_list()
    )
    assert large == [each > limits.EVENT_BYTES for each in sizes]


def test_uuid_ids_are_cleared_a_batch_at_a_time() -> None:
    """Ids stand outside of the properties: long ones make no rule ask every row."""
    contract = Contract.of("interactions").extend(Field("EVENT_TYPE"), Field("DEVICE", nullable=True))
    ids = [str(UUID(int=number << 64)) for number in range(1000)]
    frame = pl.DataFrame({"USER_ID": ids, "ITEM_ID": ids, "EVENT_TYPE": "Purchase", "DEVICE": "web browser"})
    frame = frame.with_columns(TIMESTAMP=1)
    longest = {name: max(map(len, frame[name])) for name in contract.texts}
    for with_event, most in ((False, limits.PROPERTIES_LENGTH["interactions"]), (True, limits.EVENT_BYTES)):
        size = RecordSize(contract, with_event)
        assert size.bound(longest.__getitem__) <= most
        assert not frame.select(size.above(most)).to_series().any()
