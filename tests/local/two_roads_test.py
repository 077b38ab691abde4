"""Two routes meet: the same rows by import and by put leave the same records, as exports show."""

from __future__ import annotations

import json
from typing import Any

NASTY = ["plain", 'say "hi"', "back\\slash", "end\\", "a,b", "漢字 é", " spaces ", None, "x|y", "0", "true"]
NUMBERS = [1.5, -3.25, 1e-7, 123456.789, 0.1, None, 1e15, 4.0]
EVENTS = {
    "EVENT_VALUE": ["float", "null"], "IMPRESSION": ["string", "null"],
    "RECOMMENDATION_ID": ["string", "null"], "NOTE": ["string", "null"], "WATCHED_SECONDS": ["long", "null"],
}  # fmt: skip
ITEMS = {"ABOUT": ["string", "null"], "STOCK": ["int", "null"], "NEW": ["boolean", "null"]}
Rows = list[dict[str, Any]]


def pick(values: list[Any], number: int) -> Any:
    return values[number % len(values)]


def event_rows() -> Rows:
    return [
        {
            "USER_ID": f"u{n % 50}", "ITEM_ID": f"i{n % 9}", "EVENT_TYPE": pick(["click", "buy"], n),
            "TIMESTAMP": 1_700_000_000 + n, "EVENT_VALUE": pick(NUMBERS, n),
            "IMPRESSION": pick(["i1|i2", None, "i3"], n), "RECOMMENDATION_ID": pick([None, "r-1"], n),
            "NOTE": pick(NASTY, n), "WATCHED_SECONDS": pick([7, None, 2**40], n),
        }
        for n in range(1000)
    ]  # fmt: skip


def item_rows() -> Rows:
    return [
        {
            "ITEM_ID": f"i{n}", "GENRES": pick(["Drama", "Drama|Comedy", None], n),
            "PRICE": pick(NUMBERS, n), "ABOUT": pick(NASTY, n), "STOCK": pick([3, None, -1], n),
            "NEW": pick([True, False, None], n),
        }
        for n in range(60)
    ]  # fmt: skip


def user_rows() -> Rows:
    return [{"USER_ID": pick(["u{}", "é{}", 'q"{}', "b\\{}"], n).format(n), "AGE": pick([None, 7], n)}
            for n in range(40)]  # fmt: skip


def csv(rows: Rows) -> str:
    lines = [",".join(rows[0]), *(",".join(map(cell, row.values())) for row in rows)]
    return "\n".join(lines) + "\n"


def cell(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "" if value is None else str(value)


def properties(row: dict[str, Any], *outside: str) -> str:
    return json.dumps({camel(k): v for k, v in row.items() if k not in outside and v is not None})


def camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(map(str.title, rest))


def event(row: dict[str, Any]) -> dict[str, Any]:
    members = {
        "itemId": row["ITEM_ID"], "eventType": row["EVENT_TYPE"], "sentAt": row["TIMESTAMP"],
        "eventValue": row["EVENT_VALUE"], "recommendationId": row["RECOMMENDATION_ID"],
        "impression": row["IMPRESSION"] and row["IMPRESSION"].split("|"),
        "properties": properties(row, "USER_ID", "ITEM_ID", "EVENT_TYPE", "TIMESTAMP", "EVENT_VALUE",
                                 "IMPRESSION", "RECOMMENDATION_ID"),
    }  # fmt: skip
    return {name: value for name, value in members.items() if value is not None}


def put_events(lab: Any, tracking: str, rows: Rows) -> None:
    for user in {row["USER_ID"] for row in rows}:
        own = [event(row) for row in rows if row["USER_ID"] == user]
        for first in range(0, len(own), 10):
            call = {"trackingId": tracking, "userId": user, "sessionId": "s"}
            lab.events.put_events(**call, eventList=own[first : first + 10])


def meet(lab: Any, bulk: str, put: str, count: int) -> None:
    imported, sent = lab.export(bulk, "BULK"), lab.export(put, "PUT")
    assert len(imported) == count + 1
    assert imported[0] == sent[0]
    assert sorted(imported[1:]) == sorted(sent[1:])
    assert sorted(lab.export(bulk, "ALL")) == sorted(lab.export(put, "ALL"))


def test_interactions(lab: Any) -> None:
    first, second = lab.group(), lab.group()
    bulk, put = lab.dataset("Interactions", first, **EVENTS), lab.dataset("Interactions", second, **EVENTS)
    assert lab.load(bulk, csv(event_rows()))["status"] == "ACTIVE"
    put_events(lab, lab.tracker(second), event_rows())
    meet(lab, bulk, put, 1000)


def test_items(lab: Any) -> None:
    bulk, put = lab.dataset("Items", **ITEMS), lab.dataset("Items", **ITEMS)
    rows = item_rows()
    assert lab.load(bulk, csv(rows))["status"] == "ACTIVE"
    records = [{"itemId": row["ITEM_ID"], "properties": properties(row, "ITEM_ID")} for row in rows]
    for first in range(0, len(rows), 10):
        lab.events.put_items(datasetArn=put, items=records[first : first + 10])
    meet(lab, bulk, put, 60)


def test_users(lab: Any) -> None:
    bulk, put = lab.dataset("Users"), lab.dataset("Users")
    rows = user_rows()
    assert lab.load(bulk, csv(rows))["status"] == "ACTIVE"
    records = [{"userId": row["USER_ID"], "properties": properties(row, "USER_ID")} for row in rows]
    for first in range(0, len(rows), 10):
        lab.events.put_users(datasetArn=put, users=records[first : first + 10])
    meet(lab, bulk, put, 40)
