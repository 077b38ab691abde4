"""Transforms: rows in any order, missing values, ties, clock changes and ids that are numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdprep import prepare, stage, transforms, validate
from tests.project.imports import PROJECT

TIME = 1_700_000_000
EVENTS = st.lists(
    st.tuples(st.integers(1, 3) | st.none(), st.integers(1, 4), st.integers(0, 9_000)), max_size=30
)


def frame(**columns: list[Any]) -> pl.LazyFrame:
    return pl.LazyFrame(columns, strict=False)


def events(rows: list[tuple[Any, ...]]) -> pl.LazyFrame:
    schema = {"USER_ID": pl.Int64, "ITEM_ID": pl.Int64, "TIMESTAMP": pl.Int64}
    return pl.LazyFrame(rows, schema=schema, orient="row")


def column(lazy: pl.LazyFrame, name: str) -> list[Any]:
    return lazy.collect()[name].to_list()


@given(EVENTS, st.randoms(use_true_random=False))
def test_sessions_do_not_depend_on_the_order_of_rows(rows: list[tuple[Any, ...]], random: Random) -> None:
    mixed = random.sample(rows, len(rows))
    found, again = (transforms.sessionize(events(each)).collect() for each in (rows, mixed))
    assert sorted(found.rows(), key=str) == sorted(again.rows(), key=str)


@given(EVENTS)
def test_sessions_are_what_a_loop_would_make(rows: list[tuple[Any, ...]]) -> None:
    begun: dict[Any, tuple[int, int]] = {}
    named = {}
    for user, _, at in sorted((row for row in rows if row[0]), key=lambda row: row[2]):
        first, last = begun.get(user, (at, at))
        begun[user] = (first if at - last <= 1_800 else at, at)
        named[user, at] = f"{user}-{begun[user][0]}"
    found = transforms.sessionize(events(rows)).collect()
    assert found["SESSION_ID"].to_list() == [named.get((user, at)) for user, _, at in rows]


def test_a_gap_of_ones_own() -> None:
    rows = events([(1, 1, 0), (1, 1, 61)])
    assert column(transforms.sessionize(rows, timedelta(minutes=1)), "SESSION_ID") == ["1-0", "1-61"]


@given(EVENTS, st.integers(1, 3))
def test_a_core_is_settled(rows: list[tuple[Any, ...]], least: int) -> None:
    core = transforms.k_core(events(rows), least).collect()
    for name in ("USER_ID", "ITEM_ID"):
        assert (core.group_by(name).len()["len"] >= least).all()
    assert core["USER_ID"].null_count() == 0


@given(EVENTS, st.integers(1, 3))
def test_a_cap_keeps_the_latest_of_each_user_and_every_row_without_one(
    rows: list[tuple[Any, ...]], most: int
) -> None:
    kept = transforms.cap_per_user(events(rows), most).collect().rows()
    for user in (1, 2, 3):
        times = sorted((row[2] for row in rows if row[0] == user), reverse=True)
        assert sorted((row[2] for row in kept if row[0] == user), reverse=True) == times[:most]
    assert sum(row[0] is None for row in kept) == sum(row[0] is None for row in rows)


def test_the_latest_row_of_an_id_and_of_two_at_one_time_the_last() -> None:
    items = frame(ITEM_ID=[1, 1, 2, 1], at=[5, 9, None, 9], price=[1, 2, 3, 4])
    assert sorted(column(transforms.latest_per_id(items, "ITEM_ID", time="at"), "price")) == [3, 4]


def test_the_same_users_are_sampled_as_numbers_and_as_text() -> None:
    users = frame(USER_ID=list(range(1_000)) * 2)
    some = column(transforms.sample_users(users, 0.25), "USER_ID")
    text = column(transforms.sample_users(users.cast(pl.String), 0.25), "USER_ID")
    assert [str(user) for user in some] == text
    assert len(some) == 2 * len(set(some))
    assert 150 < len(set(some)) < 350
    assert column(transforms.sample_users(users, 0), "USER_ID") == []
    assert len(column(transforms.sample_users(users, 1), "USER_ID")) == 2_000


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2026-07-01T12:00:00", 10),
        ("2026-01-01 12:00", 11),
        ("2026-10-25 02:30:00", 0),  # twice that night: the first
        ("2026-07-01T12:00:00Z", 12),
        ("2026-07-01T12:00:00-05:00", 17),
        ("2026-07-01", 22),  # midnight in Berlin is the evening before
        ("1782907200", 12),
        (None, None),
    ],
)
def test_berlin(written: str | None, hour: int | None) -> None:
    found = (
        transforms.in_zone(frame(at=[written]).cast(pl.String), "at", "Europe/Berlin").collect()["at"].item()
    )
    assert (found and found.hour) == hour


def test_a_zone_for_dates_and_times_and_for_those_that_have_one() -> None:
    noon = datetime(2026, 7, 1, 12)
    for value, hour in ((noon, 10), (noon.replace(tzinfo=UTC), 12), (noon.date(), 22)):
        assert column(transforms.in_zone(frame(at=[value]), "at", "Europe/Berlin"), "at")[0].hour == hour


def test_units_and_texts_in_one_column_and_moments_as_seconds() -> None:
    mixed = frame(
        at=[str(TIME), f"{TIME}000", "2023-11-14T22:13:20+00:00", " ", None],
        day=[datetime(1970, 1, 2)] * 5,
    )
    found = transforms.epoch(mixed, "at", "day").collect()
    assert found["at"].to_list() == [TIME, TIME, TIME, None, None]
    assert found["day"].to_list() == [86_400] * 5


def test_a_hold_out_loses_no_row_and_a_moment_without_zone_is_utc() -> None:
    train, test = transforms.hold_out(frame(TIMESTAMP=[0, 10, 20]), datetime(1970, 1, 1, 0, 0, 10))
    assert (column(train, "TIMESTAMP"), column(test, "TIMESTAMP")) == ([0], [10, 20])


@pytest.mark.parametrize(
    ("others", "found"),
    [("keep", ["Watch", "like", None]), ("drop", ["Watch"]), ("Other", ["Watch", "Other", "Other"])],
)
def test_event_types_are_renamed_in_any_case(others: str, found: list[str | None]) -> None:
    given_ = frame(EVENT_TYPE=[" PLAY ", "like", None])
    assert column(transforms.map_event_types(given_, {"Play": "Watch"}, others=others), "EVENT_TYPE") == found


def test_ratings_make_one_event_or_two_or_none() -> None:
    ratings = frame(user=[1, 2, 3, 4], rating=[5.0, 1.0, None, float("nan")])
    found = transforms.events_of_ratings(ratings, {"Click": 0, "Watch": 3}).collect()
    assert found.select("user", "EVENT_TYPE").rows() == [(1, "Click"), (1, "Watch"), (2, "Click")]


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ([1, 2], "1|2"),
        (["a", None, "b"], "a|b"),
        ([], None),
        (None, None),
        (["a" * 600, "b" * 399], "a" * 600 + "|" + "b" * 399),
        (["a" * 600, "b" * 400], "a" * 600),
        (["a" * 1_001], None),
    ],
)
def test_impressions_are_cut_at_a_whole_item(shown: list[Any] | None, text: str | None) -> None:
    dtype = pl.List(pl.Int64 if shown and shown[0] == 1 else pl.String)
    lists = pl.LazyFrame({"shown": pl.Series([shown], dtype=dtype)})
    assert column(transforms.impressions(lists, "shown"), "IMPRESSION") == [text]


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("$1,234.50", 1234.5), ("1.234,50 €", 1234.5), ("EUR 7", 7), ("0.999", 0.999), ("-3,5", -3.5),
        ("1.234.567", 1_234_567), ("9.9999", 9.9999), ("", None), ("(4.50)", -4.5), ("-4.50 EUR", -4.5),
        ("999,29", 999.29), ("1.899,29", 1899.29), ("CHF 1'234.50", 1234.5), ("1 234,50", 1234.5), ("5,-", 5),
        ("₹1,23,456.78", 123_456.78), ("R$ 1.234,50", 1234.5), ("4.50-", -4.5), ("\u22124,50", -4.5),
        ("1\u202f234,50 €", 1234.5), ("1.234,50 kr.", 1234.5), ("0,125", 0.125), ("1e3", 1000), ("$-5", -5),
        (None, None),
    ],
)  # fmt: skip
def test_prices(text: str | None, price: float | None) -> None:
    assert column(transforms.prices(frame(p=[text]).cast(pl.String), "p"), "p") == [price]


def test_prices_that_are_numbers_stay() -> None:
    assert column(transforms.prices(frame(p=[1234.567]), "p"), "p") == [1234.567]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([True, False, None], ["True", "False", None]),
        ([1, 0], ["True", "False"]),
        ([1.0, 0.0, None], ["True", "False", None]),
        (["yes", " "], ["True", None]),
    ],
)
def test_truth_as_text(values: list[Any], texts: list[str | None]) -> None:
    assert column(transforms.truth_text(frame(hd=values), "hd"), "hd") == texts


def test_text_on_one_line_cut_at_the_limit() -> None:
    assert column(transforms.trim(frame(t=["a\r\n\n b ", "éééé", None]), "t", limit=3), "t") == [
        "a b",
        "ééé",
        None,
    ]


def test_categories_in_levels() -> None:
    found = transforms.category_levels(frame(path=["A > B>C > D", "", " > ", None]), "path").collect()
    levels = [list(row) for row in found.select("CATEGORY_L1", "CATEGORY_L2", "CATEGORY_L3").iter_rows()]
    assert levels == [["A", "B", "C"], [None] * 3, [None] * 3, [None] * 3]


def test_items_and_users_that_only_interactions_know() -> None:
    rows = events([(1, 7, 20), (1, 7, 10), (None, 8, 5)])
    assert transforms.items_of(rows).collect().rows() == [(7, 10), (8, 5)]
    assert transforms.users_of(rows).collect().rows() == [(1, 2)]


def test_a_creation_time_that_is_there_stays() -> None:
    items = frame(ITEM_ID=[7, 8, 9], CREATION_TIMESTAMP=[1, None, None])
    filled = transforms.creation_timestamps(items, events([(1, 7, 20), (1, 8, 10)]))
    assert column(filled, "CREATION_TIMESTAMP") == [1, 10, None]


def test_what_comes_out_of_a_pipe_goes_into_an_import(tmp_path: Any) -> None:
    clicks = pl.LazyFrame({"n": range(4_000)}).select(
        USER_ID=pl.col("n") % 40,
        ITEM_ID=pl.col("n") % 7,
        rating=pl.col("n") % 6,
        TIMESTAMP=TIME + pl.col("n"),
    )
    piped = (
        clicks.pipe(transforms.events_of_ratings, {"Click": 0, "Watch": 3})
        .pipe(transforms.k_core, 5)
        .pipe(transforms.cap_per_user, 100)
        .pipe(transforms.sessionize)
    )
    events_ = prepare(piped, "interactions", domain="VIDEO_ON_DEMAND")
    report = validate(events_, route="bulk")
    assert report.ok
    assert stage(events_, tmp_path).rows == report.read


def test_the_table_of_the_documents_names_every_transform() -> None:
    page = (PROJECT / "docs" / "transforms.md").read_text(encoding="utf-8")
    assert {name for name in transforms.__all__ if f"`{name}(" not in page} == set()
