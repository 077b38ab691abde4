"""Films, books, music and news, in the shapes that researchers publish."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Final

import polars as pl

from pdprep import transforms
from tests.wild.cases import Call, File, epoch, lines

RATING: Final = {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "time", "EVENT_VALUE": "rating"}
NAMES: Final = ["user", "item", "rating", "time"]
FLAGS: Final = ["id", "title", "released", "Action", "Comedy", "Drama"]


def _zip(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return held.getvalue()


FILES: Final = (
    File(
        "ratings with tabs and no header",
        "u.data",
        lines("196\t242\t3\t881250949", "0186\t302\t3\t891717742"),
        Call("interactions", RATING, options={"new_columns": NAMES, "has_header": False}),
        [("196", "242", "881250949", "3.0"), ("0186", "302", "891717742", "3.0")],
    ),
    File(
        "ratings with two colons and no header",
        "ratings.dat",
        lines("1::1193::5::978300760", "1::0661::3::978302109", "2::0661::4::978302109"),
        Call("interactions", RATING, options={"new_columns": NAMES, "has_header": False, "separator": "::"}),
        [
            ("1", "1193", "978300760", "5.0"),
            ("1", "0661", "978302109", "3.0"),
            ("2", "0661", "978302109", "4.0"),
        ],
    ),
    File(
        "films in latin-1 with two colons",
        "movies.dat",
        lines("1::Toy Time (1995)::Animation|Children", "73::Misérables, Les (1995)::Drama", encoding="latin-1"),
        Call(
            "items",
            {"ITEM_ID": "id"},
            {"GENRES": "genres"},
            {"new_columns": ["id", "title", "genres"], "has_header": False, "separator": "::", "encoding": "latin-1"},
        ),
        [("1", "Animation|Children"), ("73", "Drama")],
    ),
    File(
        "films with a column for each genre",
        "u.item",
        lines("1|Toy Time (1995)|01-Jan-1995|0|1|0", "2|Café (1996)|14-Feb-1996|1|0|1", encoding="latin-1"),
        Call(
            "items",
            {"ITEM_ID": "id"},
            {"GENRES": "genres"},
            {"new_columns": FLAGS, "has_header": False, "separator": "|", "encoding": "latin-1"},
            before=lambda rows: rows.with_columns(
                genres=pl.concat_list(
                    pl.when(pl.col(name) == "1").then(pl.lit(name)) for name in ("Action", "Comedy", "Drama")
                ).list.drop_nulls()
            ),
        ),
        [("1", "Comedy"), ("2", "Action|Drama")],
    ),
    File(
        "ratings of many users under a line with the film",
        "combined_data_1.txt",
        lines("1:", "1488844,3,2005-09-06", "822109,5,2005-05-13", "2:", "2059652,4,2005-09-05"),
        Call(
            "interactions",
            {"USER_ID": "user", "ITEM_ID": "film", "TIMESTAMP": "day", "EVENT_VALUE": "rating"},
            options={
                "new_columns": ["user", "rating", "day"], "has_header": False, "separator": ",",
            },
            before=lambda rows: rows.with_columns(
                film=pl.col("user").str.extract(r"^(\d+):$").forward_fill()
            ).filter(pl.col("rating").is_not_null()),
        ),
        [
            ("1488844", "1", epoch(2005, 9, 6), "3.0"),
            ("822109", "1", epoch(2005, 5, 13), "5.0"),
            ("2059652", "2", epoch(2005, 9, 5), "4.0"),
        ],
    ),
    File(
        "books with semicolons, everything quoted, in cp1252",
        "BX-Book-Ratings.csv",
        lines('"User-ID";"ISBN";"Book-Rating"', '"276725";"034545104X";"0"', '"276726";"0155061224";"5"', encoding="cp1252"),
        Call(
            "interactions",
            {"USER_ID": "User-ID", "ITEM_ID": "ISBN", "TIMESTAMP": pl.lit(1_100_000_000), "EVENT_VALUE": "Book-Rating"},
        ),
        [("276725", "034545104X", "1100000000", "0.0"), ("276726", "0155061224", "1100000000", "5.0")],
    ),
    File(
        "reviews as JSON lines with seconds and nested votes",
        "reviews_Books_5.json",
        lines(
            '{"reviewerID": "A2SUAM1J3GNN3B", "asin": "0000013714", "overall": 5.0, "unixReviewTime": 1252800000, "helpful": [2, 3]}',
            '{"reviewerID": "0AB", "asin": "0000013714", "overall": 4.0, "unixReviewTime": 1252800001, "helpful": [0, 0]}',
        ),
        Call(
            "interactions",
            {"USER_ID": "reviewerID", "ITEM_ID": "asin", "TIMESTAMP": "unixReviewTime", "EVENT_VALUE": "overall"},
        ),
        [("A2SUAM1J3GNN3B", "0000013714", "1252800000", "5.0"), ("0AB", "0000013714", "1252800001", "4.0")],
    ),
    File(
        "reviews in gzip",
        "reviews.jsonl.gz",
        gzip.compress(lines('{"u": "a", "i": "x", "t": 1600000000123}', '{"u": "b", "i": "y", "t": 1600000001000}')),
        Call("interactions", {"USER_ID": "u", "ITEM_ID": "i", "TIMESTAMP": "t"}),
        [("a", "x", "1600000000"), ("b", "y", "1600000001")],
    ),
    File(
        "an array of JSON objects",
        "animes.json",
        lines('[{"anime_id": "007", "genre": ["Action", "Sci-Fi"]},', ' {"anime_id": "8", "genre": []}]'),
        Call("items", {"ITEM_ID": "anime_id"}, {"GENRE": "genre"}),
        [("007", "Action|Sci-Fi"), ("8", None)],
    ),
    File(
        "one file in a zip",
        "ratings.zip",
        _zip(ratings_csv=lines("user,item,rating,time", "01,2,3.5,1500000000")),
        Call("interactions", RATING),
        [("01", "2", "1500000000", "3.5")],
    ),
    File(
        "fields with their types in the header, tabs",
        "ml-100k.inter",
        lines("user_id:token\titem_id:token\trating:float\ttimestamp:float", "196\t0242\t3\t881250949.0"),
        Call(
            "interactions",
            {"USER_ID": "user_id", "ITEM_ID": "item_id", "TIMESTAMP": "timestamp", "EVENT_VALUE": "rating"},
        ),
        [("196", "0242", "881250949", "3.0")],
    ),
    File(
        "listening with ISO times, tabs, no header, quotation marks in titles",
        "userid-timestamp-artid.tsv",
        lines('user_000001\t2009-05-04T23:08:57Z\tf1b1cf71\tThe "Best" Of', "user_000001\t2009-05-04T13:54:10Z\ta7f7df4a\tPlain"),
        Call(
            "interactions",
            {"USER_ID": "user", "ITEM_ID": "artist", "TIMESTAMP": "at"},
            options={"new_columns": ["user", "at", "artist", "title"], "has_header": False, "quote_char": ""},
        ),
        [
            ("user_000001", "f1b1cf71", epoch(2009, 5, 4, 23, 8, 57)),
            ("user_000001", "a7f7df4a", epoch(2009, 5, 4, 13, 54, 10)),
        ],
    ),
    File(
        "news with what was shown and clicked in one text",
        "behaviors.tsv",
        lines("1\tU13740\t11/11/2019 9:05:58 AM\tN55189 N42782\tN55689-1 N35729-0"),
        Call(
            "interactions",
            {
                "USER_ID": "user", "ITEM_ID": pl.col("shown").str.extract(r"(\S+)-1"),
                "TIMESTAMP": pl.col("at").str.to_datetime("%m/%d/%Y %I:%M:%S %p"),
                "IMPRESSION": pl.col("shown").str.replace_all(r"-[01]", "").str.split(" "),
            },
            options={"new_columns": ["n", "user", "at", "history", "shown"], "has_header": False},
        ),
        [("U13740", "N55689", epoch(2019, 11, 11, 9, 5, 58), "N55689|N35729")],
    ),
    File(
        "shelves with the times of a web service",
        "goodreads.ndjson",
        lines(
            '{"user_id": "8842281e1d1347389f2ab93d60773d4d", "book_id": "00024375664", "date_added": "Fri Aug 25 13:55:02 -0700 2017"}'
        ),
        Call("interactions", {"USER_ID": "user_id", "ITEM_ID": "book_id", "TIMESTAMP": "date_added"}),
        [("8842281e1d1347389f2ab93d60773d4d", "00024375664", epoch(2017, 8, 25, 20, 55, 2))],
    ),
    File(
        "businesses with categories that a comma and a space part",
        "business.json",
        lines('{"business_id": "Pns2l4", "categories": "Doctors, Acupuncture, Health", "stars": 5.0}', '{"business_id": "mpf3x-", "categories": null, "stars": 3.0}'),
        Call(
            "items",
            {"ITEM_ID": "business_id"},
            {"CATEGORIES": "categories", "STARS": "stars"},
            before=lambda rows: rows.pipe(transforms.split, "categories", separator=","),
        ),
        [("Pns2l4", "Doctors|Acupuncture|Health", "5.0"), ("mpf3x-", None, "3.0")],
    ),
)  # fmt: skip
