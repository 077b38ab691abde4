"""The text of a put is to the letter what botocore makes of the records, for every operation."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import botocore.session
import polars as pl
import pytest
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from pdprep.contract import catalogue, payload_texts
from pdprep.contract.contract import Contract
from pdprep.contract.dtypes import DTYPES
from pdprep.contract.fields import Field
from pdprep.contract.payloads import records
from pdprep.personalize.aws.client import Environment, keyless
from pdprep.personalize.puts.batches import put_contract
from pdprep.personalize.puts.calls import PutCall
from pdprep.personalize.puts.transport.operations import PUTS, Destination
from pdprep.personalize.resources.ensuring import Dataset

OWN: Final = tuple(Field(f"MY_{type.upper()}_1", type, nullable=True) for type in DTYPES)
TEXT: Final = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12) | st.sampled_from(
    ['a "quoted" \\ one', "é\x7f\u2028", "😀", "\x00\n\t\x1f", "a|b|c", "</script>"]
)
VALUES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "string": TEXT,
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "double": st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([1e16, 1e-7, 0.1, -0.0]),
    "boolean": st.booleans(),
}
ENVIRONMENT: Final = Environment(keyless("us-east-1"), "0" * 12, "us-east-1", "", "")
MODEL: Final = botocore.session.get_session().get_service_model("personalize-events")
OPERATIONS: Final = {name: put.operation.title().replace("_", "") for name, put in PUTS.items()}


def contract(dataset: str) -> Contract:
    """Return the largest contract of a dataset type."""
    return put_contract(Contract.of(dataset).extend(*catalogue.optional(dataset, "CUSTOM"), *OWN))


@st.composite
def frames(draw: st.DrawFn, dataset: str) -> pl.DataFrame:
    """Draw up to three rows of one user and session."""
    wanted, height = contract(dataset), draw(st.integers(1, 3))
    whose = {name: draw(TEXT) for name in ("USER_ID", "SESSION_ID")} if wanted.event_like else {}
    columns = []
    for field in wanted.fields:
        values = VALUES[field.type] if field.name != "TIMESTAMP" else st.integers(0, 4_000_000_000)
        values = st.none() | values if field.nullable else values
        drawn = draw(st.lists(values, min_size=height, max_size=height))
        drawn = [whose[field.name]] * height if field.name in whose else drawn
        columns.append(pl.Series(field.name, drawn, DTYPES[field.type]))
    return pl.DataFrame(columns)


def arguments(wanted: Contract, frame: pl.DataFrame) -> dict[str, Any]:
    """Return what one would give boto3, made from the definition of a record."""
    sent, put = records(wanted, frame), PUTS[wanted.dataset]
    who = {"sessionId": frame["SESSION_ID"][0], "userId": frame["USER_ID"][0]} if wanted.event_like else {}
    if wanted.dataset == "action_interactions":
        sent = [{**who, "timestamp": each.pop("sentAt"), **each} for each in sent]
    key = {put.key: "tracking" if put.key == "trackingId" else "arn"}
    return {**key, **(who if wanted.dataset == "interactions" else {}), put.member: sent}


@pytest.mark.parametrize("dataset", PUTS)
@given(data=st.data())
def test_a_body_is_what_botocore_writes(dataset: str, data: st.DataObject) -> None:
    frame, wanted = data.draw(frames(dataset)), contract(dataset)
    if wanted.event_like:
        frame = frame.with_columns(payload_texts.event_ids(wanted, frame))  # as a plan has them
    sender = payload_texts.senders(frame)[0] if dataset == "interactions" else ""
    call = PutCall(0, tuple(payload_texts.texts(wanted, frame)), sender)
    operation = MODEL.operation_model(OPERATIONS[dataset])
    written = create_serializer("rest-json", False).serialize_to_request(arguments(wanted, frame), operation)
    assert (
        Destination(ENVIRONMENT, Dataset(dataset, "arn", "", ""), "tracking").body(call).encode()
        == written["body"]
    )


@given(frame=frames("interactions"))
def test_an_event_has_the_id_of_its_content(frame: pl.DataFrame) -> None:
    wanted = contract("interactions")
    nameless = frame.with_columns(EVENT_ID=pl.lit(None, pl.String))
    named = frame.with_columns(EVENT_ID=pl.lit("mine"))
    assert payload_texts.event_ids(wanted, named)[0] == "mine"
    ids = payload_texts.event_ids(wanted, nameless).to_list()
    assert ids == [record["eventId"] for record in records(wanted, nameless)]


def test_the_id_of_an_event_is_the_same_tomorrow() -> None:
    # A promise: a changed function would send events again under other ids.
    frame = pl.DataFrame({"USER_ID": ["u"], "ITEM_ID": ["é"], "TIMESTAMP": [1_700_000_000]})
    found = payload_texts.event_ids(Contract.of("interactions"), frame).item()
    assert found == "d2de2ef39e329c82515ae78952000a1e"


def test_a_time_is_written_in_seconds() -> None:
    frame = pl.DataFrame({"USER_ID": ["u"], "ITEM_ID": ["i"], "TIMESTAMP": [1_700_000_000]})
    (record,) = records(Contract.of("interactions"), frame)
    assert isinstance(record["sentAt"], datetime)
    assert '"sentAt": 1700000000' in payload_texts.texts(Contract.of("interactions"), frame).item()
