"""Line breaks become one space with all white space around them, whichever way a batch is read."""

from __future__ import annotations

import re

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pdprep.preparation import columns

# White space of Unicode below U+2000; Python's own ``\s`` takes in four separators that are none.
SPACE = " \t\n\v\f\r\x85\xa0\u1680"
BREAK = re.compile(rf"[{SPACE}]*[\r\n]+[{SPACE}]*")
TEXTS = st.lists(st.one_of(st.none(), st.text([*SPACE, "\x1c", "a", "é", '"'], max_size=6)), min_size=1)


def by_hand(text: str | None) -> str | None:
    return BREAK.sub(" ", text) if text is not None and text.strip(SPACE) else None


@given(TEXTS)
def test_every_break_is_one_space(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    assert frame.select(columns.one_line(pl.col("text"))).to_series().to_list() == list(map(by_hand, texts))


@given(st.lists(st.text(["a", "\n", "\r", " "], max_size=6), min_size=1))
def test_plain_batches_too(texts: list[str]) -> None:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    assert frame.select(columns.one_line(pl.col("text"))).to_series().to_list() == list(map(by_hand, texts))
