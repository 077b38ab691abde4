"""A put as a plan: every record once, calls of ten of one user and session, in order of time."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.errors import ContractError
from pdprep.ledger.record_files import CALL, DIGEST, POSITION
from pdprep.personalize.puts.batches import plan, put_contract

EVENTS = put_contract(Contract.of("interactions"))
USERS = Contract.of("users").extend(Field("AGE", "int"))
ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(1_700_000_000, 1_700_000_040)),
    max_size=80,
    unique=True,
)


def events(rows: list[tuple[str, str, int]]) -> pl.DataFrame:
    schema = {"USER_ID": pl.String, "ITEM_ID": pl.String, "TIMESTAMP": pl.Int64}
    return pl.DataFrame(rows, schema, orient="row")


@given(ROWS)
def test_every_event_is_in_one_call_of_ten_of_one_user(rows: list[tuple[str, str, int]]) -> None:
    planned = plan(EVENTS, events(rows))
    assert sorted(planned.select("USER_ID", "ITEM_ID", "TIMESTAMP").rows()) == sorted(rows)
    assert planned[POSITION].to_list() == list(range(len(rows)))
    for _, call in planned.group_by(CALL):
        assert call.height <= 10
        assert call.select("USER_ID", "SESSION_ID").n_unique() == 1
        assert call["TIMESTAMP"].is_sorted()


@given(ROWS, st.randoms(use_true_random=False))
def test_ids_depend_on_the_content_alone(rows: list[tuple[str, str, int]], random: st.DataObject) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random, whatever the stubs say
    one, other = (plan(EVENTS, events(each)) for each in (rows, shuffled))
    assert set(one["EVENT_ID"]) == set(other["EVENT_ID"])
    assert set(one[DIGEST]) == set(other[DIGEST])


def test_a_session_defaults_to_the_user() -> None:
    frame = events([("a", "x", 1_700_000_000)])
    assert plan(EVENTS, frame)["SESSION_ID"].to_list() == ["a"]
    assert plan(EVENTS, frame.with_columns(SESSION_ID=pl.lit("s")))["SESSION_ID"].to_list() == ["s"]


def test_an_event_id_of_one_s_own_is_kept() -> None:
    frame = events([("a", "x", 1_700_000_000)]).with_columns(EVENT_ID=pl.lit("mine"))
    assert plan(EVENTS, frame)["EVENT_ID"].to_list() == ["mine"]


def test_sessions_of_one_user_are_calls_of_their_own() -> None:
    frame = events([("a", "x", 1_700_000_000 + n) for n in range(4)])
    planned = plan(EVENTS, frame.with_columns(SESSION_ID=pl.Series(["s", "t", "s", "t"])))
    assert planned.select("SESSION_ID", CALL).rows() == [("s", 0), ("s", 0), ("t", 1), ("t", 1)]


def test_of_users_the_last_of_an_id_goes_ten_a_call() -> None:
    frame = pl.DataFrame({"USER_ID": [str(n % 12) for n in range(24)], "AGE": range(24)})
    planned = plan(USERS, frame.with_columns(pl.col("AGE").cast(pl.Int32)))
    assert planned["AGE"].to_list() == list(range(12, 24))
    assert planned[CALL].to_list() == [0] * 10 + [1] * 2


@pytest.mark.parametrize("name", ["EVENTTYPE", "RECOMMENDATIONID", "SESSIONID"])
def test_a_property_may_not_have_the_name_of_a_member(name: str) -> None:
    with pytest.raises(ContractError, match=name):
        put_contract(Contract.of("interactions").extend(Field(name)))


@pytest.mark.parametrize("contract", [EVENTS, USERS])
def test_nothing_is_planned_for_no_rows(contract: Contract) -> None:
    schema = {name: pl.Int64 if name in ("TIMESTAMP", "AGE") else pl.String for name in contract.names}
    assert plan(contract, pl.DataFrame(schema=schema)).is_empty()
