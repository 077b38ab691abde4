"""Where rows may come from, and what is said of a source that cannot be read."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from pdprep import prepare, validate
from pdprep.errors import InputError, SourceError

MAPPING: dict[str, Any] = {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "time"}
TEXT = "user,item,time\nu1,007,1700000000\nu2,8,1700000001\n"
ROWS = [("u1", "007", 1_700_000_000), ("u2", "8", 1_700_000_001)]
FRAME = pl.DataFrame(ROWS, schema=["user", "item", "time"], orient="row")


def read(source: object) -> list[tuple[Any, ...]]:
    return prepare(source, "interactions", columns=MAPPING).frame.collect().rows()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["csv", "tsv", "txt"])
def test_csv_with_any_separator(tmp_path: Path, separator: str, ending: str) -> None:
    path = tmp_path / f"events.{ending}"
    path.write_text(TEXT.replace(",", separator), encoding="utf-8")
    assert read(path) == ROWS


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bom.csv", b"\xef\xbb\xbf" + TEXT.encode()),
        ("windows.csv", TEXT.replace("\n", "\r\n").encode()),
        ("no-end.csv", TEXT.rstrip("\n").encode()),
        ("quoted.csv", TEXT.replace("user,item,time", '"user","item","time"').encode()),
        ("zip.csv.gz", gzip.compress(TEXT.encode(), mtime=0)),
        ("commas.csv", TEXT.replace(",", ";").replace("user;item", '"user";item').encode()),
    ],
)
def test_csv_as_other_tools_write_it(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert read(str(tmp_path / name)) == ROWS


def test_a_comma_in_a_quoted_name_is_no_separator(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('user;item;time;"a, b, c, d"\nu1;007;1700000000;x\n')
    assert read(tmp_path / "x.csv") == ROWS[:1]


def test_a_zstd_file(tmp_path: Path) -> None:
    FRAME.write_csv(tmp_path / "x.csv.zst", compression="zstd")
    assert read(tmp_path / "x.csv.zst") == ROWS


def test_a_glob_reads_its_files_in_order_and_counts_rows_through(tmp_path: Path) -> None:
    for n in (2, 0, 1):
        (tmp_path / f"day{n}.csv").write_text(f"user,item,time\nu{n},i,1700000000\n")
    rows = prepare(f"{tmp_path}/day*.csv", "interactions", columns=MAPPING).rows.collect()
    assert rows.select("__row", "USER_ID").rows() == [(0, "u0"), (1, "u1"), (2, "u2")]
    assert [Path(file).name for file in rows["__file"]] == ["day0.csv", "day1.csv", "day2.csv"]


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("x.parquet", FRAME.write_parquet),
        ("x.ndjson", FRAME.write_ndjson),
        ("x.jsonl", FRAME.write_ndjson),
        ("x.arrow", FRAME.write_ipc),
        ("x.feather", FRAME.write_ipc),
    ],
)
def test_other_formats(tmp_path: Path, name: str, write: Callable[[Path], None]) -> None:
    write(tmp_path / name)
    assert read(tmp_path / name) == ROWS


@pytest.mark.parametrize(
    "frame",
    [FRAME, FRAME.lazy(), FRAME.to_pandas(), FRAME.to_arrow(), pa.RecordBatch.from_pylist(FRAME.to_dicts())],
    ids=["eager", "lazy", "pandas", "arrow table", "arrow batch"],
)
def test_frames(frame: object) -> None:
    assert read(frame) == ROWS


def test_a_pandas_frame_with_an_index_and_nulls() -> None:
    frame = pd.DataFrame(
        {"user": [1, None], "item": ["a", None], "time": pd.to_datetime(["2024-01-01", None])}, index=[9, 8]
    )
    assert read(frame) == [("1", "a", 1_704_067_200), (None, None, None)]


def test_the_callers_frame_is_not_touched() -> None:
    before = FRAME.clone()
    read(FRAME)
    assert FRAME.equals(before)


def test_a_header_alone_holds_no_row(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("user,item,time\n")
    report = validate(prepare(tmp_path / "x.csv", "interactions", columns=MAPPING))
    assert (report.read, report.ok, "rows_none" in report.counts["rule"]) == (0, False, True)


BLANK = "\n\nuser,item,time,note\n\nu1,007,1700000000,\n\n,,,\n\nu2,8,1700000001,x\n\n\n"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_blank_lines_are_skipped_and_rows_keep_their_numbers(tmp_path: Path, ending: str) -> None:
    (tmp_path / "x.csv").write_bytes(BLANK.replace("\n", ending).encode())
    prepared = prepare(tmp_path / "x.csv", "interactions", columns=MAPPING)
    assert prepared.frame.collect().rows() == ROWS
    assert prepared.rows.collect()["__row"].to_list() == [1, 5]
    assert (validate(prepared).read, validate(prepared).failures.height) == (2, 0)


def test_a_blank_line_is_none_where_an_expression_uses_a_value(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("user,item,time,rating\nu1,007,1700000000,5\n\n,,,3\n")
    mapping = MAPPING | {"EVENT_TYPE": pl.when(pl.col("rating") > 3).then(pl.lit("a")).otherwise(pl.lit("b"))}
    found = validate(prepare(tmp_path / "x.csv", "interactions", columns=mapping))
    assert (found.read, found.failures["row"].unique().to_list()) == (2, [2])


def test_a_row_of_nulls_in_a_frame_is_a_row() -> None:
    assert validate(prepare(FRAME.clear(1), "interactions", columns=MAPPING)).read == 1


def refused(source: object) -> InputError:
    with pytest.raises(SourceError) as caught:
        validate(prepare(source, "interactions", columns=MAPPING))
    assert "\n" not in str(caught.value)
    return caught.value


GOOD = b"u,i,1700000000\n"
LATIN = TEXT.replace("u2", "ü").encode("latin-1")
TORN = b'user,item,time\nu,5" disk,1700000000\nv,i,1700000000\n'
BAD_FILES = [
    ("empty.csv", b"", "is empty", "a header and rows", ""),
    ("blank.csv", b"\n \n", "is empty", "a header and rows", ""),
    ("latin.csv", LATIN, "is not UTF-8, likely Windows-1252", "UTF-8", 'encoding="cp1252"'),
    ("late.csv", TEXT.encode() + GOOD * 9000 + LATIN[-20:], "is not UTF-8", "UTF-8", 'encoding="cp1252"'),
    ("ragged.csv", TEXT.encode() + b"u,i,1,2\n", "more values than", "in quotation marks", "truncate_ragged"),
    ("torn.csv", TORN, "line 2", "quotation mark", 'quote_char=""'),
    ("no.csv.gz", b"user", "cannot be read (Not a gzipped file", "compressed as its ending says", ""),
    ("no.parquet", b"user", "cannot be read as Parquet", "the Parquet format", ""),
    ("no.ndjson", b"{user", "cannot be read as NDJSON: line 1: ", "an object of JSON", "sed -n 1p"),
    ("cut.ndjson", b'{"user": 1}\n\n{"user": \n', "line 3: Expecting value", "on each line", "sed -n 3p"),
    ("list.ndjson", b'{"user": 1}\n[1]\n', "line 2: it holds a list", "on each line", "sed -n 2p"),
    ("bare.ndjson", b'{"user": 1}\n5\n', "line 2: it holds a number", "on each line", "sed -n 2p"),
    ("nan.ndjson", b'{"user": NaN}\n', "line 1: NaN is no value of JSON", "on each line", "sed -n 1p"),
    ("vast.ndjson", b'{"n": 1}\n{"n": 1e400}', "line 2: it holds a number that", "each line", "sed -n 2p"),
    ("late.ndjson", b'{"n": 1}\n' * 500_000 + b"{", "line 500,001: ", "on each line", "sed -n 500001p"),
    ("no.json", b'\n[{"n": 1},\n\n{"n" 2}]', "line 4: Expecting ':'", "an array of objects", "sed -n 4p"),
    ("word.json", b'[{"n": 1},\n5]', "line 2: what stands there is no", "an array", "sed -n 2p"),
    ("empty.ndjson", b"", "cannot be read as NDJSON", "the NDJSON format", ""),
    ("empty.arrow", b"", "cannot be read as Arrow IPC", "the Arrow IPC format", ""),
    ("x.xlsx", b"user", "cannot be read as an Excel workbook", "a workbook with rows", ""),
    ("x.log", b"user", "has no ending that tells its format", ".csv, .tsv", "pdprep.read("),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "found", "expected", "hint"), BAD_FILES, ids=lambda value: str(value)[:20]
)
def test_a_file_that_cannot_be_read_is_one_clear_sentence(
    tmp_path: Path, name: str, data: bytes, found: str, expected: str, hint: str
) -> None:
    (tmp_path / name).write_bytes(data)
    error = refused(tmp_path / name)
    assert name in error.found
    assert (found in error.found, expected in error.expected, hint in error.hint) == (True, True, True)


def test_a_missing_file_is_answered_with_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(TEXT)
    error = refused(tmp_path / "event.csv")
    assert ("no file" in error.found, "events.csv" in error.hint) == (True, True)


def test_a_folder_is_answered_with_a_glob(tmp_path: Path) -> None:
    assert not refused(tmp_path).hint
    (tmp_path / "a.csv").write_text(TEXT)
    assert refused(tmp_path).hint == f'"{tmp_path}/*.csv"'


def test_files_of_a_glob_share_one_header(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TEXT)
    (tmp_path / "b.csv").write_text("user,item\nu,i\n")
    assert refused(f"{tmp_path}/*.csv").expected == "the same header in each of its files"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ({"user": [1]}, "a dict"),
        ([1], "a list"),
        (1, "got an int"),
        (None, "got None"),
        (pl.Series([1]), "a Series"),
        (pd.Series([1]), "a Series"),
        (FRAME.with_columns(__row=1), "a column named __row"),
        (FRAME.with_columns(__file=1), "a column named __file"),
        (pl.LazyFrame({"a": [1]}).select("b"), "a polars LazyFrame cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_frame_is_refused(source: object, found: str) -> None:
    error = refused(source)
    assert found in error.found
    assert error.expected


@pytest.mark.parametrize(
    ("frame", "hint"),
    [
        (pd.DataFrame({"user": ["a", True], "item": "i", "time": 1}), 'frame.astype({"user": "string"})'),
        (pd.DataFrame([[1, 2]], columns=["user", "user"]), "frame.loc[:, ~frame.columns.duplicated()]"),
    ],
)
def test_a_pandas_frame_that_polars_does_not_take_is_mended(frame: pd.DataFrame, hint: str) -> None:
    assert refused(frame).hint == hint


MIXED = "\xe4;\xf6\n".encode() + b"\xe4;\xf6\n"


@pytest.mark.parametrize(
    ("name", "data"), [("a shop.ndjson", b"{user"), ("a shop.csv", MIXED), ("no shop.csv", b"")]
)
def test_a_command_that_is_hinted_runs_on_a_path_with_spaces(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / "our data").mkdir()
    path = tmp_path / "our data" / name
    if data:
        path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        prepare(path, "interactions")
    done = subprocess.run(["bash", "-c", caught.value.hint], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
