"""Timestamps become whole seconds since 1970, UTC, told row by row, or are named."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from pdprep import prepare
from pdprep.errors import MappingError
from tests.preparation.frames import converted, one, rules

TIME = 1_704_103_200  # 2024-01-01T10:00:00Z
TEXTS = {
    "2024-01-01T10:00:00Z": TIME,
    "2024-01-01T10:00:00z": TIME,
    "2024-01-01T10:00:00": TIME,
    "2024-01-01 10:00:00": TIME,
    "2024-01-01T10:00": TIME,
    "2024-01-01T10:00Z": TIME,
    "2024-01-01T10:20:03Z": TIME + 1_203,
    "2024-01-01T10:20:03": TIME + 1_203,
    "2024-01-01 10:20:03": TIME + 1_203,
    "2024-02-03 10:20": TIME + 33 * 86_400 + 1_200,
    "2024-01-01": TIME - 36_000,
    "2024-01-01T10:00:00.999Z": TIME,
    "2024-01-01 10:00:00.123456": TIME,
    "2024-01-01T10:00:00.123456789Z": TIME,
    "2024-01-01T12:00:00+02:00": TIME,
    "2024-01-01T12:00:00+0200": TIME,
    "2024-01-01T12:00:00+02": TIME,
    "2024-01-01 04:30:00-05:30": TIME,
    "2024-01-01T12:00+02:00": TIME,
    "  2024-01-01T10:00:00Z ": TIME,
    "1704103200": TIME,
    " 1704103200 ": TIME,
    "1704103200.9": TIME,
    "1704103200.0": TIME,
    "1.7041032e9": TIME,
    "1704103200000": TIME,
    "1704103200123456": TIME,
    "1704103200123456789": TIME,
}
NUMBERS = [
    (TIME, pl.Int64),
    (TIME, pl.Int32),
    (TIME, pl.UInt64),
    (TIME * 1_000 + 999, pl.Int64),
    (TIME * 1_000_000 + 1, pl.Int64),
    (TIME * 1_000_000_000 + 1, pl.Int64),
    (TIME + 0.9, pl.Float64),
    (TIME * 1e3 + 0.9, pl.Float64),
]


@pytest.mark.parametrize(("text", "wanted"), TEXTS.items())
def test_text_is_read(text: str, wanted: int) -> None:
    assert converted("TIMESTAMP", [text]) == [wanted]


def test_every_spelling_may_stand_in_one_column() -> None:
    assert converted("TIMESTAMP", list(TEXTS)) == list(TEXTS.values())


@pytest.mark.parametrize(("number", "dtype"), NUMBERS)
def test_a_number_is_read_in_the_unit_that_its_magnitude_tells(number: float, dtype: Any) -> None:
    assert converted("TIMESTAMP", [number], dtype) == [TIME]


def test_units_may_be_mixed_in_one_column() -> None:
    mixed = [number for number, dtype in NUMBERS if dtype == pl.Int64]
    assert converted("TIMESTAMP", mixed) == [TIME] * len(mixed)


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_datetimes_of_any_unit_and_zone(unit: Any, zone: str | None) -> None:
    local = datetime(2024, 1, 1, 10, tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone or "UTC"))
    value = local if zone else local.replace(tzinfo=None)
    assert converted("TIMESTAMP", [value], pl.Datetime(unit, zone)) == [TIME]


def test_dates_and_python_datetimes() -> None:
    assert converted("TIMESTAMP", [date(2024, 1, 1)]) == [TIME - 36_000]
    assert converted("TIMESTAMP", [datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))]) == [TIME]


def test_before_1970_floors_too() -> None:
    assert converted("TIMESTAMP", [datetime(1969, 12, 31, 23, 59, 59, 500_000)]) == [-1]


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("yesterday", "timestamp_unreadable"),
        ("01.02.2024", "timestamp_unreadable"),
        ("2024-13-01", "timestamp_unreadable"),
        ("2024-02-30T00:00:00Z", "timestamp_unreadable"),
        ("NaN", "timestamp_unreadable"),
        ("", "timestamp_missing"),
        (None, "timestamp_missing"),
        ("20000000000", "timestamp_unit"),
        ("1979-12-31T23:59:59Z", "timestamp_past"),
        ("20240101", "timestamp_past"),
        ("-5", "timestamp_past"),
        ("2199-01-01", "timestamp_future"),
        ("4102444800000", "timestamp_future"),
    ],
)
def test_text_that_is_no_time_is_named_as_the_source_wrote_it(value: str | None, rule: str) -> None:
    shown = None if rule == "timestamp_missing" else value
    found = rules(prepare(one("TIMESTAMP", ["2024-01-01", value]), "interactions"))
    assert found == [(1, "TIMESTAMP", rule, shown)]


@pytest.mark.parametrize(
    ("value", "dtype", "rule"),
    [
        (20_000_000_000, pl.Int64, "timestamp_unit"),
        (TIME * 60, pl.Int64, "timestamp_unit"),
        (float("nan"), pl.Float64, "timestamp_unit"),
        (0, pl.Int64, "timestamp_past"),
        (4_102_444_800, pl.Int64, "timestamp_future"),
        (None, pl.Int64, "timestamp_missing"),
    ],
)
def test_a_number_that_is_no_time_is_named(value: float | None, dtype: Any, rule: str) -> None:
    found = rules(prepare(one("TIMESTAMP", [TIME, value], dtype), "interactions"))
    assert [each[:3] for each in found] == [(1, "TIMESTAMP", rule)]


@pytest.mark.parametrize("dtype", [pl.Boolean, pl.Time, pl.List(pl.Int64)])
def test_a_type_that_is_no_time_is_refused(dtype: Any) -> None:
    with pytest.raises(MappingError, match="TIMESTAMP is a timestamp"):
        prepare(one("TIMESTAMP", [None], dtype), "interactions")
