"""Suggestions for refused files, followed to their end: the rows of the file, or words that help."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

import pdprep
from pdprep.errors import PdprepError

NAMES = ("user", "title")
ROWS = [("007", "Café; à 5 €"), ("8", "a b"), ("9", "c")]
FRAME = pl.DataFrame(ROWS, schema=list(NAMES), orient="row")
STEPS = 4


def text(separator: str, encoding: str = "utf-8", header: bool = True) -> bytes:
    rows = [[f'"{value}"' if separator in value else value for value in row] for row in ROWS]
    lines = [separator.join(row) for row in ([NAMES] if header else []) + rows]
    return ("\n".join(lines) + "\n").encode(encoding)


def of(write: Any) -> bytes:
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return buffer.getvalue()


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return bytes(sink.getvalue())


OBJECTS = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
ARRAY = json.dumps(OBJECTS).encode()
LINES = b"\n".join(json.dumps(each).encode() for each in OBJECTS) + b"\n"
PARQUET, EXCEL = of(FRAME.write_parquet), of(FRAME.write_excel)
WHOLE: dict[str, bytes] = {
    "colons.dat": text("::"),
    "colons without a header.dat": text("::", header=False),
    "semicolons.dat": text(";"),
    "array.json": ARRAY,
    "array of UTF-16.json": ARRAY.decode().encode("utf-16"),
    "array of Windows-1252.json": json.dumps(OBJECTS, ensure_ascii=False).encode("cp1252"),
    "sheet.xlsx": EXCEL,
    "text.zip": zipped(a__csv=text(",")),
    "gzip.zip": zipped(a__csv__gz=gzip.compress(text(","))),
    "two files.zip": zipped(a__csv=text(","), b__csv=text(",")),
    "sheet.zip": zipped(a__xlsx=EXCEL),
    "unknown within.zip": zipped(a__foo=text(";")),
    "semicolons of Windows-1252.csv": text(";", "cp1252"),
    "semicolons of UTF-16.csv": text(";", "utf-16"),
    "tabs of UTF-16 without a mark.csv": text("\t", "utf-16-le"),
    "zstd.csv.zst": zstd(text(",")),
    "unknown.foo": text(","),
    "unknown with semicolons.foo": text(";"),
    "unknown of Windows-1252.foo": text(";", "cp1252"),
    "unknown without a header.foo": text("\t", header=False),
    "unknown.foo.gz": gzip.compress(text("|")),
    "no ending": text("\t"),
}
REFUSED: dict[str, tuple[bytes, str]] = {
    "Parquet within.zip": (zipped(a__parquet=PARQUET), "file itself"),
    "Arrow within.zip": (zipped(a__arrow=of(FRAME.write_ipc)), "file itself"),
    "Parquet.parquet.gz": (gzip.compress(PARQUET), "file itself"),
    "Parquet.parquet.zst": (zstd(PARQUET), "file itself"),
    "objects.ndjson.zst": (zstd(LINES), "the file unpacked, or compressed by gzip"),
    "Windows-1252.csv.zst": (zstd(text(";", "cp1252")), "the file unpacked, or compressed by gzip"),
    "zip within.zip": (zipped(a__zip=zipped(a__csv=text(","))), "the inner one, unpacked"),
    "nothing within.zip": (zipped(), "a zip of one file"),
    "JSON.csv": (ARRAY, "an ending that says so: .json"),
    "objects.foo": (LINES, "an ending that says so: .json"),
    "JSON.foo": (ARRAY, "an ending that says so: .json"),
    "Parquet.csv": (PARQUET, "an ending that says so: .parquet"),
    "sheet.csv": (EXCEL, "an ending that says so: .zip or .xlsx"),
    "old sheet.xls": (b"\xd0\xcf\x11\xe0" + bytes(500), "saved as .xlsx"),
    "gzip.csv": (gzip.compress(text(",")), "an ending that says so: .gz"),
    "zstd.csv": (zstd(text(",")), "an ending that says so: .csv.zst"),
    "bzip2.csv.bz2": (bz2.compress(text(",")), "compressed by gzip"),
    "page.csv": (b"<html><table><tr><td>1</td></tr></table></html>", "a table of text"),
    "pickle.pkl": (b"\x80\x04\x95" + bytes(range(99)), "pandas.read_pickle"),
    "text.parquet": (text(","), "rows in the Parquet format"),
    "text.xlsx": (text(","), "a workbook with rows"),
    "text.json": (text(","), "line 1: what stands there is no object; an array of objects of JSON"),
    "text.zip": (text(","), "a whole zip file"),
    "of no encoding.csv": (b"user,title\n007,a\x81\x8d\n", "encoding= of read and of prepare"),
}


class Asked(Exception):  # noqa: N818 - no error: what a suggestion reads
    """The source and the arguments that a suggestion passes to read."""


def read(source: str, **options: Any) -> None:
    raise Asked(source, options)


def prepared(source: str, options: dict[str, Any]) -> list[tuple[str, ...]]:
    names = pdprep.read(source, **options).collect_schema().names()
    found = pdprep.prepare(
        source, "users", columns={"USER_ID": names[0]},
        metadata={"TITLE": (names[1], pdprep.Field("TITLE", nullable=True, categorical=True))}, **options,
    )  # fmt: skip
    assert pdprep.validate(found).read == len(ROWS)
    return found.frame.collect().rows()


def followed(source: str) -> list[tuple[str, ...]] | PdprepError:
    """Do what each error suggests, as long as it is code; return the rows, or the last error."""
    options: dict[str, Any] = {}
    for _ in range(STEPS):
        try:
            return prepared(source, options)
        except PdprepError as error:
            last = error
        if not last.hint or last.hint.startswith("sed "):  # it shows a line, which a person mends
            return last
        with pytest.raises(Asked) as asked:
            eval(last.hint, {"pdprep": type("pdprep", (), {"read": staticmethod(read)})})
        source, options = asked.value.args
    raise AssertionError(f"{STEPS} suggestions, and no end")


@pytest.mark.parametrize("name", WHOLE)
def test_field_c_what_is_suggested_leads_to_the_rows_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(WHOLE[name])
    assert followed(name) == ROWS


@pytest.mark.parametrize("name", REFUSED)
def test_field_c_what_is_not_read_says_in_a_sentence_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    data, words = REFUSED[name]
    Path(name).write_bytes(data)
    end = followed(name)
    assert isinstance(end, PdprepError)
    assert words in str(end)
    assert len(str(end)) < 500


@pytest.mark.parametrize("last", [b'9,"c\n', b'9,5" disc\n'], ids=["not closed", "inches"])
def test_field_c_an_unclosed_quote_keeps_every_row_and_its_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("quote.csv").write_bytes(b"user,title\n007,a\n8,b\n" + last)
    end = followed("quote.csv")
    assert end == [("007", "a"), ("8", "b"), tuple(last.decode().strip().split(","))]
