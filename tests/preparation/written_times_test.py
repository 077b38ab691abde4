"""Forms in which programs write a time: those that mean one moment are read, the others are named."""

from __future__ import annotations

import random

import polars as pl
import pytest

from pdprep import prepare
from pdprep.preparation.forms import ZONED
from tests.preparation.frames import converted, one, rules

TIME = 1_767_607_200  # 2026-01-05T10:00:00Z, which was a Monday
ZONED_TEXTS = [
    "2026-01-05 10:00:00 UTC",  # BigQuery
    "2026-01-05 10:00:00.123456 UTC",
    "2026-01-05 10:00:00.000 +0000",  # Snowflake
    "2026-01-05 10:00:00.000 Z",
    "2026-01-05 11:00:00 +0100",  # Ruby
    "2026-01-05 10:00:00 +0000 UTC",  # Go
    "2026-01-05 11:00:00 +0100 CET",
    "2026-01-05T11:00:00+01:00[Europe/Berlin]",  # Java
    "2026-01-05T10:00:00Z[UTC]",
    "20260105T100000Z",
    "20260105T110000+0100",
    "Mon Jan 05 2026 11:00:00 GMT+0100 (CET)",  # JavaScript
    "Mon Jan 05 2026 11:00:00 GMT+0100 (Central European Standard Time)",
    "Mon, 05 Jan 2026 10:00:00 GMT",  # HTTP
    "Mon, 5 Jan 2026 11:00:00 +0100 (CET)",  # RFC 2822
    "05 Jan 2026 10:00:00 +0000",
    "Mon Jan  5 10:00:00 UTC 2026",  # date
    "Mon Jan 05 10:00:00 +0000 2026",
    "05/Jan/2026:10:00:00 +0000",  # Apache, nginx
    "[05/Jan/2026:11:00:00 +0100]",
    "Jan 5, 2026, 10:00:00 AM UTC",
]
LOCAL_TEXTS = [
    "2026-01-05 10:00:00,123",  # Python's logging
    "2026/01/05 10:00",
    "2026/1/5 10:00:00",
    "2026.01.05 10:00",
    "20260105T1000",
    "20260105 10:00:00",
    "Mon Jan  5 10:00:00 2026",
    "05-Jan-2026 10:00:00",
    "January 5, 2026 10:00 AM",
    "Jan 5, 2026, 10:00:00\u202fAM",
    "2026-01-05 10:00:00 am",
    "5 January 2026 at 10:00",
]
REFUSED = [
    "01/02/2026",
    "05.01.2026 10:00",
    "2026-01-05 10:00:00 CET",
    "2026-01-05 10:00:00 (CET)",
    "2026-01-05 10:00:00 Europe/Berlin",
    "2026-01-05 13:00:00 PM",
    "2026-13-05 10:00 UTC",
    "2026-02-30 10:00 UTC",
    "05-JAN-26",
    "5/Foo/2026:10:00:00",
    "2026-01/05",
]


@pytest.mark.parametrize("text", ZONED_TEXTS + LOCAL_TEXTS)
def test_field_10_common_forms_are_read(text: str) -> None:
    assert converted("TIMESTAMP", [text]) == [TIME]


def test_field_10_all_forms_in_one_column_in_any_order() -> None:
    mixed = [*ZONED_TEXTS, *LOCAL_TEXTS, str(TIME)] * 3
    random.Random(7).shuffle(mixed)
    assert converted("TIMESTAMP", mixed) == [TIME] * len(mixed)


@pytest.mark.parametrize("often", [1, 40])
def test_texts_that_stand_often_are_read_as_those_that_stand_once(often: int) -> None:
    days = {f"{day:02}/Jan/2026:10:00:00 +0000": TIME + (day - 5) * 86_400 for day in range(1, 29)}
    wanted = {**days, **dict.fromkeys(["soon", "\uff12\uff10\uff12\uff16/01/05", *REFUSED], None)}
    written = [*wanted, "", str(TIME)] * often
    random.Random(7).shuffle(written)
    assert converted("TIMESTAMP", written) == [
        {**wanted, "": None, str(TIME): TIME}[text] for text in written
    ]


def test_field_10_days_alone_and_the_hours_about_noon_and_midnight() -> None:
    written = ["2026/01/05", "5 Jan 2026", "Jan 5, 2026", "2026-01-05 12:30 am", "2026-01-05 12:30 pm"]
    midnight = TIME - 36_000
    wanted = [midnight, midnight, midnight, midnight + 1_800, midnight + 45_000]
    assert converted("TIMESTAMP", written) == wanted


@pytest.mark.parametrize("text", REFUSED)
def test_field_10_what_can_be_read_two_ways_or_none_is_named(text: str) -> None:
    assert rules(prepare(one("TIMESTAMP", [text]), "interactions")) == [
        (0, "TIMESTAMP", "timestamp_unreadable", text)
    ]


def test_field_10_which_forms_bear_a_zone() -> None:
    assert pl.Series(ZONED_TEXTS).str.contains(ZONED).all()
    assert not pl.Series(LOCAL_TEXTS).str.contains(ZONED).any()
