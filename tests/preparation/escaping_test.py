"""The bytes are Personalize's CSV: an independent reader reads back what was written."""

from __future__ import annotations

import io
import re
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdprep.preparation import escaping
from tests.conftest import DEEP
from tests.preparation import reader

HOSTILE = [
    *('say "hi"', '"', '""', '"a"', "\\", "\\\\", '\\"', '"\\', "end\\", '\\"\\",\\', '"' * 100, "\\n"),
    *("a,b", ",", ",,", " lead", "trail ", " ", "tab\tin", "\ttab", "it's", "#1", "=1+1", "|", "null"),
    *("naïve café", "東京", "😀", "\u2028", "a\u0085b", "\x00", "\ufeffbom", "x" * 5000),
]
TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.text(st.sampled_from('",\\\n\r ab|'))
ROW = st.tuples(
    TEXT,
    st.none() | TEXT,
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**63), 2**63 - 1),
)
SCHEMA = {"A": pl.String, "B": pl.String, "C": pl.Float64, "D": pl.Int64}


def written(frame: pl.DataFrame) -> bytes:
    handle = io.BytesIO()
    handle.write(escaping.header(frame.columns))
    escaping.write(frame, handle)
    return handle.getvalue()


def one_line(text: str | None) -> str | None:
    """What must come back: a run of line breaks is a space, empty text is null."""
    return None if text is None else re.sub("[\r\n]+", " ", text) or None


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back(text: str) -> None:
    frame = pl.DataFrame({"A": ["before", text, "after"], "B": [text, None, text]})
    names, records = reader.read(written(frame))
    assert names == ["A", "B"]
    assert records == [["before", text], [text, None], ["after", text]]


@settings(max_examples=10_000 if DEEP else 200)
@given(st.lists(ROW, min_size=1, max_size=8))
def test_random_frames_come_back(rows: list[tuple[Any, ...]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    _, records = reader.read(written(frame))
    texts = [[one_line(a), one_line(b)] for a, b, _, _ in rows]
    assert [record[:2] for record in records] == texts
    numbers = [(None if c is None else float(c), int(d or "")) for _, _, c, d in records]
    assert numbers == [(c, d) for _, _, c, d in rows]


def test_the_bytes_to_the_letter() -> None:
    frame = pl.DataFrame(
        {
            "ITEM_ID": ["1", "2", "3"],
            "TITLE": ['The "Best", ever', "C:\\dir", None],
            "PRICE": [1e-7, 1e22, None],
            "FLAG": [True, False, None],
        }
    )
    assert written(frame).decode() == (
        "ITEM_ID,TITLE,PRICE,FLAG\n"
        '1,"The \\"Best\\", ever",0.0000001,true\n'
        '2,"C:\\\\dir",10000000000000000000000,false\n'
        "3,,,\n"
    )


def test_text_that_needs_no_quotes_has_none() -> None:
    assert written(pl.DataFrame({"A": ["plain text", "a|b", "é"]})) == "A\nplain text\na|b\né\n".encode()
