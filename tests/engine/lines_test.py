"""A failing row of a CSV is named by its file and line, also after fields that hold line breaks."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pdprep import prepare, validate
from tests.engine.shop import dirty, events

HEAD = "USER_ID,ITEM_ID,TIMESTAMP,NOTE\n"
GOOD = "a,i,1700000000,x\n"
BAD = ",i,1700000000,x\n"
TEXTS = {
    "plain": (HEAD + GOOD + BAD, [3]),
    "first": (HEAD + BAD + GOOD, [2]),
    "after a quoted line break": (HEAD + 'a,i,1700000000,"two\nlines"\n' + BAD, [4]),
    "after many": (HEAD + 'a,i,1700000000,"1\n2\n\n""4"", 5\n6"\n' + BAD + GOOD + BAD, [7, 9]),
    "itself on several lines": (HEAD + GOOD + ',i,1700000000,"x\ny"\n' + BAD, [3, 5]),
    "after a quoted comma": (HEAD + 'a,i,1700000000,"x, y"\n' + BAD, [3]),
    "a header on two lines": (HEAD.replace("NOTE", '"NO\nTE"') + GOOD + BAD, [4]),
    "windows": ((HEAD + GOOD + BAD).replace("\n", "\r\n"), [3]),
    "after blank lines": ("\n\n" + HEAD + "\n" + GOOD + "\n\n" + BAD + "\n", [8]),
    "after blank lines of windows": ((HEAD + "\n" + BAD + "\n\n").replace("\n", "\r\n"), [3]),
    "no end": ((HEAD + GOOD + BAD).rstrip("\n"), [3]),
}


@pytest.mark.parametrize(("text", "lines"), TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_the_line_is_where_the_record_begins(
    tmp_path: Path, text: str, lines: list[int], ending: str
) -> None:
    path = tmp_path / f"events.{ending}"
    path.write_bytes(gzip.compress(text.encode()) if ending.endswith("gz") else text.encode())
    found = validate(prepare(path, "interactions")).failures
    assert found.select("file", "line").rows() == [(str(path), line) for line in lines]


def test_each_file_of_a_glob_counts_for_itself(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + GOOD + BAD + "\n\n")
    (tmp_path / "b.csv").write_text(HEAD + 'a,i,1700000000,"x\ny"\n')
    (tmp_path / "c.csv").write_text(HEAD + BAD)
    report = validate(prepare(f"{tmp_path}/*.csv", "interactions"))
    rows = [
        (row, Path(file).name, line)
        for row, file, line in report.failures.select("row", "file", "line").rows()
    ]
    assert rows == [(1, "a.csv", 3), (5, "c.csv", 2)]
    assert f"interactions row 5, {tmp_path}/c.csv line 2: USER_ID breaks id_missing" in str(report)


def test_rows_of_many_partitions_keep_their_numbers(tmp_path: Path) -> None:
    dirty().write_csv(tmp_path / "events.csv")
    bad = [index for index, user in enumerate(dirty()["user"]) if user is None]
    found = validate(events(tmp_path / "events.csv")).failures.filter(rule="id_missing")
    assert found["row"].to_list() == bad[:100]
    assert found["line"].to_list() == [index + 2 for index in bad[:100]]


def test_a_frame_has_rows_and_no_lines() -> None:
    assert validate(events()).failures.select("row", "file", "line").row(0) == (0, None, None)
