"""A proposal for a frame nobody has described: fields, mapping, reasons; what it proposes can be prepared."""

from __future__ import annotations

import polars as pl
import pytest

from pdprep import Proposal, infer_contract, prepare, validate

TIME = 1_700_000_000
EVENTS = {"ITEM_ID": [1, 2], "TIMESTAMP": [TIME, TIME + 1]}
ITEMS = pl.DataFrame(
    {
        "movieId": [1, 2],
        "title": ["Heat", "Alien"],
        "genre": [["Crime"], ["Horror", "Sci-Fi"]],
        "plot": ["A long story of a thief and a detective, and of what they have in common at last."] * 2,
        "released": ["1995", None],
        "colour": [True, False],
        "empty": pl.Series([None, None], dtype=pl.String),
        "extra": [{"a": 1}, {"a": 2}],
    }
)


def reason(proposal: Proposal, column: str) -> str:
    return str(proposal.reasons.filter(column=column)["reason"].item())


@pytest.mark.parametrize("name", ["userId", "user_id", "uid", "USER_ID", "customer", "User ID", "usr_id"])
def test_a_user_has_many_names(name: str) -> None:
    proposal = infer_contract(pl.DataFrame({name: ["a", "b"], **EVENTS}), "interactions")
    assert proposal.columns["USER_ID"] == name
    assert proposal.missing == ()


@pytest.mark.parametrize("name", ["ts", "event_time", "timestamp", "datetime"])
def test_a_time_has_many_names(name: str) -> None:
    frame = pl.DataFrame({"user": [1], "item": [1], name: [TIME]})
    assert infer_contract(frame, "interactions").columns["TIMESTAMP"] == name


def test_each_column_has_a_field_or_none_and_a_reason() -> None:
    proposal = infer_contract(ITEMS, "items", "VIDEO_ON_DEMAND")
    assert proposal.columns == {"ITEM_ID": "movieId", "GENRES": "genre", "PRODUCT_DESCRIPTION": "plot"}
    assert proposal.missing == ("CREATION_TIMESTAMP",)
    kinds = {name: field.kind for name, (_, field) in proposal.metadata.items()}
    assert kinds == {
        "TITLE": "name string or null",
        "RELEASED": "long or null",
        "COLOUR": "categorical string or null",
        "EXTRA_A": "long or null",
    }
    assert reason(proposal, "movieId") == "a usual name for it"
    assert reason(proposal, "title") == "the name of the item"
    assert reason(proposal, "released") == "every value is a number; 1995 to 1995"
    assert reason(proposal, "empty") == "left out: nothing in it"
    assert reason(proposal, "extra.a") == "every value is a number; 1 to 2"
    assert proposal.reasons["column"].to_list() == [*ITEMS.columns[:-1], "extra.a"]


def test_what_is_proposed_can_be_prepared() -> None:
    proposal = infer_contract(ITEMS, "items")
    prepared = prepare(ITEMS, "items", columns=proposal.columns, metadata=proposal.metadata)
    assert set(prepared.contract.names) == set(proposal.contract.names)
    assert validate(prepared).ok
    assert "no column for" not in str(proposal)
    assert "pdprep.prepare(" in proposal._repr_html_()


def test_no_more_metadata_than_there_may_be() -> None:
    wide = pl.DataFrame(
        {"user": [1], **{name: value[:1] for name, value in EVENTS.items()}}
        | {f"m{n}": [n] for n in range(7)}
    )
    proposal = infer_contract(wide, "interactions")
    assert len(proposal.metadata) == 5
    assert reason(proposal, "m6") == "left out: interactions takes no more metadata fields"
