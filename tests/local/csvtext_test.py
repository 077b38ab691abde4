"""The CSV reader: every text that is escaped comes back, whatever the chunks; other text is refused."""

from __future__ import annotations

import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep.local.rows import csvtext

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\x00"))
HOSTILE = ['"', "\\", '\\"', '"\\', "\\\\", ",", '","', 'a"b,c\\', "é\u2028😀", "'", "a\\nb", '""', "\\,"]


def written(rows: list[tuple[str | None, str | None]]) -> bytes:
    frame = pl.DataFrame(rows, schema={"A": pl.String, "B": pl.String}, orient="row")
    return frame.select(csvtext.escaped("A"), csvtext.escaped("B")).write_csv(quote_style="never").encode()


def read(data: bytes, chunk: int) -> list[tuple[str | None, str | None]]:
    handle = io.BytesIO(data)
    columns = csvtext.header(handle)
    return [row for _, frame in csvtext.frames(handle, columns, chunk) for row in frame.rows()]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back(text: str) -> None:
    assert read(written([(text, "x"), ("y", text)]), 1 << 20) == [(text, "x"), ("y", text)]


@given(st.lists(st.tuples(st.none() | TEXT, st.none() | TEXT)), st.integers(1, 50))
def test_any_text_comes_back_in_chunks_of_any_size(
    rows: list[tuple[str | None, str | None]], chunk: int
) -> None:
    assert read(written(rows), chunk) == rows


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5))
def test_a_line_break_becomes_a_space(rows: list[tuple[str | None, str | None]]) -> None:
    broken: list[tuple[str | None, str | None]] = [(f"{a}\r\n{b}\n", b) for a, b in rows]
    assert read(written(broken), 1 << 20) == [(f"{a} {b} ", b) for a, b in rows]


def test_windows_line_ends_and_a_missing_last_one() -> None:
    assert read(b'A,B\r\n1,"a"\r\n,2', 4) == [("1", "a"), (None, "2")]


def test_empty_text_is_not_null() -> None:
    assert read(b'A,B\n"",\n', 100) == [("", None)]


@pytest.mark.parametrize("line", ['1,"a""b', '1,"a', '1,a"', "1", "1,2,3", '1,"a"b', '1,"a\\"', '"a" ,1'])
def test_what_is_not_escaped_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(csvtext.Malformed, match="Line 3"):
        read(f"A,B\n1,2\n{line}\n3,4\n".encode(), 7)


def test_a_record_without_end_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvtext, "MAX_RECORD", 1000)
    with pytest.raises(csvtext.Malformed, match="longer"):
        read(b"A,B\n" + b"x" * 5000, 100)


DOUBLED = [('1,"a ""b"" c"', ("1", 'a "b" c')), ('"""",""', ('"', ""))]


@pytest.mark.parametrize(("line", "row"), DOUBLED)
def test_clients_2_doubled_quotes_are_read_as_pandas_writes_them(line: str, row: tuple[str, str]) -> None:
    assert read(f"A,B\n{line}\n".encode(), 7) == [row]
    with pytest.raises(csvtext.Malformed):
        csvtext.parse(line.encode() + b"\n", ["A", "B"], strict=True)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5), st.integers(1, 50))
def test_clients_2_what_pandas_writes_comes_back(rows: list[tuple[str, str]], chunk: int) -> None:
    plain = [(a.replace("\\", "/"), b.replace("\\", "/")) for a, b in rows]  # pandas escapes no backslash
    text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in plain)
    assert read(b"A,B\n" + text.encode(), chunk) == plain
