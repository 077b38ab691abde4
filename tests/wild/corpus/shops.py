"""Orders, articles and customers, as shops export them."""

from __future__ import annotations

from typing import Final

import polars as pl

from pdprep import transforms
from tests.wild.cases import Call, File, epoch, lines

BOUGHT: Final = pl.lit("Purchase")
ORDER: Final = {"USER_ID": "customer", "ITEM_ID": "article", "TIMESTAMP": "day"}

FILES: Final = (
    File(
        "transactions with hashes and article numbers that begin with zero",
        "transactions_train.csv",
        lines(
            "t_dat,customer_id,article_id,price,sales_channel_id",
            "2018-09-20,000058a12d5b43e67d225668fa1f8d618c13dc232df0cad8ffe7ad4a1091e318,0663713001,0.050830508474576264,2",
            "2018-09-20,00007d2de826758b65a93dd24ce629ed66842531df6699338c5570910a014cc2,0505221004,0.0152372881355932,2",
        ),
        Call(
            "interactions",
            {"USER_ID": "customer_id", "ITEM_ID": "article_id", "TIMESTAMP": "t_dat", "EVENT_VALUE": "price"},
        ),
        [
            (
                "000058a12d5b43e67d225668fa1f8d618c13dc232df0cad8ffe7ad4a1091e318",
                "0663713001", epoch(2018, 9, 20), "0.050830508474576264",
            ),
            (
                "00007d2de826758b65a93dd24ce629ed66842531df6699338c5570910a014cc2",
                "0505221004", epoch(2018, 9, 20), "0.0152372881355932",
            ),
        ],
    ),
    File(
        "invoices whose customers pandas made floats",
        "online_retail.csv",
        lines(
            "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID",
            "536365,85123A,6,2010-12-01 08:26:00,2.55,17850.0",
            "536366,22633,1,2010-12-01 08:28:00,1.85,17851.0",
        ),
        Call(
            "interactions",
            {"USER_ID": "CustomerID", "ITEM_ID": "StockCode", "TIMESTAMP": "InvoiceDate", "EVENT_VALUE": "UnitPrice"},
        ),
        [
            ("17850", "85123A", epoch(2010, 12, 1, 8, 26), "2.55"),
            ("17851", "22633", epoch(2010, 12, 1, 8, 28), "1.85"),
        ],
    ),
    File(
        "invoices of customers who are unknown",
        "online_retail_unknown.csv",
        lines("StockCode,InvoiceDate,CustomerID", "1,2010-12-01 08:26:00,17850.0", "2,2010-12-01 08:26:00,"),
        Call("interactions", {"USER_ID": "CustomerID", "ITEM_ID": "StockCode", "TIMESTAMP": "InvoiceDate"}),
        [("17850", "1", epoch(2010, 12, 1, 8, 26))],
        bad=1,
    ),
    File(
        "prices of Germany in cp1252 with sep= as spreadsheets write it",
        "Bestellungen.csv",
        lines("sep=;", "Kunde;Artikel;Tag;Betrag", "K-01;0012;2026-01-05;1.899,29 €", "K-02;0013;2026-01-06;-4,50 €", end="\r\n", encoding="cp1252"),
        Call(
            "interactions",
            {"USER_ID": "Kunde", "ITEM_ID": "Artikel", "TIMESTAMP": "Tag", "EVENT_VALUE": "Betrag"},
            options={"encoding": "cp1252"},
            before=lambda rows: rows.pipe(transforms.prices, "Betrag"),
        ),
        [
            ("K-01", "0012", epoch(2026, 1, 5), "1899.29"),
            ("K-02", "0013", epoch(2026, 1, 6), "-4.5"),
        ],
    ),
    File(
        "articles in UTF-16 with tabs",
        "artikel.txt",
        "Nummer\tGruppe\tPreis\r\n0012\tSchuhe für Kinder\t12.5\r\n0013\tHüte\t7\r\n".encode("utf-16"),
        Call("items", {"ITEM_ID": "Nummer"}, {"GRUPPE": "Gruppe", "PREIS": "Preis"}),
        [("0012", "Schuhe für Kinder", "12.5"), ("0013", "Hüte", "7.0")],
    ),
    File(
        "articles with a byte order mark and spaces around the names",
        "articles.csv",
        b"\xef\xbb\xbf" + lines("sku , colour", "0001,red", "0002,blue"),
        Call("items", {"ITEM_ID": "sku "}, {"COLOUR": " colour"}),
        [("0001", "red"), ("0002", "blue")],
    ),
    File(
        "articles with HTML, doubled quotation marks and line breaks",
        "products.csv",
        lines('sku,name,body', '1,"The ""best"" pan","<p>One</p>\n<p class=""x"">Two, three</p>"', '2,Pot,"C:\\pots\\2"'),
        Call("items", {"ITEM_ID": "sku"}, {"NAME": "name", "BODY": "body"}),
        [
            ("1", 'The "best" pan', '<p>One</p> <p class="x">Two, three</p>'),
            ("2", "Pot", "C:\\pots\\2"),
        ],
    ),
    File(
        "articles that were written for Amazon Personalize",
        "items-00000.csv",
        lines('ITEM_ID,NAME', '1,"The \\"best\\" pan"', '2,"C:\\\\pots\\\\2"', "3,Plain"),
        Call("items", metadata={"NAME": "NAME"}, options={"escape": "\\"}),
        [("1", 'The "best" pan'), ("2", "C:\\pots\\2"), ("3", "Plain")],
    ),
    File(
        "articles of an old Mac",
        "mac.csv",
        lines("sku,colour", "0001,red", "0002,blue", end="\r"),
        Call("items", {"ITEM_ID": "sku"}, {"COLOUR": "colour"}),
        [("0001", "red"), ("0002", "blue")],
    ),
    File(
        "articles with a path of categories",
        "paths.csv",
        lines("sku,path,price", "1,Home > Kitchen > Pans,9.99", "2,Home,1"),
        Call(
            "items",
            {
                "ITEM_ID": "sku", "PRICE": "price",
                "CATEGORY_L1": pl.col("path").str.split(" > ").list.get(0),
                "CATEGORY_L2": pl.col("path").str.split(" > ").list.get(1, null_on_oob=True),
            },
            domain="ECOMMERCE",
        ),
        [("1", "9.99", "Home", "Kitchen"), ("2", "1.0", "Home", None)],
    ),
    File(
        "articles whose tags are lists of Python",
        "tags.csv",
        lines("sku,tags", "1,\"['red', 'warm']\"", "2,[]"),
        Call("items", {"ITEM_ID": "sku"}, {"TAGS": "tags"}, before=lambda rows: rows.pipe(transforms.split, "tags")),
        [("1", "red|warm"), ("2", None)],
    ),
    File(
        "articles whose tags are lists of JSON",
        "tags-json.csv",
        lines('sku,tags', '1,"[""red"", ""warm""]"', '2,"[""blue""]"'),
        Call("items", {"ITEM_ID": "sku"}, {"TAGS": "tags"}, before=lambda rows: rows.pipe(transforms.split, "tags")),
        [("1", "red|warm"), ("2", "blue")],
    ),
    File(
        "articles whose tags are arrays of PostgreSQL",
        "tags-pg.csv",
        lines("sku,tags", '1,"{red,warm}"', "2,{blue}"),
        Call("items", {"ITEM_ID": "sku"}, {"TAGS": "tags"}, before=lambda rows: rows.pipe(transforms.split, "tags")),
        [("1", "red|warm"), ("2", "blue")],
    ),
    File(
        "properties of articles, one a line",
        "item_properties.csv",
        lines("itemid,property,value", "7,colour,red", "7,size,XL", "08,colour,blue"),
        Call(
            "items",
            {"ITEM_ID": "itemid"},
            {"COLOUR": "colour", "SIZE": "size"},
            before=lambda rows: rows.group_by("itemid").agg(
                pl.col("value").filter(pl.col("property") == name).first().alias(name) for name in ("colour", "size")
            ),
        ),
        [("7", "red", "XL"), ("08", "blue", None)],
    ),
    File(
        "orders whose further lines leave the order's columns out",
        "orders_export.csv",
        lines(
            "Name,Email,Paid at,Lineitem sku",
            "#1001,ann@example.org,2026-01-05 10:00:00 +0100,0012",
            "#1001,,,0013",
            "#1001,,,0014",
            "#1002,bob@example.org,2026-01-05 11:00:00 +0100,0012",
            "#1003,,2026-01-05 12:00:00 +0100,0012",
        ),
        Call(
            "interactions",
            {"USER_ID": "Email", "ITEM_ID": "Lineitem sku", "TIMESTAMP": "Paid at"},
            before=lambda rows: rows.pipe(transforms.fill_down, "Email", "Paid at", within="Name"),
        ),
        [
            ("ann@example.org", "0012", epoch(2026, 1, 5, 9)),
            ("ann@example.org", "0013", epoch(2026, 1, 5, 9)),
            ("ann@example.org", "0014", epoch(2026, 1, 5, 9)),
            ("bob@example.org", "0012", epoch(2026, 1, 5, 10)),
        ],
        bad=1,  # nobody is known to have ordered
    ),
    File(
        "stars and stripes: dollars with thousands",
        "usd.csv",
        lines('sku,price', '1,"$1,299.00"', '2,$5.25'),
        Call("items", {"ITEM_ID": "sku"}, {"PRICE": "price"}, before=lambda rows: rows.pipe(transforms.prices, "price")),
        [("1", "1299.0"), ("2", "5.25")],
    ),
    File(
        "booleans of a database",
        "flags.csv",
        lines("id,active", "1,t", "2,f", "3,"),
        Call("users", {"USER_ID": "id"}, {"ACTIVE": "active"}),
        [("1", "t"), ("2", "f"), ("3", None)],
    ),
)  # fmt: skip
