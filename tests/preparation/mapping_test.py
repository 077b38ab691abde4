"""A mapping that does not fit: what was found, what was expected, what to type next."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from pdprep import Contract, Field, prepare
from pdprep.errors import ContractError, InputError, MappingError, UnknownDatasetError

FRAME = pl.DataFrame({"userId": [1], "movieId": [2], "ts": [1_700_000_000], "rating": ["5"], "flag": [True]})
GOOD: dict[str, Any] = {"USER_ID": "userId", "ITEM_ID": "movieId", "TIMESTAMP": "ts"}
KNOWN = "EVENT_ATTRIBUTION_SOURCE, EVENT_ID, EVENT_TYPE, EVENT_VALUE, IMPRESSION, ITEM_ID, RECOMMENDATION_ID, SESSION_ID, TIMESTAMP, USER_ID"  # noqa: E501 - one message
HAVE = "userId, movieId, ts, rating, flag"

MAPPINGS = {
    "missing": (
        {"USER_ID": "userId"},
        "interactions needs ITEM_ID, TIMESTAMP",
        f"the frame has {HAVE}",
        'columns={"USER_ID": "userId", "ITEM_ID": "movieId", "TIMESTAMP": "ts"}',
    ),
    "misspelt field": (
        {**GOOD, "USERS_ID": "userId"},
        "no field 'USERS_ID'",
        f"interactions in CUSTOM has {KNOWN}",
        'columns={"USER_ID": "userId"}',
    ),
    "field in another case": (
        {"user_id": "userId"},
        "no field 'user_id'",
        f"interactions in CUSTOM has {KNOWN}",
        'columns={"USER_ID": "userId"}',
    ),
    "a field of one's own": (
        {**GOOD, "DEVICE": "flag"},
        "no field 'DEVICE'",
        f"interactions in CUSTOM has {KNOWN}",
        'metadata={"DEVICE": "flag"}  # if it is a column of your own',
    ),
    "misspelt column": (
        {**GOOD, "ITEM_ID": "moveId"},
        "no column 'moveId' for ITEM_ID",
        f"one of {HAVE}",
        'columns={"ITEM_ID": "movieId"}',
    ),
    "column like none": (
        {**GOOD, "ITEM_ID": "zzz"},
        "no column 'zzz' for ITEM_ID",
        f"one of {HAVE}",
        'columns={"ITEM_ID": "movieId"}',
    ),
    "wrong way round": (
        {"userId": "USER_ID", "movieId": "ITEM_ID", "ts": "TIMESTAMP"},
        "the mapping is written the wrong way round: column to field",
        "field to column",
        'columns={"USER_ID": "userId", "ITEM_ID": "movieId", "TIMESTAMP": "ts"}',
    ),
    "half of it the wrong way round": (
        {"userId": "user_id", "ITEM_ID": "movieId", "ts": "TIMESTAMP"},
        "the mapping is written the wrong way round: column to field",
        "field to column",
        'columns={"USER_ID": "userId", "TIMESTAMP": "ts", "ITEM_ID": "movieId"}',
    ),
    "wrong type": (
        {**GOOD, "TIMESTAMP": "flag"},
        "flag is Boolean",
        "TIMESTAMP is a timestamp: a number, ISO 8601 text, Date or Datetime",
        'columns={"TIMESTAMP": pl.col("flag").cast(pl.Int64)}',
    ),
    "a constant": (
        {**GOOD, "EVENT_VALUE": 3},
        "EVENT_VALUE is mapped to an int",
        "a column's name or a Polars expression",
        'columns={"EVENT_VALUE": pl.lit(3)}',
    ),
    "a list": (["userId"], "columns= is a list", "a dict, field to column", 'columns={"USER_ID": "user"}'),
}


@pytest.mark.parametrize(("columns", "found", "expected", "hint"), MAPPINGS.values(), ids=MAPPINGS)
def test_columns_that_do_not_fit(columns: Any, found: str, expected: str, hint: str) -> None:
    with pytest.raises(MappingError) as caught:
        prepare(FRAME, "interactions", columns=columns)
    assert (caught.value.found, caught.value.expected, caught.value.hint) == (found, expected, hint)


METADATA = {
    "a list": (["flag"], "metadata= is a list", 'metadata={"DEVICE": "device"}'),
    "misspelt column": ({"R": "ratings"}, "no column 'ratings' for R", 'metadata={"R": "rating"}'),
    "a constant": ({"R": 3}, "R is mapped to an int", 'metadata={"R": pl.lit(3)}'),
    "another type than the reserved field": (
        {"EVENT_VALUE": ("rating", Field("EVENT_VALUE", "long"))},
        "EVENT_VALUE is given as long",
        'metadata={"EVENT_VALUE": "rating"}',
    ),
}


@pytest.mark.parametrize(("metadata", "found", "hint"), METADATA.values(), ids=METADATA)
def test_metadata_that_does_not_fit(metadata: Any, found: str, hint: str) -> None:
    with pytest.raises(MappingError) as caught:
        prepare(FRAME, "interactions", columns=GOOD, metadata=metadata)
    assert (caught.value.found, caught.value.hint) == (found, hint)
    assert caught.value.expected


def test_the_example_of_a_domain() -> None:
    frame = pl.DataFrame(
        {"ITEM_ID": [1], "CREATION_TIMESTAMP": [1_700_000_000], "genre": ["a"], "title": ["b"]}
    )
    with pytest.raises(MappingError) as caught:
        prepare(frame, "items", domain="VIDEO_ON_DEMAND")
    assert str(caught.value) == (
        "items needs GENRES; the frame has ITEM_ID, CREATION_TIMESTAMP, genre, title. "
        'Try: columns={"GENRES": "genre"}'
    )


def test_a_column_in_another_case_is_guessed_and_not_taken() -> None:
    frame = pl.DataFrame({"user_id": [1], "item_id": [2], "timestamp": [1_700_000_000]})
    with pytest.raises(MappingError) as caught:
        prepare(frame, "interactions")
    assert (
        caught.value.hint == 'columns={"USER_ID": "user_id", "ITEM_ID": "item_id", "TIMESTAMP": "timestamp"}'
    )


def test_a_metadata_column_may_be_a_field_of_the_catalogue() -> None:
    prepared = prepare(FRAME, "interactions", columns=GOOD, metadata={"EVENT_VALUE": "rating"})
    assert prepared.contract.field("EVENT_VALUE").kind == "float or null"
    assert prepared.frame.collect()["EVENT_VALUE"].to_list() == [5.0]


def test_a_field_of_ones_own_may_be_given_with_its_column_or_alone() -> None:
    metadata: dict[str, Any] = {"FLAG": Field("FLAG"), "STARS": ("rating", Field("STARS", "int"))}
    prepared = prepare(FRAME, "interactions", columns=GOOD, metadata=metadata)
    assert prepared.frame.collect().select("FLAG", "STARS").rows() == [("True", 5)]


def test_put_only_fields_stand_left_of_the_mapping() -> None:
    prepared = prepare(
        FRAME,
        "interactions",
        columns={**GOOD, "SESSION_ID": "flag", "EVENT_ID": "rating"} | {"SESSION_ID": "rating"},
    )
    assert prepared.contract.put_only == ("SESSION_ID", "EVENT_ID")


@pytest.mark.parametrize(
    ("options", "kind", "found"),
    [
        ({"dataset": "interaction"}, UnknownDatasetError, "no dataset type 'interaction'"),
        ({"dataset": None}, InputError, "dataset=None"),
        ({"domain": "VOD"}, UnknownDatasetError, "no domain 'VOD'"),
        ({"on_invalid": "ignore"}, InputError, "on_invalid='ignore'"),
        ({"max_invalid": 1.5}, InputError, "max_invalid=1.5"),
        ({"dedupe_on": ["RATING"]}, ContractError, "no field 'RATING'"),
        ({"dedupe_on": "ITEM_ID"}, MappingError, "dedupe_on=('ITEM_ID',) without USER_ID"),
        ({"metadata": {f"M{n}": "flag" for n in range(6)}}, ContractError, "metadata_most"),
        ({"metadata": {"two words": "flag"}}, ContractError, "field name 'two words'"),
    ],
)
def test_other_arguments_that_do_not_fit(options: Any, kind: type[InputError], found: str) -> None:
    with pytest.raises(kind) as caught:
        prepare(FRAME, **{"dataset": "interactions", "columns": GOOD, **options})
    assert found in caught.value.found
    assert caught.value.expected
    assert caught.value.hint or kind is ContractError


def test_a_contract_may_stand_for_the_dataset() -> None:
    contract = Contract.of("interactions").extend(Field("STARS", "int"))
    prepared = prepare(FRAME, contract, columns={**GOOD, "STARS": "rating"})
    assert (prepared.contract, prepared.frame.collect()["STARS"].to_list()) == (contract, [5])
