"""Columns of few texts are carried as numbers, and come back as the texts that a conversion gives."""

from __future__ import annotations

import threading

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import prepare
from pdprep.preparation import columns
from pdprep.preparation.packing import FEW, Alphabet, pack

WORDS = st.none() | st.sampled_from(["a", " a", "a ", "", " ", "b\nc", "é", "日本", 'say "x"', "\u2003a"])
BATCHES = st.lists(st.lists(WORDS, max_size=8), max_size=6)


@given(BATCHES)
def test_an_alphabet_gives_back_what_the_conversion_gives(batches: list[list[str | None]]) -> None:
    alphabet = Alphabet(columns.word)
    for batch in batches:
        frame = pl.DataFrame({"t": batch}, schema={"t": pl.String})
        assert alphabet.decode(alphabet.encode(frame["t"])).equals(
            frame.select(columns.word(pl.col("t")))["t"], null_equal=True
        )
    assert alphabet.texts.is_unique().all()


def test_two_texts_that_become_one_have_one_number() -> None:
    numbers = Alphabet(columns.word).encode(pl.Series([" click", "click ", "click", None, " "]))
    assert numbers.to_list() == [0, 0, 0, None, None]


def test_a_number_is_the_same_for_all_threads() -> None:
    alphabet, wrong = Alphabet(columns.word), []

    def work(start: int) -> None:
        for n in range(start, start + 300):
            texts = pl.Series([f" {(n * 7 + k) % 500}" for k in range(20)])
            if alphabet.decode(alphabet.encode(texts)).to_list() != texts.str.strip_chars().to_list():
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert alphabet.texts.len() == 500


def test_an_alphabet_that_is_full_says_so() -> None:
    alphabet = Alphabet(columns.word, most=2)
    alphabet.encode(pl.Series(["a", "b"]))
    assert not alphabet.full
    with pytest.raises(OverflowError):
        alphabet.encode(pl.Series(["c"]))
    assert alphabet.full


def test_what_is_packed_is_text_of_few_values_and_no_id() -> None:
    count = FEW + 1
    frame = pl.DataFrame(
        {
            "USER_ID": ["u"] * count,
            "PLAN": ["gold", *["silver"] * (count - 1)],
            "NOTE": [str(n) for n in range(count)],
            "AGE": ["7"] * count,
            "LEVEL": [1] * count,
        }
    )
    metadata = {name: name for name in ("PLAN", "NOTE", "LEVEL")} | {"AGE": pl.col("AGE").cast(pl.Int32)}
    prepared = prepare(frame, "users", metadata=metadata)
    assert list(pack(prepared).alphabets) == ["PLAN"]
    assert not pack(prepared, but={"PLAN"}).alphabets
    packed = pack(prepared)
    rows = packed.prepared.rows.collect()
    assert rows["PLAN"].dtype == pl.UInt16
    assert packed.unpack(rows).equals(prepared.rows.collect())
