"""What databases and other programs export, and names and bytes that are odd but right."""

from __future__ import annotations

import gzip
from typing import Final

from tests.wild.cases import Call, File, epoch, lines

EVENT: Final = {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "at"}
SIMPLE: Final = [("007", "a", "1700000000"), ("8", "b", "1700000001")]

FILES: Final = (
    File(
        "an export with bars",
        "unload.txt",
        lines("user|item|at", "007|a|1700000000", "8|b|1700000001"),
        Call("interactions", EVENT),
        SIMPLE,
    ),
    File(
        "an export with three signs between values",
        "bcp.txt",
        lines("user|~|item|~|at", "007|~|a|~|1700000000", "8|~|b|~|1700000001"),
        Call("interactions", EVENT, options={"separator": "|~|"}),
        SIMPLE,
    ),
    File(
        "an export with comments before the header",
        "commented.csv",
        lines("# made on Monday, by me", "# rows: 2", "user,item,at", "007,a,1700000000", "8,b,1700000001"),
        Call("interactions", EVENT, options={"comment_prefix": "#"}),
        SIMPLE,
    ),
    File(
        "an export with a title above the header",
        "titled.csv",
        lines("Events of January", "user,item,at", "007,a,1700000000", "8,b,1700000001"),
        Call("interactions", EVENT, options={"skip_lines": 1}),
        SIMPLE,
    ),
    File(
        "Windows line ends in gzip",
        "events.csv.gz",
        gzip.compress(lines("user,item,at", "007,a,1700000000", "8,b,1700000001", end="\r\n")),
        Call("interactions", EVENT),
        SIMPLE,
    ),
    File(
        "blank lines between rows and at the end",
        "blank.csv",
        lines("user,item,at", "007,a,1700000000", "", "8,b,1700000001", "", ""),
        Call("interactions", EVENT),
        SIMPLE,
    ),
    File(
        "a name with brackets",
        "events[1].csv",
        lines("user,item,at", "007,a,1700000000", "8,b,1700000001"),
        Call("interactions", EVENT),
        SIMPLE,
    ),
    File(
        "columns that are named like patterns",
        "patterns.csv",
        lines("^user$,*,at", "007,a,1700000000", "8,b,1700000001"),
        Call("interactions", {"USER_ID": "^user$", "ITEM_ID": "*", "TIMESTAMP": "at"}),
        SIMPLE,
    ),
    File(
        "the index that pandas wrote",
        "indexed.csv",
        lines(",user,item,at", "0,007,a,1700000000", "1,8,b,1700000001"),
        Call("interactions", EVENT),
        SIMPLE,
    ),
    File(
        "Cyrillic in its old encoding",
        "cp1251.csv",
        lines("user,item,at", "Аня,книга-1,1700000000", encoding="cp1251"),
        Call("interactions", EVENT, options={"encoding": "cp1251"}),
        [("Аня", "книга-1", "1700000000")],
    ),
    File(
        "ids of every script",
        "scripts.csv",
        lines("user,item,at", "利用者,🎬-7,1700000000", "مستخدم,naïve café,1700000001"),
        Call("interactions", EVENT),
        [("利用者", "🎬-7", "1700000000"), ("مستخدم", "naïve café", "1700000001")],
    ),
    File(
        "quotation marks that are part of the values",
        "loose.tsv",
        lines("sku\tsize", '1\t15" screen', '2\t"quoted" word'),
        Call("items", {"ITEM_ID": "sku"}, {"SIZE": "size"}, {"quote_char": ""}),
        [("1", '15" screen'), ("2", '"quoted" word')],
    ),
    File(
        "whole numbers with a fraction of zero in one column only",
        "floats.csv",
        lines("user,item,at", "7.0,a,1700000000.0", "8.0,b,1700000001.0"),
        Call("interactions", EVENT),
        [("7", "a", "1700000000"), ("8", "b", "1700000001")],
    ),
    File(
        "ids with a version: 1.0 beside 1",
        "versions.csv",
        lines("user,item,at", "u,1.0,1700000000", "u,1,1700000001", "u,1.10,1700000002"),
        Call("interactions", EVENT),
        [("u", "1.0", "1700000000"), ("u", "1", "1700000001"), ("u", "1.10", "1700000002")],
    ),
    File(
        "rows that end early",
        "short.csv",
        lines("sku,colour,size", "1,red,XL", "2,blue", "3,green,S"),
        Call("items", {"ITEM_ID": "sku"}, {"COLOUR": "colour", "SIZE": "size"}),
        [("1", "red", "XL"), ("2", "blue", None), ("3", "green", "S")],
    ),
    File(
        "films from before 1970 and of next year",
        "premieres.csv",
        lines("id,released,genres", "m1,-946771200,Drama", "m2,1940-01-01,War"),
        Call(
            "items",
            {"ITEM_ID": "id", "CREATION_TIMESTAMP": "released", "GENRES": "genres"},
            domain="VIDEO_ON_DEMAND",
        ),
        [("m1", "-946771200", "Drama"), ("m2", epoch(1940, 1, 1), "War")],
    ),
)
