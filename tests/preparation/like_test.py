"""The same mapping again, the same schema again, and what is done to each column in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pdprep import Contract, Field, prepare
from pdprep.errors import InputError, MappingError

MAPPING: dict[str, Any] = {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "time"}
DAY = pl.DataFrame({"user": [1], "item": [2], "time": [1_700_000_000], "device": ["tv"], "note": ["x"]})
HISTORY = prepare(
    DAY, "interactions", columns=MAPPING, metadata={"DEVICE": "device"}, on_invalid="drop", max_invalid=0.5
)
SHOP = Contract.of("items").extend(
    Field("GENRES", nullable=True, categorical=True), Field("YEAR", "long", nullable=True)
)
ITEMS = pl.DataFrame({"ITEM_ID": [1], "GENRES": ["a|b"], "BRAND": ["b"]})


def test_like_uses_mapping_contract_and_options_again() -> None:
    today = prepare(DAY.with_columns(user=pl.lit("9")), like=HISTORY)
    assert today.contract == HISTORY.contract
    assert today.frame.collect().rows() == [("9", "2", 1_700_000_000, "tv")]
    assert (today.on_invalid, today.options.max_invalid) == ("drop", 0.5)


def test_like_reads_another_format_by_its_own_types(tmp_path: Path) -> None:
    DAY.write_csv(tmp_path / "today.csv")
    assert (
        prepare(tmp_path / "today.csv", like=HISTORY).frame.collect().rows() == HISTORY.frame.collect().rows()
    )


def test_like_may_handle_bad_rows_otherwise() -> None:
    today = prepare(DAY, like=HISTORY, on_invalid="quarantine", max_invalid=0.1, dedupe_on=("USER_ID",))
    assert (today.on_invalid, today.options.max_invalid, today.dedupe_on) == ("quarantine", 0.1, ["USER_ID"])


@pytest.mark.parametrize("gone", ["device", "kind"])
def test_field_i_an_optional_column_that_is_missing_is_null_and_named(tmp_path: Path, gone: str) -> None:
    frame = DAY.with_columns(kind=pl.lit("watch"))
    columns = {**MAPPING, "EVENT_VALUE": pl.col("item").cast(pl.Float64), "SESSION_ID": "kind"}
    history = prepare(frame, "interactions", columns=columns, metadata={"DEVICE": "device"})
    frame.drop(gone).write_csv(tmp_path / "today.csv")
    for source in (frame.drop(gone), tmp_path / "today.csv"):
        today = prepare(source, like=history)
        field = {"device": "DEVICE", "kind": "SESSION_ID"}[gone]
        assert today.contract == history.contract
        assert today.frame.collect()[field].to_list() == [None]
        assert f"not in this source, so null: {gone}" in str(today.explain())


def test_field_i_a_column_that_an_expression_uses_is_named() -> None:
    history = prepare(DAY, "interactions", columns=MAPPING, metadata={"DEVICE": pl.col("device") + "!"})
    with pytest.raises(MappingError, match="no column 'device' for DEVICE") as caught:
        prepare(DAY.drop("device"), like=history)
    assert "rename" not in caught.value.hint


@pytest.mark.parametrize(
    "more", [{"columns": {}}, {"metadata": {}}, {"dataset": "items"}, {"deployed": SHOP}]
)
def test_like_stands_alone(more: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="like= together with"):
        prepare(DAY, like=HISTORY, **more)


def test_like_names_a_column_that_is_gone() -> None:
    with pytest.raises(MappingError, match="no column 'user' for USER_ID") as caught:
        prepare(DAY.rename({"user": "users"}), like=HISTORY)
    assert caught.value.hint == 'frame.rename({"users": "user"})'


def test_a_deployed_schema_rules_order_and_missing_columns() -> None:
    prepared = prepare(ITEMS.select("GENRES", "ITEM_ID"), "items", deployed=SHOP)
    assert (prepared.contract, prepared.frame.collect().rows()) == (SHOP, [("1", "a|b", None)])


def test_what_the_deployed_schema_lacks_is_left_out_and_named() -> None:
    metadata: dict[str, Any] = {"BRAND": "BRAND", "SIZE": pl.lit("xl")}
    text = str(prepare(ITEMS, "items", metadata=metadata, deployed=SHOP).explain())
    assert "the deployed schema has no field for: BRAND, SIZE" in text
    assert "left out: BRAND" in text


def test_a_required_column_of_the_deployed_schema_must_be_there() -> None:
    with pytest.raises(MappingError, match="items needs BRAND") as caught:
        prepare(ITEMS.drop("BRAND"), "items", deployed=SHOP.extend(Field("BRAND")))
    assert caught.value.hint == 'pdprep.infer_contract(frame, "items")  # looks at the values'


@pytest.mark.parametrize(
    ("frame", "metadata", "found"),
    [
        (ITEMS.with_columns(YEAR=pl.lit([1])), {}, "YEAR is List(Int64)"),
        (ITEMS.with_columns(YEAR=pl.lit("1995")), {"YEAR": Field("YEAR")}, "YEAR is given as string"),
    ],
)
def test_a_type_that_clashes_with_the_deployed_schema_is_an_error(
    frame: pl.DataFrame, metadata: dict[str, Any], found: str
) -> None:
    with pytest.raises(MappingError) as caught:
        prepare(frame, "items", metadata=metadata, deployed=SHOP)
    assert found in caught.value.found


def test_put_only_fields_can_be_mapped_beside_a_deployed_schema() -> None:
    frame = DAY.with_columns(SESSION_ID=pl.lit("s"), RECOMMENDATION_ID=pl.lit("r"), EVENT_VALUE=1.0)
    prepared = prepare(frame, "interactions", columns=MAPPING, deployed=Contract.of("interactions"))
    assert set(prepared.contract.put_only) == {"SESSION_ID", "RECOMMENDATION_ID"}
    assert prepared.contract.stored == Contract.of("interactions").stored


def test_explain_says_what_is_done_to_each_column() -> None:
    frame = DAY.with_columns(time=pl.Series(["1700000000000"])).with_columns(EVENT_TYPE=pl.lit("watch"))
    explanation = prepare(frame, "interactions", columns=MAPPING, metadata={"DEVICE": "device"}).explain()
    assert str(explanation).splitlines() == [
        "a polars DataFrame:",
        "  USER_ID (string) from user: integers to text",
        "  ITEM_ID (string) from item: integers to text",
        "  TIMESTAMP (long) from time: ISO 8601 text (no zone: UTC) and numbers to seconds since 1970; "
        "the unit (s, ms, us, ns) is told by the magnitude; the first rows hold milliseconds",
        "  DEVICE (categorical string or null) from device: text; line breaks become spaces, empty text null",
        "  EVENT_TYPE (string) from EVENT_TYPE: text; line breaks become spaces, empty text null; "
        "outer spaces stripped",
        "  left out: note",
    ]


@pytest.mark.parametrize(
    ("times", "units"),
    [
        ([1_700_000_000, 1_700_000_000_000], "seconds, milliseconds"),
        ([1_700_000_000_000_000, 1_700_000_000_000_000_000], "microseconds, nanoseconds"),
        (["2024-01-01", "1700000000"], "text without a zone, taken as UTC, seconds"),
    ],
)
def test_explain_names_the_units_that_the_first_rows_hold(times: list[Any], units: str) -> None:
    frame = pl.DataFrame({"user": ["u"] * 2, "item": ["i"] * 2, "time": times})
    assert f"the first rows hold {units}\n" in str(prepare(frame, "interactions", columns=MAPPING).explain())


def test_explain_escapes_what_it_shows() -> None:
    frame = DAY.rename({"note": "<script>"})
    assert "<script>" not in prepare(frame, "interactions", columns=MAPPING).explain()._repr_html_()


def test_explain_says_that_an_earlier_source_told_the_type_and_how_text_is_declared() -> None:
    items = pl.DataFrame(
        {"ITEM_ID": ["1", "2"], "size": ["38", "40"], "BRAND": ["a", "b"], "WEIGHT": ["1", "2"]}
    )
    weight = Field("WEIGHT", "float", nullable=True)
    history = prepare(items, "items", metadata={"SIZE": "size", "BRAND": "BRAND", "WEIGHT": weight})
    today = prepare(items.with_columns(size=pl.lit("XL")), like=history, on_invalid="drop")
    (note,) = (each for each in today.explain().notes if "number_unreadable" in each)
    assert note.startswith("SIZE is long by the first rows of a polars DataFrame")
    assert not any("number_unreadable" in each for each in history.explain().notes)
    declared = eval(note.split("metadata=")[1], {"Field": Field})
    again = prepare(items, "items", metadata={"BRAND": "BRAND", "WEIGHT": weight, **declared})
    later = prepare(items.with_columns(size=pl.lit("XL")), like=again)
    assert later.frame.collect()["SIZE"].to_list() == ["XL", "XL"]
