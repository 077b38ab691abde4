"""Put records: names in camelCase, members in their places, an event id that changes only with content."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from pdprep import Contract, Field
from pdprep.contract import catalogue
from pdprep.contract.payloads import camel, event_id, records

TIME = 1_700_000_000
EVENT = {
    "USER_ID": ["u"],
    "ITEM_ID": ["i"],
    "TIMESTAMP": [TIME],
    "EVENT_TYPE": ["Watch"],
    "EVENT_VALUE": [4.5],
    "IMPRESSION": ["i|j"],
    "RECOMMENDATION_ID": ["RID-1"],
    "EVENT_ATTRIBUTION_SOURCE": ["mail"],
    "SESSION_ID": ["s"],
    "DEVICE_TYPE": ["tv"],
}
OWN = (Field("DEVICE_TYPE", categorical=True, nullable=True), Field("AGE", "int", nullable=True))


def events(**columns: list[Any]) -> list[dict[str, Any]]:
    frame = pl.DataFrame({**EVENT, **columns})
    known = {field.name: field for field in (*catalogue.optional("interactions", "CUSTOM"), *OWN)}
    contract = Contract.of("interactions").extend(*(known[name] for name in frame.columns if name in known))
    return records(contract, frame)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("NUMBER_OF_RATINGS", "numberOfRatings"),
        ("CATEGORY_L1", "categoryL1"),
        ("ITEM_ID", "itemId"),
        ("PRICE", "price"),
        ("A_1_B", "a1B"),
        ("CREATION_TIMESTAMP", "creationTimestamp"),
    ],
)
def test_a_field_becomes_a_camel_case_property(name: str, wanted: str) -> None:
    assert camel(name) == wanted


def test_an_event_has_its_members_and_its_own_columns_as_properties() -> None:
    (event,) = events()
    assert event.pop("eventId")
    assert event == {
        "eventType": "Watch",
        "eventValue": 4.5,
        "itemId": "i",
        "recommendationId": "RID-1",
        "impression": ["i", "j"],
        "metricAttribution": {"eventAttributionSource": "mail"},
        "properties": '{"deviceType":"tv"}',
        "sentAt": datetime.fromtimestamp(TIME, UTC),
    }


def test_a_null_is_left_out() -> None:
    (event,) = events(EVENT_VALUE=[None], IMPRESSION=[None], DEVICE_TYPE=[None])
    assert not {"eventValue", "impression", "properties"} & event.keys()


def test_an_event_without_a_type_is_an_interaction() -> None:
    frame = pl.DataFrame({"USER_ID": ["u"], "ITEM_ID": ["i"], "TIMESTAMP": [TIME]})
    assert records(Contract.of("interactions"), frame)[0]["eventType"] == "interaction"


@pytest.mark.parametrize(("dataset", "member"), [("items", "itemId"), ("users", "userId")])
def test_an_item_and_a_user_carry_every_other_field_as_properties(dataset: str, member: str) -> None:
    contract = Contract.of(dataset).extend(*OWN)
    frame = pl.DataFrame({contract.key: ["x", "y"], "DEVICE_TYPE": ["tv", None], "AGE": [7, None]})
    assert records(contract, frame) == [
        {member: "x", "properties": '{"age":7,"deviceType":"tv"}'},
        {member: "y", "properties": "{}"},
    ]


def test_text_goes_through_as_it_is() -> None:
    contract = Contract.of("items").extend(Field("TITLE"))
    title = 'a "quoted" \\ café, 東京'
    (record,) = records(contract, pl.DataFrame({"ITEM_ID": ["x"], "TITLE": [title]}))
    assert json.loads(record["properties"]) == {"title": title}


def test_the_event_id_is_32_hexadecimal_digits_and_the_same_tomorrow() -> None:
    # A promise: a changed function would send events again under other ids.
    assert event_id({"b": 1, "a": "é"}) == "bca252ac1b47464aee081f73d65d1904"
    assert event_id({"a": "é", "b": 1}) == event_id({"b": 1, "a": "é"})


@pytest.mark.parametrize(
    "change",
    [
        {"USER_ID": ["v"]},
        {"ITEM_ID": ["j"]},
        {"TIMESTAMP": [TIME + 1]},
        {"EVENT_TYPE": ["Click"]},
        {"EVENT_VALUE": [4.0]},
        {"SESSION_ID": ["t"]},
        {"DEVICE_TYPE": ["phone"]},
        {"IMPRESSION": ["j|i"]},
        {"EVENT_ATTRIBUTION_SOURCE": ["web"]},
    ],
)
def test_other_content_is_another_event(change: dict[str, list[Any]]) -> None:
    assert events(**change)[0]["eventId"] != events()[0]["eventId"]


def test_the_order_of_columns_is_no_content() -> None:
    frame = pl.DataFrame({**EVENT, "AGE": [3]})
    base = Contract.of("interactions").extend(Field("EVENT_TYPE"))
    one, other = base.extend(*OWN), base.extend(*reversed(OWN))
    assert records(one, frame)[0]["eventId"] == records(other, frame)[0]["eventId"]


def test_an_event_id_of_ones_own_is_kept() -> None:
    assert events(EVENT_ID=["mine"])[0]["eventId"] == "mine"


def test_an_anonymous_event_has_no_user() -> None:
    assert "userId" not in events(USER_ID=[None])[0]
