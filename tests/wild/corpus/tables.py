"""Tables of typed values: the same data as CSV, Parquet, JSON lines, and frames of Polars, pandas and Arrow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

import polars as pl

from tests.wild.cases import Call, Table, epoch

EVENT: Final = {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "at"}
AT: Final = [1_700_000_000, 1_700_000_001, 1_700_000_002]
TIMES: Final = [str(second) for second in AT]
NO_LISTS: Final = {"CSV": "a CSV holds no lists"}
UUIDS: Final = [str(UUID(int=number * 0x1234567890ABCDEF1234567)) for number in (1, 2, 3)]
MOMENTS: Final = [
    datetime(2026, 1, 5, 10, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
]


def _events(name: str, users: Sequence[object], expected: list[str], **more: object) -> Table:
    """Return three events of such users."""
    return Table(
        name, {"user": users, "item": ["a", "b", "c"], "at": AT}, Call("interactions", EVENT),
        [(user, item, time) for user, item, time in zip(expected, "abc", TIMES, strict=True)],
        **more,  # type: ignore[arg-type]  # the rest of a Table's own arguments
    )  # fmt: skip


TABLES: Final = (
    _events("text ids with zeros in front", ["007", "7", "0"], ["007", "7", "0"]),
    _events("text ids that look like decimals", ["1.10", "1.1", "12.5"], ["1.10", "1.1", "12.5"]),
    _events("text ids that a float wrote", ["7.0", "8.0", "9.0"], ["7", "8", "9"]),
    _events("text ids with 1.0 beside 1", ["1.0", "1", "2"], ["1.0", "1", "2"]),
    _events("text ids with exponents", ["1e5", "1E5", "2e-3"], ["1e5", "1E5", "2e-3"]),
    _events("text ids with outer spaces", [" a", "b ", " c "], ["a", "b", "c"]),
    _events("UUIDs", UUIDS, UUIDS),
    _events("integers", [7, 8, 2**53 + 1], ["7", "8", str(2**53 + 1)]),
    _events("long digits as text", ["0824839726118485274", "9377429831454005466", "1"], ["0824839726118485274", "9377429831454005466", "1"]),
    _events("words that mean something elsewhere", ["true", "inf", "yes"], ["true", "inf", "yes"]),
    _events("every script", ["利用者", "🎬", "naïve"], ["利用者", "🎬", "naïve"]),
    Table(
        "moments of UTC",
        {"user": ["a", "b", "c"], "item": ["x", "y", "z"], "at": MOMENTS},
        Call("interactions", EVENT),
        [
            ("a", "x", epoch(2026, 1, 5, 10)),
            ("b", "y", epoch(1999, 12, 31, 23, 59, 59)),
            ("c", "z", epoch(2026, 3, 29, 1)),
        ],
    ),
    Table(
        "days",
        {"user": ["a", "b"], "item": ["x", "y"], "at": [date(2026, 1, 5), date(2025, 12, 31)]},
        Call("interactions", EVENT),
        [("a", "x", epoch(2026, 1, 5)), ("b", "y", epoch(2025, 12, 31))],
    ),
    Table(
        "seconds and milliseconds in one column of text",
        {"user": ["a", "b"], "item": ["x", "y"], "at": ["1700000000", "1700000001999"]},
        Call("interactions", EVENT),
        [("a", "x", "1700000000"), ("b", "y", "1700000001")],
    ),
    Table(
        "numbers with gaps",
        {"sku": ["1", "2", "3"], "price": [9.5, None, 0.25], "stock": [3, None, 0]},
        Call("items", {"ITEM_ID": "sku"}, {"PRICE": "price", "STOCK": "stock"}),
        [("1", "9.5", "3"), ("2", None, None), ("3", "0.25", "0")],
        but={
            "pandas, object": "pandas makes whole numbers with gaps floats, so that STOCK is a float there",
        },
    ),
    Table(
        "categories with gaps",
        {"sku": ["1", "2", "3"], "colour": ["red", None, "light blue, matt"]},
        Call("items", {"ITEM_ID": "sku"}, {"COLOUR": "colour"}),
        [("1", "red"), ("2", None), ("3", "light blue, matt")],
    ),
    Table(
        "lists of categories",
        {"sku": ["1", "2", "3"], "tags": [["red", "warm"], [], ["x"]]},
        Call("items", {"ITEM_ID": "sku"}, {"TAGS": "tags"}),
        [("1", "red|warm"), ("2", None), ("3", "x")],
        but=NO_LISTS,
    ),
    Table(
        "truths",
        {"user": ["1", "2", "3"], "gold": [True, False, None]},
        Call("users", {"USER_ID": "user"}, {"GOLD": "gold"}),
        [("1", "True"), ("2", "False"), ("3", None)],
    ),
    Table(
        "categories of an enumeration",
        {"user": ["1", "2"], "plan": ["free", "gold"]},
        Call("users", {"USER_ID": "user"}, {"PLAN": "plan"}),
        [("1", "free"), ("2", "gold")],
        types={"plan": pl.Enum(["free", "gold"])},
    ),
)  # fmt: skip
