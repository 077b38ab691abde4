"""Each row rule is broken by its smallest counter-example, named once with row, column and value."""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl
import pytest

from pdprep import Field, prepare, validate
from pdprep.contract.choices import DatasetType
from pdprep.contract.rules import registry

TIME = 1_700_000_000
GOOD: dict[str, dict[str, Any]] = {
    "interactions": {
        "USER_ID": "u", "ITEM_ID": "i", "TIMESTAMP": TIME, "EVENT_TYPE": "t", "EVENT_VALUE": 1.0,
        "SESSION_ID": "s", "IMPRESSION": "i|j", "RECOMMENDATION_ID": "r", "EVENT_ATTRIBUTION_SOURCE": "mail",
        "EVENT_ID": None, "NOTE": "n",
    },
    "items": {
        "ITEM_ID": "i", "GENRES": "g", "PLAIN": "p", "TEXT": "t", "MADE_TIMESTAMP": TIME, "STOCK": 1,
        "NEW": True,
    },
    "users": {"USER_ID": "u", "AGE": 7},
    "actions": {
        "ACTION_ID": "a", "TYPE": "t", "VALUE": 1, "REPEAT_FREQUENCY": 7, "LEVEL": "l",
        "ACTION_EXPIRATION_TIMESTAMP": TIME,
    },
    "action_interactions": {"USER_ID": "u", "ACTION_ID": "a", "EVENT_TYPE": "Viewed", "TIMESTAMP": TIME},
}  # fmt: skip
METADATA: dict[str, dict[str, Any]] = {
    "interactions": {"NOTE": Field("NOTE", nullable=True)},
    "items": {
        "GENRES": Field("GENRES", categorical=True),
        "PLAIN": Field("PLAIN"),
        "TEXT": Field("TEXT", textual=True),
        "MADE_TIMESTAMP": Field("MADE_TIMESTAMP", "long"),
        "STOCK": Field("STOCK", "int"),
        "NEW": Field("NEW", "boolean"),
    },
    "users": {"AGE": Field("AGE", "int")},
    "actions": {"LEVEL": Field("LEVEL", categorical=True)},
    "action_interactions": {},
}


class Case(NamedTuple):
    """One value that breaks one rule, in one column of one dataset, and the nearest that does not."""

    rule: str
    dataset: DatasetType
    column: str
    value: Any
    twin: Any
    shown: str | None


LONG = "x" * 256
SEVERAL = {"properties_length", "event_bytes", "session_of_user_word"}  # of several columns together
CASES = [
    Case("id_missing", "interactions", "ITEM_ID", None, "i", None),
    Case("id_missing", "interactions", "ITEM_ID", "", "i", None),
    Case("id_missing", "items", "ITEM_ID", " ", "i", None),
    Case("id_missing", "users", "USER_ID", None, "u", None),
    Case("user_missing_in_bulk", "interactions", "USER_ID", None, "u", None),
    Case("id_length", "interactions", "USER_ID", LONG + "x", LONG, LONG + "x"),
    Case("id_length", "items", "ITEM_ID", "é" * 257, "é" * 256, "é" * 257),
    Case("id_unreadable", "users", "USER_ID", 1.5, 1.0, "1.5"),
    Case("id_unreadable", "interactions", "ITEM_ID", 2.0**53 + 2, 2.0**53 - 1, "9007199254740994.0"),
    Case("id_bar", "interactions", "ITEM_ID", "a|b", "a_b", "a|b"),
    Case("id_line_break", "users", "USER_ID", "a\nb", "a b", "a\nb"),
    Case("id_line_break", "users", "USER_ID", "a\rb", "a b", "a\rb"),
    Case("id_characters", "items", "ITEM_ID", 'a"b', "a'b", 'a"b'),
    Case("id_characters", "items", "ITEM_ID", "a\x1fb", "a b", "a\x1fb"),
    Case("timestamp_missing", "interactions", "TIMESTAMP", None, TIME, None),
    Case("timestamp_unreadable", "interactions", "TIMESTAMP", "soon", str(TIME), "soon"),
    Case("timestamp_unit", "interactions", "TIMESTAMP", 10_000_000_000, TIME * 1000, "10000000000"),
    Case("timestamp_unit", "interactions", "TIMESTAMP", "10000000000", str(TIME), "10000000000"),
    Case("timestamp_past", "interactions", "TIMESTAMP", 315_532_799, 315_532_800, "315532799"),
    Case("time_implausible", "items", "MADE_TIMESTAMP", 0, -1, "0"),
    Case("time_implausible", "items", "MADE_TIMESTAMP", 1995, -946_771_200, "1995"),
    Case("time_implausible", "items", "MADE_TIMESTAMP", 20240131, 86_400, "20240131"),
    Case("time_implausible", "items", "MADE_TIMESTAMP", -5_364_662_401, -5_364_662_400, "-5364662401"),
    Case("time_implausible", "items", "MADE_TIMESTAMP", 2_083_449_601, 2_083_449_600, "2083449601"),
    Case(
        "time_implausible", "actions", "ACTION_EXPIRATION_TIMESTAMP", 315_532_799, 4_102_444_800, "315532799"
    ),
    Case("timestamp_future", "interactions", "TIMESTAMP", 1_767_312_001, 1_767_312_000, "1767312001"),
    Case("event_type_missing", "interactions", "EVENT_TYPE", " ", "t", None),
    Case("event_type_length", "interactions", "EVENT_TYPE", LONG + "x", LONG, LONG + "x"),
    Case("value_missing", "items", "GENRES", None, "g", None),
    Case("value_missing", "items", "MADE_TIMESTAMP", None, TIME, None),
    Case("value_missing", "users", "AGE", "", "7", None),
    Case("number_unreadable", "users", "AGE", "7.5", "7.0", "7.5"),
    Case("number_unreadable", "items", "STOCK", 2**31, 2**31 - 1, "2147483648"),
    Case("number_not_finite", "interactions", "EVENT_VALUE", float("nan"), 1.0, "NaN"),
    Case("number_not_finite", "interactions", "EVENT_VALUE", float("-inf"), 1.0, "-inf"),
    Case("boolean_unreadable", "items", "NEW", "perhaps", "true", "perhaps"),
    Case("category_bar", "items", "GENRES", ["a|b"], ["a", "b"], "a|b"),
    Case("category_length", "items", "GENRES", "x" * 1001, "x" * 1000, "x" * 1001),
    Case("string_length", "items", "PLAIN", "x" * 1001, "x" * 1000, "x" * 1001),
    Case("impression_count", "interactions", "IMPRESSION", "i|" * 25 + "i", "i|" * 24 + "i", "i|" * 25 + "i"),
    Case("impression_id", "interactions", "IMPRESSION", "i||j", "i|j", "i||j"),
    Case("impression_id", "interactions", "IMPRESSION", LONG + "x|i", LONG + "|i", LONG + "x|i"),
    Case("impression_list", "interactions", "IMPRESSION", "i, j", "i|j", "i, j"),
    Case("recommendation_id_length", "interactions", "RECOMMENDATION_ID", "r" * 41, "r" * 40, "r" * 41),
    Case("attribution_source", "interactions", "EVENT_ATTRIBUTION_SOURCE", "é", "e", "é"),
    Case(
        "attribution_source", "interactions", "EVENT_ATTRIBUTION_SOURCE", "s" * 1025, "s" * 1024, "s" * 1025
    ),
    Case("put_id_length", "interactions", "SESSION_ID", LONG + "x", LONG, LONG + "x"),
    Case("put_id_length", "interactions", "EVENT_ID", LONG + "x", LONG, LONG + "x"),
    Case("session_id_word", "interactions", "SESSION_ID", "None", "nones", "None"),
    Case("session_id_word", "interactions", "SESSION_ID", "[object Object]", "[object]", "[object Object]"),
    Case("id_word", "interactions", "USER_ID", "Undefined", "undefine", "Undefined"),
    Case("id_word", "items", "ITEM_ID", "NaN", "n", "NaN"),
    Case("action_value", "actions", "VALUE", 11, 10, "11"),
    Case("action_value", "actions", "VALUE", 0, 1, "0"),
    Case("repeat_frequency", "actions", "REPEAT_FREQUENCY", 31, 30, "31"),
    Case("repeat_frequency", "actions", "REPEAT_FREQUENCY", -1, 0, "-1"),
    Case("keyword_value", "interactions", "USER_ID", "USER_ID", "user_id", "USER_ID"),
    Case("keyword_value", "interactions", "EVENT_TYPE", "TIMESTAMP", "timestamp", "TIMESTAMP"),
    Case("keyword_value", "actions", "TYPE", "VALUE", "value", "VALUE"),
    Case("action_event_type", "action_interactions", "EVENT_TYPE", "Accepted", "Not taken", "Accepted"),
    Case("action_event_type", "action_interactions", "EVENT_TYPE", "NOTTAKEN", "NOT_TAKEN", "NOTTAKEN"),
    Case("text_length_asian", "items", "TEXT", "東" * 7_001, "東" * 7_000, "東" * 7_001),
    Case("text_length_asian", "items", "TEXT", "x" * 7_000 + "ば", "x" * 7_001, "x" * 7_000 + "ば"),
    Case("text_length", "items", "TEXT", "x" * 20_001, "x" * 20_000, "x" * 20_001),
]


def name(case: Case) -> str:
    return f"{case.rule} {case.dataset}.{case.column} {str(case.value)[:12]!r}"


def failures(case: Case, value: Any, route: Any = "put") -> pl.DataFrame:
    """What a frame of two rows gives whose second row holds the value."""
    good = GOOD[case.dataset]
    frame = pl.DataFrame(
        {key: [case.twin, value] if key == case.column else [each] * 2 for key, each in good.items()},
        strict=False,
    )
    return validate(prepare(frame, case.dataset, metadata=METADATA[case.dataset]), route=route).failures


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDPREP_CLOCK", "2026-01-01T00:00:00Z")


@pytest.mark.parametrize("case", CASES, ids=name)
def test_the_counter_example_is_named_once(case: Case) -> None:
    found = failures(case, case.value)
    assert found.select("row", "column", "rule", "value").rows() == [(1, case.column, case.rule, case.shown)]
    assert found["mend"].item()


@pytest.mark.parametrize("case", CASES, ids=name)
def test_its_twin_passes(case: Case) -> None:
    assert failures(case, case.twin).rows() == []


def test_every_row_rule_has_a_counter_example() -> None:
    of_one_column = {rule.name for rule in registry.RULES if rule.scope == "row"} - SEVERAL
    assert of_one_column == {case.rule for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=name)
@pytest.mark.parametrize("route", ["bulk", "put"])
def test_a_rule_stops_the_route_that_its_row_names(case: Case, route: Any) -> None:
    report = validate(_many(case), route=route)
    assert report.ok != registry.rule(case.rule).blocks(route)


def _many(case: Case) -> Any:
    """Two thousand good rows, so that no minimum stops them, and the bad one."""
    good = GOOD[case.dataset]
    count = 2_000
    columns = {key: [case.twin if key == case.column else each] * count for key, each in good.items()}
    varied = "TIMESTAMP" if "TIMESTAMP" in columns and case.column != "TIMESTAMP" else "ITEM_ID"
    if varied == "TIMESTAMP":
        columns["TIMESTAMP"] = [TIME + n for n in range(count)]
    elif varied in columns and case.column != varied:
        columns[varied] = [f"i{n}" for n in range(count)]
    columns[case.column][0] = case.value
    frame = pl.DataFrame(columns, strict=False)
    return prepare(frame, case.dataset, metadata=METADATA[case.dataset])
