"""Sources in S3: read with what boto3 finds in the environment, or with the way in that is handed over."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import polars as pl
import pytest
from pyiceberg.catalog.memory import InMemoryCatalog

import pdprep
from pdprep import prepare, validate
from pdprep.errors import SourceError
from pdprep.local import running
from pdprep.preparation.sources import open_source
from pdprep.preparation.storage import Storage

MAPPING: dict[str, Any] = {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "time"}
TEXT = "user,item,time\nu1,007,1700000000\nu2,8,1700000001\n"
ROWS = [("u1", "007", 1_700_000_000), ("u2", "8", 1_700_000_001)]
FRAME = pl.DataFrame(ROWS, schema=["user", "item", "time"], orient="row")
KEY, SECRET = "AKIDNOTTOBESHOWN", "secret-not-to-be-shown"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("s3") / "state", clock="instant") as server:
        yield server.url


@pytest.fixture
def s3(url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give the surroundings of a user whose AWS_ENDPOINT_URL is the local Personalize."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    client = boto3.client("s3")
    client.create_bucket(Bucket="data")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket="data"):
        for row in page.get("Contents", []):
            client.delete_object(Bucket="data", Key=row["Key"])
    return client


def written(write: Callable[[io.BytesIO], Any]) -> bytes:
    target = io.BytesIO()
    write(target)
    return target.getvalue()


def read(source: object) -> list[tuple[Any, ...]]:
    return prepare(source, "interactions", columns=MAPPING).frame.collect().rows()


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("a.csv", TEXT.encode()),
        ("deep/er/a b.csv", TEXT.replace(",", ";").encode()),
        ("bom.csv", b"\xef\xbb\xbf" + TEXT.encode()),
        ("zip.csv.gz", gzip.compress(TEXT.encode(), mtime=0)),
        ("x.parquet", written(FRAME.write_parquet)),
        ("x.ndjson", written(FRAME.write_ndjson)),
        ("x.arrow", written(FRAME.write_ipc)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_formats(s3: Any, key: str, body: bytes) -> None:
    s3.put_object(Bucket="data", Key=key, Body=body)
    assert read(f"s3://data/{key}") == ROWS


@pytest.mark.parametrize(
    ("pattern", "users"),
    [
        ("day*.csv", ["u0", "u1", "u2"]),
        ("day[!0].csv", ["u1", "u2"]),
        ("da?1.csv", ["u1"]),
        ("**/*.csv", ["u0", "u1", "u2", "u3"]),
        ("deep/**/*.csv", ["u3"]),
    ],
)
def test_globs_read_their_files_in_order(s3: Any, pattern: str, users: list[str]) -> None:
    for number, key in enumerate(("day0.csv", "day1.csv", "day2.csv", "deep/er/day3.csv")):
        body = f"user,item,time\nu{number},i,1700000000\n"
        s3.put_object(Bucket="data", Key=key, Body=body)
    rows = prepare(f"s3://data/{pattern}", "interactions", columns=MAPPING).rows.collect()
    assert rows["USER_ID"].to_list() == users
    assert rows["__row"].to_list() == list(range(len(users)))
    assert rows["__file"][0].startswith("s3://data/")


@pytest.mark.parametrize("ending", ["csv", "parquet", "ndjson", "arrow"])
def test_attack_1_a_key_that_exists_is_that_object(s3: Any, ending: str) -> None:
    for name, user in (("data[1]", "right"), ("data1", "wrong")):
        frame = pl.DataFrame({"user": [user], "item": ["i"], "time": ["1700000000"]})
        write: dict[str, Any] = {
            "csv": frame.write_csv,
            "parquet": frame.write_parquet,
            "ndjson": frame.write_ndjson,
        }
        body = written(write.get(ending, frame.write_ipc))
        s3.put_object(Bucket="data", Key=f"d[v2]/{name}.{ending}", Body=body)
        s3.put_object(Bucket="data", Key=f"d2/{name}.{ending}", Body=body)
    assert [user for user, *_ in read(f"s3://data/d[v2]/data[1].{ending}")] == ["right"]
    assert sorted(user for user, *_ in read(f"s3://data/d[v2]/*.{ending}")) == ["right", "wrong"]


@pytest.mark.parametrize(
    ("key", "body", "said"),
    [
        ("a.csv", TEXT.encode("utf-16"), {}),
        ("a.csv", TEXT.replace("\n", "\r").encode(), {}),
        ("a.dat", TEXT.replace(",", "::").encode(), {}),
        ("a.csv", TEXT.encode("cp1252"), {"encoding": "cp1252"}),
        ("a.json", written(FRAME.write_json), {}),
        ("a.ndjson.gz", gzip.compress(written(FRAME.write_ndjson)), {}),
    ],
    ids=["utf-16", "carriage returns", "two colons", "windows-1252", "json", "ndjson in gzip"],
)
def test_field_9_text_in_all_forms_is_read_from_s3(s3: Any, key: str, body: bytes, said: Any) -> None:
    s3.put_object(Bucket="data", Key=key, Body=body)
    prepared = prepare(f"s3://data/{key}", "interactions", columns=MAPPING, **said)
    assert prepared.frame.collect().rows() == ROWS


def test_field_9_a_zip_is_read_from_s3(s3: Any) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("in/a.csv", TEXT)
    s3.put_object(Bucket="data", Key="a.zip", Body=body.getvalue())
    assert read("s3://data/a.zip") == read("s3://data/a.zip/in/a.csv") == ROWS


def test_expressions_see_numbers(s3: Any) -> None:
    s3.put_object(Bucket="data", Key="a.csv", Body=TEXT)
    mapping = MAPPING | {"TIMESTAMP": pl.col("time") + 1}
    rows = prepare("s3://data/a.csv", "interactions", columns=mapping).frame.collect()
    assert rows["TIMESTAMP"].to_list() == [1_700_000_001, 1_700_000_002]


def test_a_file_that_was_overwritten_is_read_and_counted_anew(s3: Any) -> None:
    for count in (3, 5):
        s3.put_object(Bucket="data", Key="a.csv", Body="user,item,time\n" + "u,i,1700000000\n" * count)
        prepared = prepare("s3://data/a.csv", "interactions", columns=MAPPING)
        assert prepared.source.frame.select(pl.len()).collect().item() == count
        assert prepared.rows.select(pl.len()).collect().item() == count
        assert validate(prepared).read == count


def test_delta(s3: Any) -> None:
    options = {"AWS_ENDPOINT_URL": s3.meta.endpoint_url, "AWS_ALLOW_HTTP": "true"}
    for part in (FRAME.head(1), FRAME.tail(1)):
        part.write_delta("s3://data/delta", mode="append", storage_options=options)
    assert sorted(read("s3://data/delta/")) == ROWS


def test_iceberg(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARS_ICEBERG_PLANNER", "pyiceberg")  # else Polars advises another package
    place = {"s3.endpoint": s3.meta.endpoint_url, "s3.region": "us-east-1"}
    keys = {"s3.access-key-id": KEY, "s3.secret-access-key": SECRET}
    catalog = InMemoryCatalog("shop", warehouse="s3://data/ice", **place, **keys)
    catalog.create_namespace("db")
    table = catalog.create_table("db.ratings", schema=FRAME.to_arrow().schema)
    for part in (FRAME.head(1), FRAME.tail(1)):
        table.append(part.to_arrow())
    assert sorted(read(table.metadata_location.rpartition("/metadata/")[0])) == ROWS
    catalog.close()


def test_no_key_is_shown(s3: Any) -> None:
    s3.put_object(Bucket="data", Key="a.csv", Body=TEXT)
    prepared = prepare("s3://data/a.csv", "interactions", columns=MAPPING)
    said = [repr(prepared), repr(prepared.source), str(prepared.explain()), prepared.explain()._repr_html_(),
            prepared.frame.explain(), repr(prepared.frame), repr(vars(prepared.source)),
            str(validate(prepared))]  # fmt: skip
    assert [text for text in said if KEY in text or SECRET in text] == []


def test_the_way_in_may_be_handed_over(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.put_object(Bucket="data", Key="a.csv", Body=TEXT)
    storage = Storage(boto3.Session("a", "b"), s3)
    for name in ("ENDPOINT_URL", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "DEFAULT_REGION"):
        monkeypatch.delenv(f"AWS_{name}")
    assert read(open_source("s3://data/a.csv", storage)) == ROWS


def aws(key: str, secret: str, token: str | None = None) -> Storage:
    session = boto3.Session(key, secret, token, region_name="eu-west-3")
    return Storage(session, session.client("s3"))


def test_in_aws_polars_is_told_the_region_and_keys_that_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    lasting = aws("a", "b")
    assert (lasting.place, lasting.keys()[1]) == ({"aws_region": "eu-west-3"}, None)
    keys, until = aws("a", "b", "t").keys()
    assert (keys["aws_session_token"], (until or 0) > time.time()) == ("t", True)
    assert "token" not in repr(lasting)


def refused(source: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(source)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("source", "found", "hint"),
    [
        ("s3://data/b.csv", "no object s3://data/b.csv", '"s3://data/a.csv"'),
        ("s3://data/none*.csv", "no object s3://data/none*.csv", '"s3://data/a.csv"'),
        ("s3://data/folder", "is a folder", '"s3://data/folder/*.csv"'),
        ("s3://nothing-here/a.csv", "NoSuchBucket", "aws s3 ls"),
        ("s3://data/latin.csv", "is not UTF-8, likely Windows-1252", 'encoding="cp1252"'),
        ("s3://data/folder/empty.csv", "is empty", ""),
        ("s3://data/no.parquet", "cannot be read as Parquet", ""),
    ],
)
def test_what_cannot_be_read_is_one_clear_sentence(s3: Any, source: str, found: str, hint: str) -> None:
    bodies = {"a.csv": b"x", "folder/empty.csv": b"", "latin.csv": b"user\n\xfc\n", "no.parquet": b"x"}
    for key, body in bodies.items():
        s3.put_object(Bucket="data", Key=key, Body=body)
    error = refused(source)
    assert (found in error.found, hint in error.hint) == (True, True), str(error)


def test_an_endpoint_that_is_not_there(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert "127.0.0.1:9" in refused("s3://data/a.csv").found


def test_a_profile_that_is_not_there(s3: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert "nobody" in refused("s3://data/a.csv").found


LONG = "7,plain,1700000000\n" * 40_000  # more than the first bytes, which tell how a file is written


def preparing(item: str) -> Any:
    columns = {"USER_ID": "user", "TIMESTAMP": "time", "ITEM_ID": item}
    return prepare("s3://data/late.csv", "interactions", columns=columns).rows


READING: dict[str, Callable[[], Any]] = {
    "read": lambda: pdprep.read("s3://data/late.csv", truncate_ragged_lines=True).select("user"),
    "prepare, that column": lambda: preparing("title"),
    "prepare, another column": lambda: preparing("user"),
}


@pytest.mark.parametrize("way", READING)
@pytest.mark.parametrize("value", [r'"a\", b"', r'"say \"hi\", Bob"', r'"C:\\new"'])
def test_a_late_escape_is_refused_and_changes_nothing(s3: Any, value: str, way: str) -> None:
    text = f'user,title,time\n{LONG}8,{value},1700000000\n9,"c",1700000001\n10,"d",1700000002\n'
    s3.put_object(Bucket="data", Key="late.csv", Body=text)
    with pytest.raises((SourceError, pl.exceptions.ComputeError)) as caught:
        READING[way]().collect(engine="streaming")
    if way == "read" and value.startswith('"a'):  # this Polars finds by itself
        assert "malformed" in str(caught.value)
    else:
        assert isinstance(caught.value, SourceError)
        assert eval(caught.value.hint).collect().height == 40_003


def test_a_late_backslash_that_escapes_nothing_is_read_as_it_stands(s3: Any) -> None:
    text = f'user,title,time\n{LONG}8,"C:\\new, x",1700000000\n9,a\\b,1700000001\n'
    s3.put_object(Bucket="data", Key="late.csv", Body=text)
    found = pdprep.read("s3://data/late.csv").collect()
    assert found["title"].tail(2).to_list() == ["C:\\new, x", "a\\b"]
    assert found.height == 40_002
