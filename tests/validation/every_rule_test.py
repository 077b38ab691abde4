"""One frame of 300 rows for each dataset type and domain breaks each of its row rules in a row of its own."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from pdprep import Contract, Field, Prepared, prepare, validate
from pdprep.clock import now
from pdprep.contract import catalogue
from pdprep.contract.choices import DatasetType, Domain
from pdprep.contract.meanings import is_timestamp
from pdprep.validation.row_checks import row_checks
from tests.contract.strategies import DATASETS

ROWS = 300
TIME = 1_700_000_000
LONG = "x" * 257
WIDE = "🦉"  # four bytes
# As much as each may have by itself: an event of more than 10 KB.
LARGE = {"NOTE": WIDE * 940, "ITEM_ID": WIDE * 256, "EVENT_TYPE": WIDE * 256, "RECOMMENDATION_ID": WIDE * 40}
OWN = {
    "NOTE": Field("NOTE", nullable=True),
    "STOCK": Field("STOCK", "int"),
    "LISTED": Field("LISTED", "boolean", nullable=True),
    "MADE_TIMESTAMP": Field("MADE_TIMESTAMP", "long", nullable=True),
    "WEIGHT": Field("WEIGHT", "float", nullable=True),
}

# What no row here can break alone: members of an action interaction that have a length of their own do not
# add up to 10 KB, nor two texts of 1,000 characters to the properties of a user.
NEVER = {
    "interactions": {"session_of_user_word"},
    "action_interactions": {"event_bytes", "event_type_length", "session_of_user_word"},
    "users": {"properties_length"},
    "actions": {"properties_length"},
}


class Bad(NamedTuple):
    """A value that breaks a rule, with others of its row; ``shown`` is the column that the report names."""

    rule: str
    column: str
    value: str
    shown: str = ""
    others: Mapping[str, str] = {}


IDS = ("ITEM_ID", "ACTION_ID", "USER_ID")
BAD = [
    *(Bad("id_missing", name, "") for name in IDS),
    Bad("user_missing_in_bulk", "USER_ID", ""),
    *(Bad("id_length", name, LONG) for name in IDS),
    *(Bad("id_bar", name, "a|b") for name in IDS),
    *(Bad("id_line_break", name, "a\nb") for name in IDS),
    *(Bad("id_characters", name, 'a"b') for name in IDS),
    *(Bad("keyword_value", name, name) for name in IDS),
    Bad("timestamp_missing", "TIMESTAMP", ""),
    *(Bad("timestamp_unreadable", name, "soon") for name in ("TIMESTAMP", "MADE_TIMESTAMP")),
    *(Bad("timestamp_unit", name, "10000000000") for name in ("TIMESTAMP", "MADE_TIMESTAMP")),
    Bad("timestamp_past", "TIMESTAMP", "1979-01-01"),
    Bad("timestamp_future", "TIMESTAMP", "2100-01-01"),
    Bad("time_implausible", "MADE_TIMESTAMP", "2024"),
    *(Bad("id_word", name, "undefined") for name in IDS),
    Bad("action_value", "VALUE", "11"),
    Bad("repeat_frequency", "REPEAT_FREQUENCY", "31"),
    Bad("event_type_missing", "EVENT_TYPE", " "),
    Bad("event_type_length", "EVENT_TYPE", LONG),
    Bad("action_event_type", "EVENT_TYPE", "Accepted"),
    Bad("value_missing", "STOCK", ""),
    Bad("number_unreadable", "STOCK", "many"),
    *(Bad("number_not_finite", name, "inf") for name in ("WEIGHT", "EVENT_VALUE")),
    Bad("boolean_unreadable", "LISTED", "perhaps"),
    Bad(
        "category_length", "TAGS", "x" * 1_001, others=dict.fromkeys(("NOTE", "LISTED", "MADE_TIMESTAMP"), "")
    ),
    Bad("category_bar", "TAGS", "a|b"),
    Bad("string_length", "NOTE", "x" * 1_001),
    Bad("text_length", "PRODUCT_DESCRIPTION", "x" * 20_001),
    Bad("text_length_asian", "PRODUCT_DESCRIPTION", "東" * 7_001),
    Bad("impression_count", "IMPRESSION", "|".join("a" * 26)),
    Bad("impression_id", "IMPRESSION", "a||b"),
    *(Bad("impression_list", "IMPRESSION", text) for text in ('["a", "b"]', "a, b", "a | b")),
    Bad("recommendation_id_length", "RECOMMENDATION_ID", "r" * 41),
    Bad("attribution_source", "EVENT_ATTRIBUTION_SOURCE", "é"),
    Bad("put_id_length", "SESSION_ID", LONG),
    Bad("session_id_word", "SESSION_ID", "null"),
    Bad("properties_length", "PRODUCT_DESCRIPTION", '"' * 16_000, "properties"),
    Bad("properties_length", "EVENT_TYPE", "Viewed", "properties", {"NOTE": "x" * 1_000}),
    Bad("properties_length", "NOTE", '"' * 16_000, "properties"),
    Bad("event_bytes", "IMPRESSION", "|".join([WIDE * 39] * 25), "event", LARGE),
]


def good(field: Field, n: int) -> str:
    if field.name in IDS:
        return f"{field.name[0].lower()}{n}"
    if is_timestamp(field):
        return str(TIME + n)
    by_name = {"EVENT_TYPE": "Viewed", "SESSION_ID": f"s{n}", "EVENT_ID": f"e{n}", "IMPRESSION": "a|b"}
    by_type = {"string": "t", "boolean": "true", "float": "1.5"}
    return by_name.get(field.name, by_type.get(field.type, "1"))


def wide(dataset: DatasetType, domain: Domain) -> list[Field]:
    """Every field that the catalogue has, and one of one's own of each kind that a dataset takes."""
    base = Contract.of(dataset, domain).extend(*catalogue.optional(dataset, domain))
    text = [Field("PRODUCT_DESCRIPTION", nullable=True, textual=True)] if dataset == "items" else []
    own = list(OWN.values())[: 5 if dataset in ("items", "users") else 4]
    return list(base.extend(*text, *own).fields)


def prepared(path: Path, dataset: DatasetType, domain: Domain, chosen: list[Bad]) -> Prepared:
    """A CSV whose n-th row holds the n-th bad value, the other rows being good."""
    fields = wide(dataset, domain)
    rows = [{field.name: good(field, n) for field in fields} | {"TAGS": "a"} for n in range(ROWS)]
    for n, bad in enumerate(chosen):
        rows[n] |= {bad.column: bad.value, **bad.others}
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    own = {each.name: each for each in fields if each.name in OWN or each.textual}
    return prepare(path, dataset, domain=domain, metadata={**own, "TAGS": pl.col("TAGS").str.split(";")})


def chosen(applicable: set[str], columns: set[str]) -> list[Bad]:
    found = {bad.rule: bad for bad in reversed(BAD) if bad.column in columns}
    return [found[name] for name in sorted(applicable)]


@pytest.mark.parametrize(("dataset", "domain"), DATASETS)
def test_each_row_rule_is_named_exactly_once(tmp_path: Path, dataset: DatasetType, domain: Domain) -> None:
    path = tmp_path / "bad.csv"
    empty = prepared(path, dataset, domain, [])
    applicable = {each.rule.name for each in row_checks(empty, now())} - NEVER.get(dataset, set())
    broken = chosen(applicable, {*empty.contract.names})
    report = validate(prepared(path, dataset, domain, broken))
    wanted = [(n, bad.shown or bad.column, bad.rule) for n, bad in enumerate(broken)]
    assert report.failures.select("row", "column", "rule").rows() == wanted
