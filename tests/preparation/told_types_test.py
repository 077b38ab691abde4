"""A type that the first rows told changes no later value in silence: what is text after all breaks a rule."""

from __future__ import annotations

from typing import Final

import polars as pl
import pytest

import pdprep
from pdprep import Field, prepare, validate
from tests.engine.shop import TIME

FIRST: Final = 1_000  # rows that tell the type


def users(first: str, later: str) -> pl.DataFrame:
    values = [first] * FIRST + [later]
    return pl.DataFrame({"USER_ID": [f"u{n}" for n in range(len(values))], "MORE": values})


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("10115", "01067"),
        ("10115", "-07"),
        ("10115", " 007 "),
        ("10115", "1E5"),
        ("10115", "2023-11-14"),
        ("10115", "12a"),
        ("10115", "+07"),
        ("10115", "\t-07"),
        ("1.5", "007"),
        ("1.5", " 007"),
        ("1.5", "+07"),
        ("1.5", " 9007199254740993 "),
        ("1.5", "9007199254740993"),
        ("1.5", "12345678901234567890"),
    ],
)
def test_what_is_text_after_all_is_an_error_and_its_fix_keeps_the_text(first: str, later: str) -> None:
    frame = users(first, later)
    prepared = prepare(frame, "users", metadata={"MORE": "MORE"})
    report = validate(prepared)
    assert report.counts.select("rule", "rows").rows() == [("number_unreadable", 1)]
    again = prepare(frame, "users", **eval(f"dict({report.counts['mend'].item()})", {"pdprep": pdprep}))
    assert validate(again).ok
    assert again.frame.collect()["MORE"].to_list()[-1] == later
    like = validate(prepare(frame.tail(1), like=prepared))
    assert like.counts["rule"].to_list() == ["number_unreadable"]


@pytest.mark.parametrize(
    ("first", "later", "read"),
    [
        ("1", " 7 ", 7),
        ("1", "3.0", 3),
        ("1", "-5", -5),
        ("1", "0", 0),
        ("1.5", "0.25", 0.25),
        ("1.5", "1e-05", 1e-05),
        ("1.5", "9007199254740992", 2.0**53),
    ],
)
def test_numbers_stay_numbers(first: str, later: str, read: float) -> None:
    prepared = prepare(users(first, later), "users", metadata={"MORE": "MORE"})
    assert validate(prepared).ok
    assert prepared.frame.collect()["MORE"].to_list()[-1] == read


def test_a_type_that_was_declared_reads_what_it_can() -> None:
    frame = users("1", "007")
    prepared = prepare(frame, "users", metadata={"MORE": Field("MORE", "long", nullable=True)})
    assert prepared.frame.collect()["MORE"].to_list()[-1] == 7


@pytest.mark.parametrize("word", [r"\N", "N/A", "#N/A", "(null)", "nil"])
def test_words_that_exports_write_for_nothing_are_no_ids(word: str) -> None:
    frame = pl.DataFrame({"USER_ID": [word, "a"], "ITEM_ID": "i", "TIMESTAMP": TIME})
    counts = validate(prepare(frame, "interactions")).counts.filter(rule="id_word")
    assert counts.select("column", "rows").rows() == [("USER_ID", 1)]
