"""The form of ids: a ``.0`` that a float has written is taken off, any other point is kept to the letter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pandas
import polars as pl
import pytest

from pdprep import Prepared, prepare, stage, validate
from pdprep.errors import IdFormError, InputError
from pdprep.preparation.ids import normalise

TIME = 1_700_000_000
WAYS = ("CSV", "Parquet", "NDJSON", "frame", "category", "expression")
COLUMNS = {
    "a point of Google Analytics": ["1000000000.1700000000", "1000000001.1700000000"],
    "versions": ["1.10", "1.1"],
    "a fraction": ["12.5", "7"],
    "two spellings": ["1.0", "1", "2.0"],
    "two spellings of a float": ["1.0", "1.00"],
    "zeros in front": ["007.0", "1.0"],
    "other text": ["v1.0", "a.b@example.com", "1e5", "00.7.1", "+1.0"],
}
WRITE: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    "CSV": pl.DataFrame.write_csv,
    "Parquet": pl.DataFrame.write_parquet,
    "NDJSON": pl.DataFrame.write_ndjson,
}
FLOATS = {
    "a gap": (["1.0", None, "20.0"], ["1", None, "20"]),
    "two sources": (["1.0", "2", "abc"], ["1", "2", "abc"]),
    "outer spaces": ([" 1.0", "-3.0 "], ["1", "-3"]),
    "long": (["12345678901234567890.0"], ["12345678901234567890"]),
}


def events(ids: Sequence[str | None]) -> pl.DataFrame:
    n = len(ids)
    frame = pl.DataFrame({"USER_ID": ids, "ITEM_ID": ["i"] * n, "TIMESTAMP": range(TIME, TIME + n)})
    return frame.cast({"USER_ID": pl.String})


def prepared(frame: pl.DataFrame, way: str, folder: Path, **more: Any) -> Prepared:
    path = folder / f"events.{way.lower()}"
    if way in WRITE:
        WRITE[way](frame, path)
    source: Any = path if path.exists() else frame
    if way == "category":
        source = frame.cast({"USER_ID": pl.Categorical})
    if way == "expression":
        frame.write_csv(folder / "events.csv")
        source, more["columns"] = folder / "events.csv", {"USER_ID": pl.coalesce("USER_ID", pl.lit(None))}
    return prepare(source, "interactions", **more)


def ids(made: Prepared) -> list[str | None]:
    return made.rows.collect().sort("TIMESTAMP")["USER_ID"].to_list()


@pytest.mark.parametrize("values", COLUMNS.values(), ids=COLUMNS)
@pytest.mark.parametrize("way", WAYS)
def test_field_11_ids_with_a_point_of_their_own_are_kept_from_every_source(
    values: list[str | None], way: str, tmp_path: Path
) -> None:
    made = prepared(events(values), way, tmp_path)
    assert ids(made) == values
    staged = stage(prepared(events(values), way, tmp_path), tmp_path / "staged", route="put")
    assert staged.rows == len(values)
    assert sorted(pl.read_csv(staged.parts[0].path, infer_schema=False)["USER_ID"]) == sorted(
        map(str, values)
    )


@pytest.mark.parametrize(("values", "wanted"), FLOATS.values(), ids=FLOATS)
@pytest.mark.parametrize("way", WAYS)
def test_field_d_a_float_s_zero_is_taken_off_from_every_source(
    values: list[str | None], wanted: list[str | None], way: str, tmp_path: Path
) -> None:
    made = prepared(events(values), way, tmp_path)
    assert ids(made) == wanted
    assert made.id_forms.found == {"USER_ID": "undone", "ITEM_ID": None}


@pytest.mark.parametrize("partitions", [1, 3])
@pytest.mark.parametrize("late", ["1.10", "1"])
def test_field_d_a_late_id_decides_for_the_whole_column(late: str, partitions: int, tmp_path: Path) -> None:
    values = [f"{n}.0" for n in range(1, 30_000)] + [late]
    events(values).write_csv(tmp_path / "events.csv")
    made = prepare(tmp_path / "events.csv", "interactions")
    assert "1.0 becomes 1" in str(made.explain())
    staged = stage(made, tmp_path / "staged", partitions=partitions)
    kept = pl.concat(pl.read_csv(part.path, infer_schema=False) for part in staged.parts)["USER_ID"]
    assert set(kept) == set(values)
    assert staged.report.rows.select("read", "kept").row(0) == (30_000, 30_000)
    assert ids(made) == values
    assert "1.0 and 1.10 stay" in str(made.explain())


def test_field_d_the_form_is_said_in_the_report() -> None:
    report = validate(prepare(events(["1.0", "2.0"]), "interactions"))
    assert "look at interactions.USER_ID: 1.0 is the id 1" in str(report)
    kept = validate(prepare(events(["1.10", "2.0"]), "interactions"))
    assert "ids_text" in kept.insights["insight"].to_list()
    assert "look at interactions.USER_ID" not in str(kept)


@pytest.mark.parametrize(
    ("values", "found"),
    [(["1", "1.0"], 1), (["7", "007", "8"], 1), (["007", "0007"], 2), (["1.10", "1.1", "2.2"], 1)],
)
def test_field_11_a_number_in_two_spellings_is_an_insight(values: list[str | None], found: int) -> None:
    report = validate(prepare(events(values), "interactions"))
    told = report.insights.filter(insight="ids_respelled")
    assert told.select("column", "value", "concern").rows() == [("USER_ID", found, True)]


def test_field_11_one_spelling_of_each_number_is_none() -> None:
    report = validate(prepare(events(["0663713001", "1.10", "1e5", "12"]), "interactions"))
    assert report.insights.filter(insight="ids_respelled").is_empty()


@pytest.mark.parametrize(
    ("history", "today", "said"),
    [
        (["1.0", "2.0"], ["1.10"], "kept to the letter"),
        (["1.0", "2.0"], ["1.0", "1"], "kept to the letter"),
    ],
)
def test_field_d_today_must_have_the_form_of_the_history(
    history: list[str | None], today: list[str | None], said: str
) -> None:
    first = prepare(events(history), "interactions")
    validate(first)
    with pytest.raises(IdFormError) as caught:
        validate(prepare(events(today), like=first))
    assert said in caught.value.found
    assert "1.0 is the id 1" in caught.value.expected
    asked = prepare(events(today), like=first, id_forms={"USER_ID": "text"})
    assert validate(asked).failures.is_empty()
    assert ids(asked) == today


def test_field_d_today_follows_a_history_of_text() -> None:
    history = prepare(events(["1.10"]), "interactions")
    validate(history)
    assert ids(prepare(events(["1.0", "2.0"]), like=history)) == ["1.0", "2.0"]
    with pytest.raises(IdFormError, match="whole numbers as a float writes them"):
        validate(prepare(events(["1.0"]).cast({"USER_ID": pl.Float64}), like=history))


def test_field_d_a_form_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError, match=r'id_forms={"USER_ID": "text"}'):
        prepare(events(["1"]), "interactions", id_forms={"USER_ID": "exact"})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("values", "dtype", "form", "wanted"),
    [
        ([" 16 ", "007", "", None, "a.b"], pl.String, None, ["16", "007", None, None, "a.b"]),
        (["1.0", "12.", "12.50", "007.0"], pl.String, "undone", ["1", "12", "12.50", "007.0"]),
        (["1.0", " 1.10"], pl.String, "text", ["1.0", "1.10"]),
        ([16, 2**62], pl.Int64, "text", ["16", str(2**62)]),
        ([1.0, 1.5, float("nan")], pl.Float64, None, ["1", None, None]),
        ([16_777_215.0, 16_777_216.0], pl.Float32, None, ["16777215", None]),
        ([2.0**53 - 1, 2.0**53], pl.Float64, None, [str(2**53 - 1), None]),
        ([Decimal("2.0000000000000000001"), Decimal(3)], pl.Decimal(30, 19), None, [None, "3"]),
        ([Decimal(10**37 + 1)], pl.Decimal(38, 0), None, [str(10**37 + 1)]),
        (["b ", "b"], pl.Categorical, None, ["b", "b"]),
    ],
)
def test_field_d_one_function_says_what_becomes_of_ids(
    values: list[Any], dtype: Any, form: Any, wanted: list[str | None]
) -> None:
    assert normalise(pl.Series(values, dtype=dtype), form).to_list() == wanted


def test_field_8_objects_of_pandas_that_are_plainly_ids_are_converted() -> None:
    held = [1.0, "u7", None, 16, UUID(int=7), float("nan")]
    frame = pandas.DataFrame({"USER_ID": pandas.Series(held, dtype=object), "ITEM_ID": "i"})
    frame["TIMESTAMP"] = range(TIME, TIME + len(held))
    assert ids(prepare(frame, "interactions")) == ["1", "u7", None, "16", str(UUID(int=7)), None]
    frame["USER_ID"] = [UUID(int=n) for n in range(len(held))]
    assert ids(prepare(frame, "interactions")) == [str(UUID(int=n)) for n in range(len(held))]


SHOWN: dict[str, Any] = {
    "floats": pl.Series([[1.0, 2.0, -0.0]]),
    "text": pl.Series(["1.0|2.0|-0.0"]),
    "whole numbers": pl.Series([[1, 2, 0]]),
}


@pytest.mark.parametrize("item", [1.0, "1.0", 1, "1"], ids=["float", "text of a float", "whole", "text"])
@pytest.mark.parametrize("shown", SHOWN)
def test_what_was_shown_has_the_form_of_what_was_taken(item: Any, shown: str) -> None:
    frame = pl.DataFrame(
        {"USER_ID": ["u"], "ITEM_ID": [item], "TIMESTAMP": [TIME], "IMPRESSION": SHOWN[shown]}
    )
    found = prepare(frame, "interactions").frame.collect()
    assert found["ITEM_ID"].to_list() == ["1"]
    assert found["IMPRESSION"].to_list() == ["1|2|0"]


def test_what_was_shown_is_kept_to_the_letter_where_ids_are() -> None:
    frame = events(["u", "v"]).with_columns(ITEM_ID=pl.Series(["1.0", "1"]), IMPRESSION=pl.lit("1.0|1"))
    found = prepare(frame, "interactions").frame.collect()
    assert found.select("ITEM_ID", "IMPRESSION").rows() == [("1.0", "1.0|1"), ("1", "1.0|1")]


def test_a_zero_below_zero_is_the_same_id_from_text_and_from_floats() -> None:
    floats = [0.0, -0.0, None, 5.0]
    written = events([None if value is None else str(value) for value in floats])
    found = [
        prepare(written.with_columns(USER_ID=ids), "interactions").rows.collect()["USER_ID"].to_list()
        for ids in (pl.Series(floats), written["USER_ID"])
    ]
    assert found == [["0", "0", None, "5"]] * 2
