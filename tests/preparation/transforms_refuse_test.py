"""What a transform cannot use is said, with the column and the form, and never becomes null in silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from pdprep import prepare, transforms, validate
from pdprep.errors import MappingError
from tests.preparation.frames import TIME

ZONE = "Europe/Berlin"
EVENTS = pl.LazyFrame({"USER_ID": ["u"], "ITEM_ID": ["i"], "TIMESTAMP": [TIME], "EVENT_TYPE": ["View"]})
Step = Callable[..., Any]
WITHOUT: list[tuple[Step, tuple[Any, ...], dict[str, Any], str]] = [
    (transforms.in_zone, ("when", ZONE), {}, "when"),
    (transforms.epoch, ("when",), {}, "when"),
    (transforms.window, (), {"time": "when"}, "when"),
    (transforms.hold_out, (datetime(2026, 1, 1),), {"time": "when"}, "when"),
    (transforms.sessionize, (), {"user": "who"}, "who"),
    (transforms.map_event_types, ({},), {"event": "kind"}, "kind"),
    (transforms.keep_event_types, ("View",), {"event": "kind"}, "kind"),
    (transforms.events_of_ratings, ({"View": 1},), {}, "rating"),
    (transforms.impressions, ("shown",), {}, "shown"),
    (transforms.category_levels, ("path",), {}, "path"),
    (transforms.truth_text, ("HD",), {}, "HD"),
    (transforms.prices, ("price",), {}, "price"),
    (transforms.split, ("genres",), {}, "genres"),
    (transforms.trim, ("plot",), {}, "plot"),
    (transforms.items_of, (), {"item": "sku"}, "sku"),
    (transforms.users_of, (), {"user": "who"}, "who"),
    (transforms.creation_timestamps, (EVENTS,), {"item": "sku"}, "sku"),
    (transforms.latest_per_id, ("sku",), {}, "sku"),
    (transforms.minimum_interactions, (2,), {"by": "who"}, "who"),
    (transforms.k_core, (2,), {"user": "who"}, "who"),
    (transforms.cap_per_user, (2,), {"user": "who"}, "who"),
    (transforms.sample_users, (0.5,), {"user": "who"}, "who"),
    (transforms.explode_events, ("items",), {}, "items"),
    (transforms.fill_down, ("group",), {}, "group"),
    (transforms.flags_to_list, ("Action",), {"into": "GENRES"}, "Action"),
    (transforms.key_values, ("more",), {}, "more"),
    (transforms.returns, ("quantity",), {}, "quantity"),
]
WRONG: list[tuple[Step, tuple[Any, ...], dict[str, list[Any]]]] = [
    (transforms.sessionize, (), {"USER_ID": ["u"], "TIMESTAMP": ["2026-01-05"]}),
    (transforms.window, (), {"TIMESTAMP": [datetime(2026, 1, 5)]}),
    (transforms.cap_per_user, (1,), {"USER_ID": ["u"], "TIMESTAMP": ["9"]}),
    (transforms.items_of, (), {"ITEM_ID": ["i"], "TIMESTAMP": ["9"]}),
    (transforms.in_zone, ("TIMESTAMP", ZONE), {"TIMESTAMP": [TIME]}),
    (transforms.in_zone, ("TIMESTAMP", "Berlin"), {"TIMESTAMP": ["2026-01-05"]}),
    (transforms.impressions, ("shown",), {"shown": ["a, b"]}),
    (transforms.prices, ("price",), {"price": [[1.5]]}),
    (transforms.trim, ("plot",), {"plot": [1]}),
    (transforms.creation_timestamps, (EVENTS,), {"ITEM_ID": [7]}),
]
OTHER_FORMS = [
    (["05.01.2026 10:00"], 'format="%d.%m.%Y %H:%M")'),
    (["2026-01-05 10:00", "31/01/2026"], 'format="%d/%m/%Y")'),
    (["01/02/2026"], 'format="%d/%m/%Y")  # or "%m/%d/%Y": no value tells which of the two'),
    (["soon"], "strict=False)  # makes them null"),
    (["2026-01-05 10:00:00 CET"], "strict=False)  # makes them null"),
]


@pytest.mark.parametrize(("step", "given", "named", "name"), WITHOUT, ids=[w[0].__name__ for w in WITHOUT])
def test_field_h_a_missing_column_is_named(
    step: Step, given: tuple[Any, ...], named: dict[str, Any], name: str
) -> None:
    with pytest.raises(MappingError, match=f"no column '{name}' for transforms"):
        step(EVENTS, *given, **named)


def test_field_h_every_transform_is_asked() -> None:
    assert {step.__name__ for step, *_ in WITHOUT} == set(transforms.__all__)


@pytest.mark.parametrize(("step", "given", "columns"), WRONG, ids=[w[0].__name__ for w in WRONG])
def test_field_h_a_column_of_another_type_is_named(
    step: Step, given: tuple[Any, ...], columns: dict[str, list[Any]]
) -> None:
    with pytest.raises(MappingError) as caught:
        step(pl.LazyFrame(columns), *given)
    assert caught.value.hint


@pytest.mark.parametrize(("written", "hint"), OTHER_FORMS)
@pytest.mark.parametrize("step", ["in_zone", "epoch"])
def test_field_h_text_of_another_form_is_an_error_with_column_and_format(
    step: str, written: list[str], hint: str
) -> None:
    zone = (ZONE,) if step == "in_zone" else ()
    frame = pl.LazyFrame({"when": written})
    with pytest.raises(MappingError, match="1 values of when are no time that can be read") as caught:
        getattr(transforms, step)(frame, "when", *zone).collect()
    assert caught.value.hint.endswith(hint)
    assert not any(text in str(caught.value) for text in written)
    eval(caught.value.hint, {"frame": frame, "transforms": transforms}).collect()


@pytest.mark.parametrize("dtype", [pl.String, pl.Datetime("us"), pl.Datetime("ns")], ids=str)
def test_a_time_that_the_clocks_leave_out_is_an_error_that_says_how_many(dtype: Any) -> None:
    written = ["2026-03-29 01:30:00", "2026-03-29 02:30:00", None, "2026-03-29 02:59:59"]
    frame = pl.LazyFrame({"at": written}).select(pl.col("at").str.to_datetime().cast(dtype))
    with pytest.raises(MappingError, match="the clocks of Europe/Berlin leave out, 2 in one batch") as caught:
        transforms.in_zone(frame, "at", ZONE).collect(engine="in-memory")
    assert "02:" not in str(caught.value)
    found = eval(caught.value.hint, {"frame": frame, "transforms": transforms}).collect()["at"]
    assert [each and each.hour for each in found] == [0, None, None, None]


def test_what_bears_a_zone_of_its_own_is_in_no_hour_that_is_left_out() -> None:
    frame = pl.LazyFrame({"at": ["2026-03-29T02:30:00Z", "1774751400", "2026-10-25 02:30:00"]})
    found = transforms.in_zone(frame, "at", ZONE).collect()["at"]
    assert [(each.hour, each.minute) for each in found] == [(2, 30), (2, 30), (0, 30)]


def test_a_day_without_a_midnight_begins_after_it() -> None:
    days = pl.LazyFrame({"at": [date(2017, 10, 15), date(2017, 10, 16), None]})
    found = transforms.in_zone(days, "at", "America/Sao_Paulo").collect()["at"]
    assert [each and each.hour for each in found] == [3, 2, None]


def test_field_h_a_format_is_read_beside_the_usual_forms() -> None:
    mixed = pl.LazyFrame({"at": ["05.01.2026 10:00", "2026-01-05T10:00", "2026-01-05T10:00:00Z", None]})
    found = transforms.in_zone(mixed, "at", ZONE, format="%d.%m.%Y %H:%M").collect()["at"]
    assert [each and each.hour for each in found] == [9, 9, 10, None]


@pytest.mark.parametrize("day", [20260105, "20260105", " 20260105"])
def test_field_h_a_day_of_digits_is_local_where_a_format_reads_it(day: Any) -> None:
    frame = pl.LazyFrame({"at": [day]})
    found = transforms.in_zone(frame, "at", ZONE, format="%Y%m%d").collect()["at"]
    assert found.dt.epoch("s").to_list() == [1767571200 - 3600]


def test_field_e_the_three_forms_of_the_row_are_read() -> None:
    shop = pl.LazyFrame({"price": ["999,29", "1.899,29", "-4.50 EUR"]})
    assert transforms.prices(shop, "price").collect()["price"].to_list() == [999.29, 1899.29, -4.5]


@pytest.mark.parametrize(("decimal", "wanted"), [(".", [1.899, 12.5, 1899]), (",", [1899, 12.5, 1.899])])
def test_field_e_what_can_be_read_two_ways_asks_for_the_decimal_sign(
    decimal: Any, wanted: list[float]
) -> None:
    frame = pl.LazyFrame({"price": ["1.899", "12,50", "1,899"]})
    with pytest.raises(
        MappingError, match=r"values of price can be read two ways, as 1\.234 can, among \d+ rows"
    ) as caught:
        transforms.prices(frame, "price").collect()
    found = transforms.prices(frame, "price", decimal=decimal).collect()["price"].to_list()
    assert found == wanted
    by_hint = eval(caught.value.hint, {"frame": frame, "transforms": transforms}).collect()
    assert by_hint["price"].to_list() in ([1.899, 12.5, 1899], [1899, 12.5, 1.899])  # by the rows of a thread


@pytest.mark.parametrize("written", ["free", "10-20", "2 for 5", "50%", "1,2,3", "12 50"])
def test_field_e_what_is_no_price_is_an_error_or_null_if_asked(written: str) -> None:
    frame = pl.LazyFrame({"price": [written]})
    with pytest.raises(MappingError, match="1 values of price are no prices") as caught:
        transforms.prices(frame, "price").collect()
    found = eval(caught.value.hint, {"frame": frame, "transforms": transforms}).collect()
    assert found["price"].to_list() == [None]


WRITTEN_LISTS = {
    '["a", "b"]': ["a", "b"], "['a', 'b']": ["a", "b"], "{a,b}": ["a", "b"], '{"a c",b}': ["a c", "b"],
    "('a', 'b')": ["a", "b"], '["caf\\u00e9"]': ["café"], "['It\\'s']": ["It's"], "[1, 2]": ["1", "2"],
    "a | b": ["a", "b"], "a||b": ["a", "b"], "|": None, "Action|Action": ["Action"], "N/A": None,
    "a|none|b": ["a", "b"], "[]": None, "": None, "a, b": ["a, b"],
}  # fmt: skip


def test_field_5_lists_written_as_text_are_split() -> None:
    found = transforms.split(pl.LazyFrame({"tags": list(WRITTEN_LISTS)}), "tags").collect()
    assert dict(zip(WRITTEN_LISTS, found["tags"].to_list(), strict=True)) == WRITTEN_LISTS


def test_field_5_a_comma_splits_where_it_is_asked_for() -> None:
    found = transforms.split(pl.LazyFrame({"tags": ["a, b", "c", None]}), "tags", separator=",").collect()
    assert found["tags"].to_list() == [["a", "b"], ["c"], None]


def test_facts_missing_6_one_argument_cleans_lists_too() -> None:
    listed = pl.LazyFrame({"tags": [[" Action ", "Action", "n/a", ""], ["Drama"], []]})
    assert transforms.split(listed, "tags").collect()["tags"].to_list() == [["Action"], ["Drama"], None]


@pytest.mark.parametrize("text", ['["a", "b"]', "['a', 'b']", "{a,b}", "a, b", "a,b", "a;b", "a | b"])
def test_field_5_a_list_written_as_text_in_impression_is_an_error(text: str) -> None:
    frame = EVENTS.with_columns(IMPRESSION=pl.lit(text))
    found = validate(prepare(frame, "interactions"))
    assert found.failures.filter(rule="impression_list")["row"].to_list() == [0]
    assert not found.ok
    mend = found.counts.filter(rule="impression_list")["mend"].item()
    cured = eval(mend, {"frame": frame, "transforms": transforms})
    assert prepare(cured, "interactions").frame.collect()["IMPRESSION"].to_list() == ["a|b"]


def test_field_h_a_rating_that_is_no_number_is_an_error() -> None:
    frame = pl.LazyFrame({"rating": ["4,5", "3", " ", None]})
    with pytest.raises(MappingError, match="1 values of rating are no numbers") as caught:
        transforms.events_of_ratings(frame, {"View": 0}).collect()
    cured = eval(caught.value.hint, {"frame": frame, "transforms": transforms})
    assert transforms.events_of_ratings(cured, {"View": 4}).collect().height == 1


def test_field_3_returns_tell_text_that_is_no_number_from_a_gap() -> None:
    shop = pl.LazyFrame({"n": ["2", " -1", None, ""]})
    assert transforms.returns(shop, "n").collect()["n"].to_list() == ["2", None, ""]
    odd = pl.LazyFrame({"n": ["2", "-1 pcs"]})
    with pytest.raises(MappingError, match="1 values of n are no numbers"):
        transforms.returns(odd, "n").collect()
