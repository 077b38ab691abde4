"""Clicks, views and searches, as trackers and data warehouses write them."""

from __future__ import annotations

import json
from typing import Any, Final

import polars as pl

from tests.wild.cases import Call, File, epoch, lines

EVENT: Final = {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "at"}


def _json(*rows: dict[str, Any]) -> bytes:
    return lines(*(json.dumps(row) for row in rows))


FILES: Final = (
    File(
        "clicks without a header, ISO with milliseconds",
        "yoochoose-clicks.dat",
        lines("1,2014-04-07T10:51:09.277Z,214536502,0", "01,2014-04-07T10:54:09.868Z,214536500,0"),
        Call(
            "interactions",
            {"USER_ID": "session", "ITEM_ID": "item", "TIMESTAMP": "at"},
            options={"has_header": False, "new_columns": ["session", "at", "item", "category"], "separator": ","},
        ),
        [("1", "214536502", epoch(2014, 4, 7, 10, 51, 9)), ("01", "214536500", epoch(2014, 4, 7, 10, 54, 9))],
    ),
    File(
        "events in milliseconds with an empty column",
        "events.csv",
        lines("timestamp,visitorid,event,itemid,transactionid", "1433221332117,257597,view,355908,", "1433224214164,0992329,addtocart,248676,4000"),
        Call(
            "interactions",
            {"USER_ID": "visitorid", "ITEM_ID": "itemid", "TIMESTAMP": "timestamp", "EVENT_TYPE": "event"},
        ),
        [("257597", "355908", "1433221332", "view"), ("0992329", "248676", "1433224214", "addtocart")],
    ),
    File(
        "behaviour of users without a header, integers",
        "UserBehavior.csv",
        lines("1,2268318,2520377,pv,1511544070", "1,2333346,2520771,pv,1511561733"),
        Call(
            "interactions",
            {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "at", "EVENT_TYPE": "kind"},
            options={"has_header": False, "new_columns": ["user", "item", "category", "kind", "at"]},
        ),
        [("1", "2268318", "1511544070", "pv"), ("1", "2333346", "1511561733", "pv")],
    ),
    File(
        "visits whose ids have the form of decimals",
        "ga.csv",
        lines("client_id,page,time", "1000000000.1700000000,/a,1700000000", "12345.1700000100,/b,1700000100", "7.10,/b,1700000101"),
        Call("interactions", {"USER_ID": "client_id", "ITEM_ID": "page", "TIMESTAMP": "time"}),
        [
            ("1000000000.1700000000", "/a", "1700000000"),
            ("12345.1700000100", "/b", "1700000100"),
            ("7.10", "/b", "1700000101"),
        ],
    ),
    File(
        "visits of an export with nested objects and long digits as text",
        "ga_sessions.json",
        _json(
            {"fullVisitorId": "0824839726118485274", "visitStartTime": "1501583974", "page": {"path": "/a"}},
            {"fullVisitorId": "9377429831454005466", "visitStartTime": "1501616585", "page": {"path": "/b"}},
        ),
        Call("interactions", {"USER_ID": "fullVisitorId", "ITEM_ID": "page.path", "TIMESTAMP": "visitStartTime"}),
        [("0824839726118485274", "/a", "1501583974"), ("9377429831454005466", "/b", "1501616585")],
    ),
    File(
        "events in microseconds with properties that not every event has",
        "ga4.ndjson",
        _json(
            {"user_pseudo_id": "1.10", "event_timestamp": 1700000000123456, "event": "view"},
            {"user_pseudo_id": "1.1", "event_timestamp": 1700000001000000, "event": "buy", "item": {"id": "x"}},
        ),
        Call(
            "interactions",
            {"USER_ID": "user_pseudo_id", "ITEM_ID": pl.col("item").struct.field("id").fill_null("home"), "TIMESTAMP": "event_timestamp", "EVENT_TYPE": "event"},
        ),
        [("1.10", "home", "1700000000", "view"), ("1.1", "x", "1700000001", "buy")],
    ),
    File(
        "sessions with a list of events",
        "otto.jsonl",
        _json(
            {"session": 12, "events": [{"aid": 59625, "ts": 1661724000278, "type": "clicks"}, {"aid": 7, "ts": 1661724001000, "type": "carts"}]},
            {"session": 13, "events": [{"aid": 8, "ts": 1661724002000, "type": "orders"}]},
        ),
        Call(
            "interactions",
            {"USER_ID": "session", "ITEM_ID": "aid", "TIMESTAMP": "ts", "EVENT_TYPE": "type"},
            before=lambda rows: rows.explode("events").unnest("events"),
        ),
        [
            ("12", "59625", "1661724000", "clicks"),
            ("12", "7", "1661724001", "carts"),
            ("13", "8", "1661724002", "orders"),
        ],
    ),
    File(
        "events of a warehouse: times end in UTC",
        "bigquery.csv",
        lines("user,item,at", "u1,i1,2026-01-05 10:00:00 UTC", "u2,i2,2026-01-05 10:00:00.250 UTC"),
        Call("interactions", EVENT),
        [("u1", "i1", epoch(2026, 1, 5, 10)), ("u2", "i2", epoch(2026, 1, 5, 10))],
    ),
    File(
        "events of a warehouse: times with an offset without a colon",
        "snowflake.csv",
        lines("user,item,at", "u1,i1,2026-01-05 10:00:00.000 +0000", "u2,i2,2026-01-05 10:00:00.000 -0800"),
        Call("interactions", EVENT),
        [("u1", "i1", epoch(2026, 1, 5, 10)), ("u2", "i2", epoch(2026, 1, 5, 18))],
    ),
    File(
        "events of a browser",
        "browser.csv",
        lines("user,item,at", "u1,i1,Mon Jan 05 2026 10:00:00 GMT+0100 (Central European Standard Time)"),
        Call("interactions", EVENT),
        [("u1", "i1", epoch(2026, 1, 5, 9))],
    ),
    File(
        "events of a web server's log",
        "access.csv",
        lines("user,item,at", "u1,/a,05/Jan/2026:10:00:00 +0000"),
        Call("interactions", EVENT),
        [("u1", "/a", epoch(2026, 1, 5, 10))],
    ),
    File(
        "events with the times of e-mail",
        "mail.csv",
        lines("user,item,at", 'u1,i1,"Mon, 05 Jan 2026 10:00:00 +0100"'),
        Call("interactions", EVENT),
        [("u1", "i1", epoch(2026, 1, 5, 9))],
    ),
    File(
        "events with compact dates",
        "compact.csv",
        lines("user,item,at", "u1,i1,20260105T100000Z", "u2,i2,20260106T000000Z"),
        Call("interactions", EVENT),
        [("u1", "i1", epoch(2026, 1, 5, 10)), ("u2", "i2", epoch(2026, 1, 6))],
    ),
    File(
        "events with offsets of many zones",
        "zones.csv",
        lines("user,item,at", "u1,i1,2026-01-05T10:00:00+05:30", "u2,i2,2026-01-05T10:00:00-08:00", "u3,i3,2026-01-05T10:00:00Z"),
        Call("interactions", EVENT),
        [("u1", "i1", epoch(2026, 1, 5, 4, 30)), ("u2", "i2", epoch(2026, 1, 5, 18)), ("u3", "i3", epoch(2026, 1, 5, 10))],
    ),
    File(
        "anonymous visits with a session",
        "tracker.ndjson",
        _json(
            {"userId": None, "anonymousId": "s1", "properties": {"sku": "a"}, "timestamp": "2026-01-05T10:00:00.000Z"},
            {"userId": "u1", "anonymousId": "s1", "properties": {"sku": "b"}, "timestamp": "2026-01-05T10:01:00.000Z"},
        ),
        Call(
            "interactions",
            {"USER_ID": pl.coalesce("userId", "anonymousId"), "ITEM_ID": "properties.sku", "TIMESTAMP": "timestamp"},
        ),
        [("s1", "a", epoch(2026, 1, 5, 10)), ("u1", "b", epoch(2026, 1, 5, 10, 1))],
    ),
    File(
        "ids that an expression joins keep their zeros",
        "joined.csv",
        lines("shop,customer,item,at", "01,007,a,1700000000", "1,07,b,1700000000"),
        Call("interactions", {"USER_ID": pl.format("{}-{}", "shop", "customer"), "ITEM_ID": "item", "TIMESTAMP": "at"}),
        [("01-007", "a", "1700000000"), ("1-07", "b", "1700000000")],
    ),
)  # fmt: skip
