"""A batch is doubted as a whole before its rows are: no doubt may hide a row that breaks a rule."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import Contract, Field
from pdprep.contract.batch_statistics import unusual
from pdprep.contract.meanings import UNSAID
from pdprep.preparation import escaping
from pdprep.preparation.prepare import prepare
from pdprep.preparation.sources import ROW, Source
from pdprep.validation.row_checks import row_checks
from pdprep.validation.validator import Validator
from tests.contract.strategies import NOW, contracts
from tests.contract.strategies import frames as rows_of

TEXTS = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=6), max_size=6)
SPECIAL = ['"', "\\", ",", "|", "\n", "\r", "\t", "\x00", "\x85", " a", "a ", "\u2003a", "a\u3000", " "]
PLAIN = [None, "a", "a b", "é", "日本", "a-b_c.d/e:f", "~", ""]


@given(st.data())
def test_the_judge_counts_what_each_rule_finds_alone(data: st.DataObject) -> None:
    contract = data.draw(contracts(put_only=True))
    prepared = prepare(data.draw(rows_of(contract)), deployed=contract)
    rows, rules = prepared.rows.collect(), row_checks(prepared, NOW)
    alone = {(each.rule.name, each.column): rows.select(each.fails.sum()).item() for each in rules}
    assert Validator(rules, None)(rows).counts == Counter(
        {key: count for key, count in alone.items() if count}
    )


@pytest.mark.parametrize("length", [256, 257])
def test_the_longest_text_alone_is_enough_for_a_doubt(length: int) -> None:
    frame = pl.DataFrame({"USER_ID": ["a", "b" * length], "PLAN": [None, "c"]})
    prepared = prepare(frame, Contract.of("users").extend(Field("PLAN", nullable=True, categorical=True)))
    found = Validator(row_checks(prepared, NOW), None)(prepared.rows.collect()).counts
    assert found == (Counter({("id_length", "USER_ID"): 1}) if length > 256 else Counter())


@pytest.mark.parametrize("word", UNSAID)
def test_a_word_for_nothing_is_seen_among_numbers_in_any_case(word: str) -> None:
    ids = ["7", "0" * len(word), word, word.upper(), word.title()]
    prepared = prepare(
        pl.DataFrame({"USER_ID": ids}).with_columns(PLAN=pl.lit("a")), "users", metadata={"PLAN": "PLAN"}
    )
    found = Validator(row_checks(prepared, NOW), None)(prepared.rows.collect()).counts
    assert found["id_word", "USER_ID"] == 3


@given(TEXTS)
def test_text_that_is_not_unusual_is_written_as_it_stands(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    changed = not escaping.text(frame).equals(frame)
    assert frame.select(unusual(pl.col("text"))).item() or not changed


@pytest.mark.parametrize("text", SPECIAL)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_special_is_seen_wherever_it_stands(text: str, place: int) -> None:
    texts: list[str | None] = ["x", None, "y"]
    texts.insert(place, text)
    assert pl.DataFrame({"text": texts}).select(unusual(pl.col("text"))).item()


def test_what_is_plain_is_not_doubted() -> None:
    frame = pl.DataFrame({"text": PLAIN})
    assert not frame.select(unusual(pl.col("text"))).item()


def test_the_judge_names_the_columns_that_may_have_to_be_quoted() -> None:
    frame = pl.DataFrame({"USER_ID": ["a", "b"], "PLAN": ["x", 'say "x"'], "CITY": ["x", "y"]})
    contract = Contract.of("users").extend(Field("PLAN", categorical=True), Field("CITY"))
    prepared = prepare(frame, contract)
    judge = Validator(row_checks(prepared, NOW), None, contract)
    assert judge(prepared.rows.collect()).unusual == {"PLAN"}


@pytest.mark.parametrize("way", ["csv", "frame"])
@given(texts=st.lists(st.none() | st.sampled_from([*SPECIAL, "1.0", " 2.5,", "a", "é"]), max_size=4))
def test_ids_without_a_mark_are_not_unusual(way: str, texts: list[str | None]) -> None:
    frame = pl.DataFrame({"USER_ID": texts, "AGE": texts}, schema={"USER_ID": pl.String, "AGE": pl.String})
    source = Source("text", frame.lazy().with_row_index(ROW), separator="," if way == "csv" else "")
    rows = prepare(source, "users", metadata={"AGE": "AGE"}).rows.collect()
    assert rows["__mark_USER_ID"].any() or not rows.select(unusual(pl.col("USER_ID"))).item()


def test_a_mark_is_of_one_column() -> None:
    frame = pl.DataFrame({"u": [" a ", "b"], "i": ["x,", "y"], "TIMESTAMP": [1_700_000_000] * 2})
    rows = prepare(frame, "interactions", columns={"USER_ID": "u", "ITEM_ID": "i"}).rows.collect()
    assert not rows["__mark_USER_ID"].any()
    assert rows["__mark_ITEM_ID"].any()
    twice = prepare(frame, "interactions", columns={"USER_ID": "u", "ITEM_ID": "u"}).rows.collect()
    assert twice["USER_ID"].to_list() == twice["ITEM_ID"].to_list() == ["a", "b"]
