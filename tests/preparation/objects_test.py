"""Indexes, Python objects, UUIDs and structs: read, or refused with code that works when it is pasted."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pdprep
from pdprep import prepare, transforms
from pdprep.errors import InputError, MappingError, SourceError

UUIDS = [UUID(int=1), UUID("a633bf05-40df-44be-8654-7acb6ccdd4e9")]
TEXTS = [str(each) for each in UUIDS]
PLANS = ["a", "b"]
ROWS = [("u1", "a"), ("u2", "b")]


def users(source: Any, **columns: Any) -> pdprep.Prepared:
    return prepare(source, "users", columns=columns, metadata={"PLAN": "plan"})


def ids(source: Any, **columns: Any) -> list[str | None]:
    return users(source, **columns).frame.collect()["USER_ID"].to_list()


def pasted(error: InputError, frame: Any) -> Any:
    names = {"frame": frame, "pl": pl, "pdprep": pdprep, "transforms": transforms}
    code = error.hint
    return eval(f"dict({code})" if code.startswith(("columns=", "metadata=")) else code, names)


INDEXED = {
    "named": pd.DataFrame({"plan": PLANS}, index=pd.Index(["u1", "u2"], name="USER_ID")),
    "two levels": pd.DataFrame({"USER_ID": ["u1", "u2"], "plan": PLANS}).set_index(["USER_ID", "plan"]),
    "without a name": pd.DataFrame({"plan": PLANS}, index=["u1", "u2"]),
}


@pytest.mark.parametrize("name", INDEXED)
def test_field_8_ids_in_the_index_are_named_where_a_field_is_missing(name: str) -> None:
    frame = INDEXED[name]
    with pytest.raises(MappingError, match=r"its index .* is not read") as caught:
        users(frame)
    mended = pasted(caught.value, frame)
    given = {} if "USER_ID" in mended.columns else {"USER_ID": "index"}
    assert users(mended, **given).frame.collect().rows() == ROWS


def test_field_8_a_mapping_to_the_index_is_told_how_it_becomes_a_column() -> None:
    frame = pd.DataFrame({"plan": PLANS}, index=pd.Index(["u1", "u2"], name="shopper"))
    with pytest.raises(MappingError, match="no column 'shopper' for USER_ID") as caught:
        users(frame, USER_ID="shopper")
    assert ids(pasted(caught.value, frame), USER_ID="shopper") == ["u1", "u2"]


def test_field_8_explain_names_an_index_that_is_not_read_and_no_row_numbers() -> None:
    frame = pd.DataFrame({"USER_ID": ["u1", "u2"], "plan": PLANS})
    said = str(users(frame.set_index(pd.Index(["x", "y"], name="key"))).explain())
    assert "the index (key) is not read; frame.reset_index() makes a column of it" in said
    assert "index" not in str(users(frame[frame["plan"] == "b"]).explain())
    named_twice = frame.set_index("USER_ID", drop=False)
    assert "index" not in str(users(named_twice).explain())


def arrow_uuids() -> pa.ExtensionArray:
    return pa.ExtensionArray.from_storage(pa.uuid(), pa.array([each.bytes for each in UUIDS], pa.binary(16)))


OF_POLARS = pl.DataFrame({"USER_ID": pl.Series(UUIDS, dtype=pl.Object), "plan": PLANS})
OF_ARROW = pa.table({"USER_ID": arrow_uuids(), "plan": PLANS})
UUID_FRAMES: dict[str, Any] = {
    "Polars objects": OF_POLARS,
    "lazy Polars objects": OF_POLARS.lazy(),
    "Arrow": OF_ARROW,
    "pandas on Arrow": pd.DataFrame(
        {"USER_ID": pd.arrays.ArrowExtensionArray(pa.chunked_array([arrow_uuids()])), "plan": PLANS}
    ),
    "pandas objects": pd.DataFrame({"USER_ID": UUIDS, "plan": PLANS}),
}


@pytest.mark.parametrize("name", UUID_FRAMES)
def test_field_8_uuids_are_their_text_from_every_frame(name: str) -> None:
    assert ids(UUID_FRAMES[name]) == TEXTS


def test_field_8_uuids_of_a_parquet_file_are_refused_with_code_that_reads_them(tmp_path: Path) -> None:
    pq.write_table(OF_ARROW, tmp_path / "u.parquet")
    with pytest.raises(MappingError, match="USER_ID is Binary") as caught:
        users(tmp_path / "u.parquet")
    assert ids(tmp_path / "u.parquet", **pasted(caught.value, None)["columns"]) == TEXTS


def test_field_8_mixed_objects_of_polars_are_ids_to_the_letter() -> None:
    mixed = pl.Series([7, "007"], dtype=pl.Object)
    assert ids(pl.DataFrame({"USER_ID": mixed, "plan": PLANS})) == ["7", "007"]
    gap = pl.Series([None, UUIDS[0]], dtype=pl.Object)
    assert ids(pl.DataFrame({"USER_ID": gap, "plan": PLANS})) == [None, TEXTS[0]]


def test_field_8_other_objects_of_polars_are_refused_in_words() -> None:
    frame = pl.DataFrame({"USER_ID": pl.Series([object(), "u"], dtype=pl.Object), "plan": PLANS})
    with pytest.raises(MappingError, match="USER_ID is Object"):
        users(frame)
    with pytest.raises(SourceError, match="'USER_ID' holds Python objects"):
        pdprep.validate(users(frame.lazy()))
    with_others = frame.with_columns(USER_ID=pl.lit("u"), x=frame["USER_ID"])
    assert ids(with_others) == ["u", "u"]


OBJECTS: dict[str, tuple[list[Any], list[str]]] = {
    "dates and text": ([date(2026, 1, 5), "x"], ["2026-01-05", "x"]),
    "booleans and text": ([True, "x"], ["True", "x"]),
    "months": (list(pd.period_range("2026", periods=2, freq="M")), ["2026-01", "2026-02"]),
    "bytes": ([b"007", b"8"], ["007", "8"]),
    "bytes that are UUIDs": ([each.bytes for each in UUIDS], TEXTS),
    "frozen sets": ([frozenset({"u1"}), frozenset({"u2"})], ["u1", "u2"]),
    "structs": ([{"id": "u1", "a": 1}, {"id": "u2", "a": 2}], ["u1", "u2"]),
    "lists": ([["u1"], ["u2"]], ["u1", "u2"]),
    "lists and text": ([["u1"], "u2"], ["u1", "u2"]),
    "decimals and text": ([Decimal("1.10"), "x"], ["1.10", "x"]),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_field_8_what_is_suggested_for_other_objects_works_when_pasted(name: str) -> None:
    values, wanted = OBJECTS[name]
    frame = pd.DataFrame({"USER_ID": pd.Series(values, dtype=object), "plan": PLANS})
    try:
        assert ids(frame) == wanted
    except InputError as error:
        mended = pasted(error, frame)
        columns = mended.pop("columns") if isinstance(mended, dict) else {}
        assert ids(frame if columns else mended, **columns) == wanted


MEMBERS: dict[str, list[Any]] = {
    "frozen sets": [frozenset({"y", "x"}), frozenset("z")],
    "sets": [{"y", "x"}, {"z"}],
    "frozen sets and text": [frozenset({"y", "x"}), "z"],
    "bytes of Windows": [b"caf\xe9", b"z\xf6"],  # a lazy frame is asked a row at a time, in any order
    "bytes of Windows and text": [b"caf\xe9", "z"],
}


@pytest.mark.parametrize("made", [pd.DataFrame, pl.DataFrame, pl.LazyFrame])
@pytest.mark.parametrize("name", MEMBERS)
def test_members_and_bytes_become_text_in_their_row(name: str, made: Any) -> None:
    held = MEMBERS[name]
    tags = pd.Series(held, dtype=object) if made is pd.DataFrame else pl.Series(held, dtype=pl.Object)
    frame = made({"ITEM_ID": ["a", "b"], "TAGS": tags})
    metadata: Any = {"TAGS": "TAGS"}
    try:
        found = prepare(frame, "items", metadata=metadata).frame.collect()
    except InputError as error:
        fresh = pasted(error, frame)
        frame, metadata = (frame, fresh["metadata"]) if isinstance(fresh, dict) else (fresh, metadata)
        found = prepare(frame, "items", metadata=metadata).frame.collect()
    first = "café" if "bytes" in name else "x|y"
    second = "zö" if name == "bytes of Windows" else "z"
    assert found.rows() == [("a", first), ("b", second)]


def test_several_ids_in_a_set_are_not_joined_to_one() -> None:
    held = pl.Series([{"u1", "u2"}, {"u3"}], dtype=pl.Object)
    with pytest.raises(MappingError) as caught:
        users(pl.DataFrame({"USER_ID": held, "plan": PLANS}))
    assert caught.value.hint == ""


@pytest.mark.parametrize(
    ("dataset", "field", "values", "wanted"),
    [
        ("items", pdprep.Field("N", "float", nullable=True), [[1.0, 2.0], [3.0]], [1.0, 3.0]),
        ("interactions", pdprep.Field("N", nullable=True), [[{"n": "a"}, {"n": "b"}], []], ["a|b", None]),
    ],
)
def test_a_list_of_ones_own_stays_in_its_row(
    dataset: Any, field: pdprep.Field, values: list[Any], wanted: list[Any]
) -> None:
    frame = pl.DataFrame({"USER_ID": ["u", "v"], "ITEM_ID": ["a", "b"], "TIMESTAMP": 1728000000, "n": values})
    with pytest.raises(MappingError) as caught:
        prepare(frame, dataset, metadata={"N": ("n", field)})
    mended = pasted(caught.value, frame)["metadata"]["N"]
    assert prepare(frame, dataset, metadata={"N": (mended, field)}).frame.collect()["N"].to_list() == wanted


@pytest.mark.parametrize(
    "values",
    [[1e17, "x"], [float("inf"), "x"], [object(), object()]],
    ids=["a float that lost digits", "infinity", "no text"],
)
def test_field_8_nothing_is_suggested_that_would_spoil_ids(values: list[Any]) -> None:
    with pytest.raises(SourceError) as caught:
        users(pd.DataFrame({"USER_ID": pd.Series(values, dtype=object), "plan": PLANS}))
    assert caught.value.hint == ""


def test_a_time_of_day_is_no_moment_and_nothing_makes_one_of_it() -> None:
    frame = pl.DataFrame({"USER_ID": ["a"], "ITEM_ID": ["x"], "TIMESTAMP": [time(10, 30)]})
    with pytest.raises(MappingError, match="TIMESTAMP is Time") as caught:
        pdprep.prepare(frame, "interactions")
    assert caught.value.hint == ""


def test_a_duration_is_no_moment_until_it_is_said_from_when() -> None:
    since = pl.Series([timedelta(days=20_000), timedelta(days=20_001, seconds=5)])
    frame = pl.DataFrame({"USER_ID": ["a", "b"], "ITEM_ID": ["x", "y"], "TIMESTAMP": since, "stay": since})
    with pytest.raises(MappingError, match="TIMESTAMP is Duration") as caught:
        pdprep.prepare(frame, "interactions")
    mended = pasted(caught.value, frame)
    rows = pdprep.prepare(frame, "interactions", **mended).frame.collect()
    assert rows["TIMESTAMP"].to_list() == [1_728_000_000, 1_728_086_405]


def test_numbers_that_are_bytes_are_read_by_their_text() -> None:
    frame = pl.DataFrame({"USER_ID": ["a"], "ITEM_ID": ["x"], "TIMESTAMP": [b"1728000000"]})
    with pytest.raises(MappingError, match="TIMESTAMP is Binary") as caught:
        pdprep.prepare(frame, "interactions")
    rows = pdprep.prepare(frame, "interactions", **pasted(caught.value, frame)).frame.collect()
    assert rows["TIMESTAMP"].to_list() == [1_728_000_000]


def test_field_8_a_series_or_rows_of_dicts_are_told_how_they_become_a_frame() -> None:
    frame: Any = [{"USER_ID": "u1", "plan": "a"}, {"USER_ID": "u2", "plan": "b"}]
    with pytest.raises(SourceError) as caught:
        users(frame)
    assert ids(pasted(caught.value, frame)) == ["u1", "u2"]
    series = pl.Series("USER_ID", ["u1"])
    with pytest.raises(SourceError) as caught:
        users(series)
    assert pasted(caught.value, series).columns == ["USER_ID"]


ORDERS = pl.DataFrame(
    {
        "user": [{"id": "007", "home": {"city": "x"}}, {"id": "8", "home": {"city": "y"}}],
        "items": [[{"id": "a"}, {"id": "b"}], [{"id": "c"}]],
        "order": [{"lines": [{"sku": "a"}, {"sku": "b"}]}, {"lines": [{"sku": "c"}]}],
        "TIMESTAMP": [1_700_000_000, 1_700_000_001],
    }
)


def test_field_f_explain_shows_a_path_as_it_was_written() -> None:
    flat = ORDERS.with_columns(ITEM_ID=pl.lit("i"))
    mapping: dict[str, Any] = {
        "USER_ID": "user.id",
        "EVENT_TYPE": pl.col("user").struct.field("home").struct.field("city"),
    }
    steps = prepare(flat, "interactions", columns=mapping).explain().steps
    shown = dict(steps.select("field", "from").rows())
    assert (shown["USER_ID"], shown["EVENT_TYPE"]) == ("user.id", "user.home.city")
    other = prepare(flat, "interactions", columns={"USER_ID": pl.col("user").struct.field("id") + "x"})
    assert dict(other.explain().steps.select("field", "from").rows())["USER_ID"] == "an expression"


@pytest.mark.parametrize(("path", "then"), [("items.id", "items.id"), ("order.lines.sku", "lines.sku")])
def test_field_f_a_path_into_a_list_of_structs_names_explode_events(path: str, then: str) -> None:
    with pytest.raises(MappingError, match=r"transforms\.explode_events") as caught:
        prepare(ORDERS, "interactions", columns={"USER_ID": "user.id", "ITEM_ID": path})
    exploded = pasted(caught.value, ORDERS)
    found = prepare(exploded, "interactions", columns={"USER_ID": "user.id", "ITEM_ID": then})
    assert found.frame.select("USER_ID", "ITEM_ID").collect().rows() == [
        ("007", "a"),
        ("007", "b"),
        ("8", "c"),
    ]


@pytest.mark.parametrize("dtype", [pl.List(pl.Float64), pl.Array(pl.Float32, 2)], ids=["list", "array"])
def test_attack_11_a_nan_within_a_list_is_blank(dtype: Any) -> None:
    lists = pl.Series([[1.5, float("nan")], [float("nan"), float("nan")]], dtype=dtype)
    frame = pl.DataFrame({"USER_ID": ["u1", "u2"], "plan": lists})
    prepared = prepare(frame, "users", metadata={"PLAN": "plan"})
    assert prepared.frame.collect()["PLAN"].to_list() == ["1.5", None]
    assert pdprep.validate(prepared).counts.filter(column="PLAN", level="error").is_empty()


@pytest.mark.parametrize(
    "lists",
    [[[["a", "b"], ["c"]], [["d"]]], [[{"id": "1", "name": each} for each in "abc"], [{"name": "d"}]]],
)
def test_nested_lists_of_an_item_stay_one_row(lists: Any) -> None:
    frame = pl.DataFrame({"ITEM_ID": ["x", "y"], "cats": lists})
    with pytest.raises(MappingError) as caught:
        prepare(frame, "items", metadata={"CATS": "cats"})
    flat = prepare(frame, "items", **pasted(caught.value, frame))
    assert flat.rows.collect().select("ITEM_ID", "CATS").rows() == [("x", "a|b|c"), ("y", "d")]
