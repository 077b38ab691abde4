"""Columns of few texts are carried as numbers, and come back as the texts that a conversion gives."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import prepare
from pdprep.preparation import columns
from pdprep.preparation.dictionary_encoding import FEW, TextDictionary, encode

WORDS = st.none() | st.sampled_from(["a", " a", "a ", "", " ", "b\nc", "é", "日本", 'say "x"', "\u2003a"])
BATCHES = st.lists(st.lists(WORDS, max_size=8), max_size=6)


@given(BATCHES)
def test_an_alphabet_gives_back_what_the_conversion_gives(batches: list[list[str | None]]) -> None:
    dictionary = TextDictionary(columns.word)
    for batch in batches:
        frame = pl.DataFrame({"t": batch}, schema={"t": pl.String})
        assert dictionary.decode(dictionary.encode(frame["t"])).equals(
            frame.select(columns.word(pl.col("t")))["t"], null_equal=True
        )
    assert dictionary.texts.is_unique().all()


def test_two_texts_that_become_one_have_one_number() -> None:
    numbers = TextDictionary(columns.word).encode(pl.Series([" click", "click ", "click", None, " "]))
    assert numbers.to_list() == [0, 0, 0, None, None]


def test_a_number_is_the_same_for_all_threads() -> None:
    dictionary, wrong = TextDictionary(columns.word), []

    def work(start: int) -> None:
        for n in range(start, start + 300):
            texts = pl.Series([f" {(n * 7 + k) % 500}" for k in range(20)])
            if dictionary.decode(dictionary.encode(texts)).to_list() != texts.str.strip_chars().to_list():
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert dictionary.texts.len() == 500


def test_no_thread_waits_for_the_conversion_of_another() -> None:
    both = threading.Barrier(2)  # holds if one of them waits for a lock

    def together(column: pl.Expr) -> pl.Expr:
        both.wait(timeout=20)
        return columns.word(column)

    dictionary, found = TextDictionary(together), {}

    def work(text: str) -> None:
        found[text] = dictionary.decode(dictionary.encode(pl.Series([text]))).to_list()

    threads = [threading.Thread(target=work, args=(text,)) for text in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"a": ["a"], "b": ["b"]}


STRESS = """
import polars as pl
from pdprep.preparation import columns
from pdprep.preparation.dictionary_encoding import TextDictionary

texts = (pl.int_range(400_000, eager=True) // 200).cast(pl.String)
rows = pl.DataFrame([texts.alias(name) for name in "abcd"])
for _ in range(5):
    dictionaries = {name: TextDictionary(columns.one_line) for name in rows.columns}
    encoded = rows.lazy().select(
        pl.col(name).map_batches(each.encode, return_dtype=pl.UInt16, is_elementwise=True)
        for name, each in dictionaries.items()
    )
    numbers = encoded.collect(engine="streaming")
    assert all(each.decode(numbers[name]).equals(rows[name]) for name, each in dictionaries.items())
"""


def test_many_batches_of_new_texts_on_few_threads_come_to_an_end() -> None:
    few = {"POLARS_MAX_THREADS": "2", "POLARS_IDEAL_MORSEL_SIZE": "2000"}
    subprocess.run([sys.executable, "-c", STRESS], env=os.environ | few, check=True, timeout=120)


def test_a_batch_of_more_texts_than_there_are_short_numbers_is_full_too() -> None:
    dictionary = TextDictionary(columns.word)
    with pytest.raises(OverflowError):
        dictionary.encode(pl.Series([str(n) for n in range(70_000)]))
    assert dictionary.full


def test_a_dictionary_that_is_full_says_so() -> None:
    dictionary = TextDictionary(columns.word, most=2)
    dictionary.encode(pl.Series(["a", "b"]))
    assert not dictionary.full
    with pytest.raises(OverflowError):
        dictionary.encode(pl.Series(["c"]))
    assert dictionary.full


def test_what_is_encoded_is_text_of_few_values_and_no_id() -> None:
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
    assert list(encode(prepared).dictionaries) == ["PLAN"]
    assert not encode(prepared, but={"PLAN"}).dictionaries
    encoded = encode(prepared)
    rows = encoded.prepared.rows.collect()
    assert rows["PLAN"].dtype == pl.UInt16
    plain = prepared.rows.collect()
    assert encoded.decode(rows).select(prepared.contract.names).equals(plain.select(prepared.contract.names))
