"""Text in the forms that people have it: told from the bytes or said, the same rows, and hints that work."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pdprep
from pdprep import Field, infer_contract, prepare, read, stage, validate
from pdprep.errors import InputError, SourceError
from pdprep.preparation import escapes, scans
from tests.conftest import PROJECT

MAPPING: dict[str, Any] = {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "time"}
TEXT = "user,item,time\n007,Käse €,1700000000\n8,b,1700000001\n"
ROWS = [("007", "Käse €", "1700000000"), ("8", "b", "1700000001")]
NAMES = ["user", "item", "time"]
BARE = "196\t242\t3\t881250949\n186\t302\t3\t891717742\n"  # u.data of MovieLens, in its shape
FOUR = ["user", "item", "rating", "time"]


def bare(text: str) -> str:
    """A file without its header."""
    return text.partition("\n")[2]


INTER = "user:token\titem:token\ttime:float\n" + bare(TEXT).replace(",", "\t")
QUOTED = '"user","item","time"\n"007","Käse €","1700000000"\n8,"b",1700000001\n'
COLONS = TEXT.replace("b,", '"b",').replace(",", "::")
FORMS: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "windows-1252": ("x.csv", TEXT.encode("cp1252"), {"encoding": "cp1252"}),
    "utf-16 with its mark": ("x.csv", TEXT.encode("utf-16"), {}),
    "utf-16-be said": ("x.csv", TEXT.encode("utf-16-be"), {"encoding": "utf-16-be"}),
    "utf-16-le without a mark": ("x.csv", TEXT.encode("utf-16-le"), {}),
    "utf-16, tabs": ("x.txt", TEXT.replace(",", "\t").encode("utf-16"), {}),
    "carriage returns alone": ("x.csv", TEXT.replace("\n", "\r").encode(), {}),
    "carriage returns, latin": ("x.csv", TEXT.replace("\n", "\r").encode("cp1252"), {"encoding": "cp1252"}),
    "two colons": ("x.dat", TEXT.replace(",", "::").encode(), {}),
    "two bars": ("x.txt", TEXT.replace(",", "||").encode(), {}),
    "two colons said": ("x.csv", TEXT.replace(",", "::").encode(), {"separator": "::"}),
    "a long separator": ("x.csv", TEXT.replace(",", " <> ").encode(), {"separator": " <> "}),
    "sep= as Excel has it": ("x.csv", ("sep=;\r\n" + TEXT.replace(",", ";")).encode(), {}),
    "a comment first": ("x.csv", ("# exported today, by us, for you, all\n" + TEXT).encode(), {}),
    "comments of Analytics": ("x.csv", ("# ------\n# Events\n# ------\n\n" + TEXT).encode(), {}),
    "comments within": ("x.csv", TEXT.replace("8,", "!x\n8,").encode(), {"comment_prefix": "!"}),
    "lines to skip": ("x.csv", ("Report\nof today\n" + TEXT).encode(), {"skip_lines": 2}),
    "no header": ("x.csv", bare(TEXT).encode(), {"has_header": False, "new_columns": NAMES}),
    "no header, told": ("x.csv", bare(TEXT).encode(), {"new_columns": NAMES}),
    "no header, mark first": ("x.csv", b"\xef\xbb\xbf" + bare(TEXT).encode(), {"new_columns": NAMES}),
    "no header, blank first": ("x.csv", ("\n\n" + bare(TEXT)).encode(), {"new_columns": NAMES}),
    "no header, two colons": ("x.dat", bare(TEXT).replace(",", "::").encode(), {"new_columns": NAMES}),
    "other names": ("x.csv", TEXT.replace("user", "u").encode(), {"new_columns": NAMES}),
    "types in the names": ("x.inter", INTER.encode(), {}),
    "gzip": ("x.csv.gz", gzip.compress(TEXT.encode()), {}),
    "gzip, latin": ("x.csv.gz", gzip.compress(TEXT.encode("cp1252")), {"encoding": "cp1252"}),
    "another ending, said": ("x.log", TEXT.encode(), {"separator": ","}),
    "spaces": ("x.dat", TEXT.replace("Käse €", "Käse€").replace(",", " ").encode(), {}),
    "values in quotation marks": ("x.csv", QUOTED.encode(), {}),
    "values in quotation marks, two colons": ("x.csv", COLONS.encode(), {"quote_char": '"'}),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data", "said"), FORMS.values(), ids=FORMS)
def test_field_9_text_in_all_forms_gives_the_same_rows(
    tmp_path: Path, name: str, data: bytes, said: dict[str, Any]
) -> None:
    (tmp_path / name).write_bytes(data)
    rows = read(tmp_path / name, **said).collect().with_columns(pl.col("item").str.replace("e€", "e €"))
    assert rows.rows() == ROWS
    kept = prepare(tmp_path / name, "interactions", columns=MAPPING, **said).frame.collect()
    assert kept["USER_ID"].to_list() == ["007", "8"]
    assert validate(prepare(tmp_path / name, "interactions", columns=MAPPING, **said)).read == 2


def test_field_9_like_reads_the_next_file_as_the_first_one(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(bare(TEXT).encode("cp1252"))
    said: dict[str, Any] = {"encoding": "cp1252", "new_columns": NAMES}
    history = prepare(tmp_path / "a.csv", "interactions", columns=MAPPING, **said)
    assert prepare(tmp_path / "b.csv", like=history).frame.collect().equals(history.frame.collect())
    assert infer_contract(tmp_path / "a.csv", "interactions", **said).columns["USER_ID"] == "user"


LINES = {
    "utf-16": (TEXT.replace("8,", ",").encode("utf-16"), {}, 3),
    "carriage returns": (TEXT.replace("8,", ",").replace("\n", "\r").encode(), {}, 3),
    "sep=": (b"sep=,\n" + TEXT.replace("8,", ",").encode(), {}, 4),
    "comments": (b"# a\n# b\n" + TEXT.replace("8,", "\n,").encode(), {}, 6),
    "no header": (bare(TEXT).replace("8,", ",").encode(), {"new_columns": NAMES}, 2),
    "backslashes": (b'user,item,time\n007,"a \\"b\\"\nc",1\n,b,1700000001\n', {}, 4),
}


@pytest.mark.parametrize(("data", "said", "line"), LINES.values(), ids=LINES)
def test_field_9_a_report_names_the_lines_of_the_users_file(
    tmp_path: Path, data: bytes, said: dict[str, Any], line: int
) -> None:
    (tmp_path / "x.csv").write_bytes(data)
    report = validate(prepare(tmp_path / "x.csv", "interactions", columns=MAPPING, **said))
    found = report.failures.filter(rule="id_missing")
    assert found.select("file", "line").rows() == [(str(tmp_path / "x.csv"), line)]


TITLES = [
    'say "hi", Bob',
    "C:\\new\\dir",
    "ends with a backslash\\",
    '"',
    "\\",
    'a\\"b',
    "plain",
    "x, y",
    '"quoted"',
]


def test_field_4_what_stage_wrote_is_read_back(tmp_path: Path) -> None:
    frame = pl.DataFrame({"ITEM_ID": [str(n) for n in range(len(TITLES))], "TITLE": TITLES})
    title = pdprep.Field("TITLE", textual=True, nullable=True)
    staged = stage(prepare(frame, "items", metadata={"TITLE": title}), tmp_path)
    again = read(staged.parts[0].path).collect().sort("ITEM_ID")
    assert again["TITLE"].to_list() == TITLES
    prepared = prepare(staged.parts[0].path, "items", metadata={"TITLE": title})
    assert sorted(prepared.frame.collect()["TITLE"]) == sorted(TITLES)


def written(titles: list[str], escape: str) -> bytes:
    own = (title.replace("\\", "\\\\") if escape == "\\" else title for title in titles)
    cells = ('"' + title.replace('"', escape + '"') + '"' for title in own)
    return b"id,title\n" + b"".join(f"{n},{cell}\n".encode() for n, cell in enumerate(cells))


@pytest.mark.parametrize("escape", ['"', "\\"])
@pytest.mark.parametrize("before", [0, 20_000], ids=["early", "late"])
@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_field_4_both_escapings_are_told_or_refused_in_words(
    tmp_path: Path, escape: str, before: int, ending: str
) -> None:
    titles = ["plain"] * before + TITLES
    data, path = written(titles, escape), tmp_path / f"x.{ending}"
    path.write_bytes(gzip.compress(data) if ending == "csv.gz" else data)
    assert read(path, escape=escape).collect()["title"].to_list() == titles
    if ending == "csv.gz" and before:  # it is read once: what comes late is refused
        if escape == "\\":
            with pytest.raises(SourceError, match="backslashes"):
                read(path).collect()
        return
    assert read(path).collect()["title"].to_list() == titles


def test_field_4_where_the_bytes_do_not_tell_the_error_names_the_argument(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b'id,title\n1,"\\\\\\\\server, here"\n')
    with pytest.raises(SourceError, match="do not tell") as caught:
        prepare(tmp_path / "x.csv", "items", columns={"ITEM_ID": "id"})
    assert followed(caught.value)["title"].to_list() == ["\\\\server, here"]


def followed(error: InputError) -> pl.DataFrame:
    """The rows that the hint of an error reads, pasted as it stands."""
    assert len(str(error)) <= 2_000
    frame: pl.LazyFrame = eval(error.hint, {"pdprep": pdprep, "pl": pl})
    return frame.collect()


HEADERLESS = {
    "u.data": BARE,
    "clicks.dat": "1,2014-04-07T10:51:09.277Z,214536502,0\n1,2014-04-07T10:54:09.868Z,214536500,0\n",
    "ratings.dat": "1::1193::5::978300760\n1::661::3::978302109\n",
    "u.user": "1|24|M|technician|85711\n2|53|F|other|94043\n",
    "u.item": "1|Boxes (1995)|01-Jan-1995||http://imdb.com/a|0|1\n2|Eyes (1995)|01-Jan-1995||http://imdb.com/b|1|0\n",
    "one.csv": "1,242,3\n",
}


@pytest.mark.parametrize(("name", "text"), HEADERLESS.items(), ids=HEADERLESS)
def test_field_g_a_file_without_a_header_is_noticed_and_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    opens: tuple[Callable[[], object], ...] = (
        lambda: prepare(tmp_path / name, "interactions"),
        lambda: read(tmp_path / name),
        lambda: infer_contract(tmp_path / name, "interactions"),
    )
    for each in opens:
        with pytest.raises(SourceError, match="has no header") as caught:
            each()
        assert followed(caught.value).height == text.count("\n")


@pytest.mark.parametrize(
    "text",
    ["id,2019,2020\n7,1,2\n8,3,4\n", "user,item\nanna,book\n", "a,b\n", "when,2\nx,y\n", "id,x@y.z\n1,a\n"],
)
def test_field_g_a_header_stays_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.csv").write_text(text)
    assert read(tmp_path / "x.csv").collect().columns == text.partition("\n")[0].split(",")


def test_field_g_names_for_a_file_that_does_not_tell_ask_which_it_is(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("anna,book\nben,film\n")
    with pytest.raises(SourceError, match="do not tell whether") as caught:
        read(tmp_path / "x.csv", new_columns=["user", "item"])
    assert followed(caught.value).rows() == [("anna", "book"), ("ben", "film")]


REFUSED: dict[str, tuple[str, bytes]] = {
    "latin with semicolons": ("x.csv", TEXT.replace(",", ";").encode("cp1252")),
    "latin late": ("x.csv", b"user,item,time\n" + b"1,a,2\n" * 20_000 + TEXT.encode("cp1252")[15:]),
    "no ending": ("x.unknown", TEXT.encode()),
    "a zip of two": ("x.zip", b""),
    "an inch sign": ("x.csv", b'user,item,time\n1,5" disk,3\n2,b,4\n'),
}


@pytest.mark.parametrize(("name", "data"), REFUSED.values(), ids=REFUSED)
def test_field_c_every_hint_of_a_refused_file_reads_it(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    if name == "x.zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("notes.md", "")
            archive.writestr("ratings.csv", TEXT)
    with pytest.raises(SourceError) as caught:
        validate(prepare(path, "interactions", columns=MAPPING))
    rows = followed(caught.value)
    assert rows.columns == ["user", "item", "time"]
    assert rows.rows()[-1][1] in ("b",)
    if "Käse".encode("cp1252") in data:
        assert ("007", "Käse €", "1700000000") in rows.rows()


@pytest.mark.parametrize("name", ["x.zip", "x.zip/in/ratings.csv"])
def test_field_9_a_zip_is_read(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/ratings.csv", TEXT)
        archive.writestr("__MACOSX/in/._ratings.csv", b"\0")
    assert read(tmp_path / name).collect().rows() == ROWS


RECORDS = [
    {"user": "007", "item": {"id": "a", "tags": ["x", "y"]}},
    {"user": "8", "item": {"id": "b", "tags": []}},
]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2),
        "\n".join(json.dumps(each) for each in RECORDS),
        "\n".join(json.dumps(each, indent=1) for each in RECORDS),
    ],
    ids=["array", "pretty array", "lines", "pretty objects"],
)
@pytest.mark.parametrize("ending", ["json", "ndjson", "json.gz"])
def test_field_9_json_in_all_forms(tmp_path: Path, text: str, ending: str) -> None:
    data = text.encode()
    (tmp_path / f"x.{ending}").write_bytes(gzip.compress(data) if ending.endswith("gz") else data)
    assert read(tmp_path / f"x.{ending}").collect().to_dicts() == RECORDS


def test_field_9_an_excel_workbook(tmp_path: Path) -> None:
    frame = pl.DataFrame({"user": ["007", "8"], "item": [1, 2], "time": [1_700_000_000, 1_700_000_001]})
    frame.write_excel(tmp_path / "x.xlsx")
    assert read(tmp_path / "x.xlsx").collect().rows() == frame.rows()
    kept = prepare(tmp_path / "x.xlsx", "interactions", columns=MAPPING).frame.collect()
    assert kept.rows() == [("007", "1", 1_700_000_000), ("8", "2", 1_700_000_001)]


def test_field_9_a_quotation_mark_in_a_header_loses_no_row(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('name,5" size,price\nx,y,z\n')
    assert read(tmp_path / "x.csv").collect().rows(named=True) == [
        {"name": "x", '5" size': "y", "price": "z"}
    ]
    (tmp_path / "y.csv").write_text('name,"5"" size",price\nx,y,z\n')
    assert read(tmp_path / "y.csv").collect().columns == ["name", '5" size', "price"]


def test_field_9_an_unclosed_quote_is_named_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('user,item,time\n1,"a",2\n2,"secret,3\n3,c,4\n')
    with pytest.raises(SourceError, match="line 3") as caught:
        validate(prepare(tmp_path / "x.csv", "interactions", columns=MAPPING))
    assert "secret" not in str(caught.value)


def test_field_b_carriage_returns_are_read_at_once(tmp_path: Path) -> None:
    rows = "".join(f"u{n},i{n % 50},{1_700_000_000 + n}\r" for n in range(100_000))
    (tmp_path / "x.csv").write_bytes(("user,item,time\r" + rows).encode())
    assert infer_contract(tmp_path / "x.csv", "interactions").columns["USER_ID"] == "user"
    assert validate(prepare(tmp_path / "x.csv", "interactions", columns=MAPPING)).read == 100_000


SHORT = {
    "none": (TEXT, []),
    "a bare line feed": ("user,item,time\r\n1,a\nb,2\r\n3,c,4\r\n", [(2.0, 2.0)]),
    "the last value": (TEXT + "1,a\n\n1,b\n", [(2.0, 4.0)]),
    "after commas in quotation marks": (TEXT + '1,"a,\nb,c",2\n1,a\n', [(1.0, 6.0)]),
}


@pytest.mark.parametrize(("text", "found"), SHORT.values(), ids=SHORT)
def test_field_14_short_rows_are_counted_and_the_first_is_named(
    tmp_path: Path, text: str, found: list[tuple[float, float]]
) -> None:
    (tmp_path / "x.csv").write_bytes(text.encode())
    insights = validate(prepare(tmp_path / "x.csv", "interactions", columns=MAPPING)).insights
    assert insights.filter(insight="rows_short").select("value", "limit").rows() == found


def test_field_wishes_shapes_of_public_data_become_events() -> None:
    orders = pl.LazyFrame(
        {
            "user": ["a", "", "b"],
            "items": ["x|y", "z", "x"],
            "more": ["n=2;note=a=b", "n=-1", "other"],
            "new": ["1", "0", "true"],
            "sale": [0, 1, 0],
        }
    )
    from pdprep import transforms as t

    flat = (
        orders.pipe(t.fill_down, "user")
        .pipe(t.key_values, "more", "n", "note")
        .pipe(t.flags_to_list, "new", "sale", into="FLAGS")
        .pipe(t.split, "items")
        .pipe(t.explode_events, "items")
        .pipe(t.returns, "n", returned="Return")
    )
    assert flat.select("user", "items", "n", "note", "FLAGS", "EVENT_TYPE").collect().rows() == [
        ("a", "x", "2", "a=b", ["new"], None),
        ("a", "y", "2", "a=b", ["new"], None),
        ("a", "z", "-1", None, ["sale"], "Return"),
        ("b", "x", None, None, ["new"], None),
    ]


@pytest.mark.parametrize("ending", ["ndjson", "json", "parquet"])
def test_field_wishes_a_path_names_a_field_within_structs(tmp_path: Path, ending: str) -> None:
    frame = pl.DataFrame(
        {"user": [{"id": "007", "at": {"plan": "gold"}}], "item": ["i"], "time": [1_700_000_000]}
    )
    write: dict[str, Any] = {"ndjson": frame.write_ndjson, "json": frame.write_json}
    write.get(ending, frame.write_parquet)(tmp_path / f"x.{ending}")
    mapping = MAPPING | {"USER_ID": "user.id"}
    prepared = prepare(
        tmp_path / f"x.{ending}", "interactions", columns=mapping, metadata={"PLAN": "user.at.plan"}
    )
    assert prepared.frame.collect().rows() == [("007", "i", 1_700_000_000, "gold")]
    assert prepare(frame, like=prepared).frame.collect().equals(prepared.frame.collect())


def test_attack_14_utf_16_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(TEXT.encode("utf-16-le")[:-1])
    with pytest.raises(SourceError, match="utf-16"):
        read(tmp_path / "x.csv").collect()


def test_attack_16_a_line_of_600_mb_in_a_gzip_is_refused_in_words(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "x.csv.gz", "wb", compresslevel=1) as handle:
        handle.write(b"user,item,time\n")
        for _ in range(600):
            handle.write(b"a" * (1 << 20))
    with pytest.raises(SourceError, match="a line of more than 64 MB"):
        read(tmp_path / "x.csv.gz").collect()


@pytest.mark.parametrize(
    ("said", "found", "hint"),
    [
        ({"encoding": "windows1252x"}, "encoding=", "cp1252"),
        ({"escape": "x"}, "escape=", "escape="),
        ({"separator": ""}, "separator=", "separator="),
        ({"colums": {}}, "no argument 'colums'", "columns={}"),
        ({"new_columns": ["a", "a", "b"]}, "new_columns=", "new_columns="),
        ({"new_columns": ["a"]}, "new_columns= gives 1 names", "column_3"),
    ],
)
def test_field_9_a_wrong_option_is_one_clear_sentence(
    tmp_path: Path, said: dict[str, Any], found: str, hint: str
) -> None:
    (tmp_path / "x.csv").write_text(TEXT)
    with pytest.raises(InputError) as caught:
        prepare(tmp_path / "x.csv", "interactions", **said)
    assert (found in caught.value.found, hint in caught.value.hint) == (True, True), str(caught.value)


def test_field_9_options_of_text_are_none_of_a_frame() -> None:
    with pytest.raises(InputError, match="a frame has been read"):
        prepare(pl.DataFrame({"user": [1]}), "interactions", encoding="cp1252")


@pytest.mark.parametrize("ending", ["csv", "parquet", "ndjson", "arrow"])
def test_attack_1_a_path_that_exists_is_that_file(tmp_path: Path, ending: str) -> None:
    folder = tmp_path / "d[v2]"
    folder.mkdir()
    (tmp_path / "d2").mkdir()
    for name, user in (("data[1]", "right"), ("data1", "wrong")):
        frame = pl.DataFrame({"user": [user], "item": ["i"], "time": ["1700000000"]})
        {
            "csv": frame.write_csv,
            "parquet": frame.write_parquet,
            "ndjson": frame.write_ndjson,
            "arrow": frame.write_ipc,
        }[ending](folder / f"{name}.{ending}")  # type: ignore[operator]  # each takes a path
    assert read(folder / f"data[1].{ending}").collect()["user"].to_list() == ["right"]
    assert read(f"{folder}/*.{ending}").collect()["user"].to_list() == ["wrong", "right"]
    assert read(f"{folder}/data[[]1].{ending}").collect()["user"].to_list() == ["right"]


KINDS = [
    ("1", "true", ["1", "true"]),
    ("true", "1.5", ["true", "1.5"]),
    ('{"b": 1}', "1", ['{"b": 1}', "1"]),
    ("[1]", "1", ["[1]", "1"]),
    ('[{"b": 1}]', '[{"b": true}, {"b": null}]', [[{"b": "1"}], [{"b": "true"}, {"b": None}]]),
    ("12345678901234567890", "1", [12345678901234567890, 1]),
    ('{"b": []}', '{"b": [1, null]}', [{"b": []}, {"b": [1, None]}]),
]


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize(("one", "other", "read_as"), KINDS)
def test_field_c_values_of_two_kinds_in_one_field_are_text_whatever_ends_the_file(
    tmp_path: Path, one: str, other: str, read_as: list[Any], end: str
) -> None:
    lines = [f'{{"a": {value}, "n": {n}}}' for n, value in enumerate([one, other])]
    (tmp_path / "x.ndjson").write_text("\n".join(lines) + end)
    assert read(tmp_path / "x.ndjson").collect()["a"].to_list() == read_as


def test_attack_3_every_field_of_an_ndjson_file_is_a_column(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [{"user": "u", "item": n, "rating": None} for n in range(150)]
    lines += [{"user": "u", "item": n, "rating": 150.5, "late": "x"} for n in range(150, 299)]
    lines += [{"user": "u", "item": "text", "rating": 1}]
    (tmp_path / "x.ndjson").write_text("\n".join(json.dumps(each) for each in lines))
    rows = read(tmp_path / "x.ndjson").collect()
    assert rows.height == 300
    assert rows["late"].count() == 149
    assert rows["rating"].to_list()[150] == 150.5
    assert rows["item"].to_list()[-2:] == ["298", "text"]


PEAK = """
import re, sys
from pathlib import Path
from pdprep.preparation.sources import open_source
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = peak()
open_source(sys.argv[1])
print((peak() - before) * 1024)
"""


def test_field_4_a_backslash_far_into_a_large_file_is_found_once_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is too large to be searched beforehand is checked as its rows are read."""
    monkeypatch.setattr(scans, "SEARCHED", 0)
    path = tmp_path / "late.csv"
    plain = "".join(f'{n},"a, {n}"\n' for n in range(10_000))
    path.write_text("sku,title\n" + plain + '10000,"say \\"hi\\""\n', encoding="utf-8")
    ready = prepare(
        path,
        "items",
        columns={"ITEM_ID": "sku"},
        metadata={"TITLE": ("title", Field("TITLE", nullable=True, textual=True))},
    )
    with pytest.raises(SourceError, match="backslashes within quoted values") as caught:
        validate(ready)
    assert "escape=" in caught.value.hint
    path.write_text("sku,title\n" + plain, encoding="utf-8")
    assert validate(prepare(path, "items", columns={"ITEM_ID": "sku"}, metadata={"TITLE": "title"})).ok


@pytest.mark.parametrize("shift", range(-4, 5))
def test_a_backslash_is_found_wherever_steps_of_the_search_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: int
) -> None:
    monkeypatch.setattr(escapes, "STEP", 1 << 16)
    path, tail = tmp_path / "late.csv", '1,"say \\"hi\\", Bob"\n'
    head = "sku,title\n"
    while len(head) < (3 << 16) - 99:
        head += f"{len(head)},C:\\new\n"
    place = (3 << 16) + shift - tail.index("\\")
    path.write_text(head + "x" * (place - len(head) - 3) + ",a\n" + tail, encoding="utf-8")
    assert path.read_bytes()[(3 << 16) + shift] == ord("\\")
    assert read(path).collect()["title"].item(-1) == 'say "hi", Bob'


def test_a_file_that_is_searched_is_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w", encoding="utf-8") as handle:
        handle.write("sku,title\n")
        for _ in range(40):
            handle.write("0123456789,abcdefghijklmnopqrst\n" * 160_000)
    said = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert int(said.stdout) < path.stat().st_size // 2
