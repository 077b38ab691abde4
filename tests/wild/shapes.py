"""Data as it is found: one seeded generator a shape, each dirty in its own way, with the mapping it needs."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import pandas as pd
import polars as pl

from pdprep import demo
from pdprep.contract.choices import DatasetType, Domain

START: Final = datetime(2025, 3, 1, tzinfo=UTC)
ROWS: Final = 1_500
Made = tuple[Any, int]  # the source, and how many different rows it holds


@dataclass(frozen=True)
class Shape:
    """How to make a source, what it is, and the mapping that is all it needs."""

    name: str
    make: Callable[[Path, Random], Made]
    dataset: DatasetType
    domain: Domain = "CUSTOM"
    columns: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)


def when(n: int) -> datetime:
    return START + timedelta(minutes=7 * n)


def clicks(folder: Path, random: Random) -> Made:
    """A click stream: tabs, milliseconds, spaces around words, every tenth line twice."""
    rows = [
        (
            f"{random.randrange(60):05d}",
            f" /p/{random.randrange(90)} ",
            random.choice(["view ", "CART"]),
            f"{when(n).timestamp() * 1000:.0f}",
        )
        for n in range(ROWS)
    ]
    lines = ["\t".join(row) for row in [*rows, *rows[::10]]]
    path = folder / "clicks.tsv"
    path.write_text("\n".join(["visitor_id\turl\tkind\tts", *lines]) + "\n", encoding="utf-8")
    return path, ROWS


def orders(folder: Path, random: Random) -> Made:
    """An order table: semicolons, a BOM, Windows line ends, prices with a decimal comma."""
    path = folder / "orders.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, delimiter=";", lineterminator="\r\n")
        writer.writerow(["Kunde", "Artikel", "Bestellt am", "Betrag"])
        for n in range(ROWS):
            price = f"{random.randrange(1, 99)},{random.randrange(10, 99)} €"
            writer.writerow(
                [f"K-{random.randrange(80)}", random.randrange(70), f"{when(n):%Y-%m-%d %H:%M:%S}", price]
            )
    return path, ROWS


def plays(folder: Path, random: Random) -> Made:
    """A media log: Parquet, whole-number ids, zoned datetimes, lists of what was shown, nulls."""
    frame = pl.DataFrame(
        {
            "profile": [random.randrange(50) for _ in range(ROWS)],
            "video": [random.randrange(200) for _ in range(ROWS)],
            "at": [when(n) for n in range(ROWS)],
            "shown": [[random.randrange(200) for _ in range(random.randrange(4))] for _ in range(ROWS)],
            "seconds": [random.choice([None, random.random() * 5_000]) for _ in range(ROWS)],
        }
    )
    frame.write_parquet(folder / "plays.parquet")
    return folder / "plays.parquet", ROWS


def flights(folder: Path, random: Random) -> Made:
    """Airline searches: the item is a route of two columns, times have offsets of many hours."""
    path = folder / "searches.csv"
    ports = ["FRA", "JFK", "HND", "GRU", "SYD"]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["searched", "customer", "origin", "destination", "cabin"])
        for n in range(ROWS):
            zone = f"{random.choice('+-')}{random.randrange(12):02d}:{random.choice(['00', '30'])}"
            origin, to = random.sample(ports, 2)
            writer.writerow(
                [
                    f"{when(n):%Y-%m-%dT%H:%M:%S}{zone}",
                    f"c{random.randrange(90)}",
                    origin,
                    to,
                    random.choice(["Y", "J", ""]),
                ]
            )
    return path, ROWS


def nested(folder: Path, random: Random) -> Made:
    """Nested JSON events, one a line: who, what and context in objects, some without a context."""
    path = folder / "events.ndjson"
    with path.open("w", encoding="utf-8") as handle:
        for n in range(ROWS):
            context = {"device": random.choice(["phone", "tv"])} if n % 3 else None
            event = {
                "actor": {"id": f"u{random.randrange(40)}"},
                "object": {"id": f"o{random.randrange(40)}", "tags": ["a", "b|c"][: n % 3]},
                "time": when(n).isoformat(),
                "context": context,
            }
            handle.write(json.dumps(event) + "\n")
    return path, ROWS


def log(folder: Path, random: Random) -> Made:
    """A gzipped application log: seconds, milliseconds and ISO text in one column, ids such as 7.0."""
    path = folder / "app.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as handle:
        handle.write("uid,item,when\n")
        for n in range(ROWS):
            at = when(n)
            text = random.choice(
                [f"{at.timestamp():.0f}", f"{at.timestamp() * 1_000:.0f}", f"{at:%Y-%m-%dT%H:%M:%SZ}"]
            )
            handle.write(f"{random.randrange(60)}.0,{random.randrange(60):04d},{text}\n")
    return path, ROWS


def songs(folder: Path, random: Random) -> Made:
    """Arrow files of several days: categories, microseconds, one file empty but for its columns."""
    frame = pl.DataFrame(
        {
            "listener": [f"l{random.randrange(50)}" for _ in range(ROWS)],
            "track": pl.Series([f"t{random.randrange(80)}" for _ in range(ROWS)], dtype=pl.Categorical),
            "played": [int(when(n).timestamp() * 1_000_000) for n in range(ROWS)],
        }
    )
    for day, part in enumerate((frame.head(700), frame.clear(), frame.slice(700))):
        part.write_ipc(folder / f"day-{day}.arrow")
    return str(folder / "day-*.arrow"), ROWS


def catalogue(folder: Path, random: Random) -> Made:
    """A product catalogue: paths of categories, descriptions with quotes and line breaks, prices as text."""
    path = folder / "products.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["sku", "path", "price", "blurb", "listed"])
        for n in range(200):
            blurb = f'The "{n}"\nbest, C:\\pans\\{n}; ' + "and much more of it " * 5
            writer.writerow(
                [
                    f"{n:06d}",
                    f"Home > Kitchen > {random.choice(['Pans', 'Knives', ''])}",
                    f"${n:,}.99",
                    blurb,
                    random.choice(["yes", "no"]),
                ]
            )
    return path, 200


def people(folder: Path, random: Random) -> Made:
    """A pandas frame of users: categories, missing ages as NaN, an index that is not from zero."""
    frame = pd.DataFrame(
        {
            "customer": [f"c{n}" for n in range(300)],
            "age": [random.choice([float("nan"), 20.0 + n % 50]) for n in range(300)],
            "plan": pd.Categorical([random.choice(["free", "gold"]) for _ in range(300)]),
            "vip": [bool(n % 2) for n in range(300)],
        },
        index=range(1_000, 1_300),
    )
    return frame, 300


def movielens(folder: Path, random: Random) -> Made:
    """MovieLens: ratings that become two kinds of events."""
    path = demo.movielens_like(folder, seed=random.randrange(99)) / "ratings.csv"
    return path, pl.read_csv(path).n_unique()


def nudges(folder: Path, random: Random) -> Made:
    """What became of nudges: action interactions in capitals, dates alone."""
    rows = [
        {
            "user": random.randrange(30),
            "nudge": f"n{random.randrange(9)}",
            "day": when(n).date(),
            "end": random.choice(["TAKEN", "NOT_TAKEN"]),
            "n": n,
        }
        for n in range(ROWS)
    ]
    return pl.DataFrame(rows), pl.DataFrame(rows).drop("n").n_unique()


RATED: Final = pl.when(pl.col("rating") > 3).then(pl.lit("Watch")).otherwise(pl.lit("Click"))
EURO: Final = (
    pl.col("Betrag").str.replace(",", ".", literal=True).str.replace(" €", "", literal=True).cast(pl.Float64)
)
LEVELS: Final = pl.col("path").str.split(" > ")
SHAPES: Final = [
    Shape("click stream", clicks, "interactions", columns={
        "USER_ID": "visitor_id", "ITEM_ID": "url", "TIMESTAMP": "ts", "EVENT_TYPE": "kind"}),
    Shape("order table", orders, "interactions", "ECOMMERCE", columns={
        "USER_ID": "Kunde", "ITEM_ID": "Artikel", "TIMESTAMP": "Bestellt am", "EVENT_VALUE": EURO,
        "EVENT_TYPE": pl.lit("Purchase")}),
    Shape("media log", plays, "interactions", "VIDEO_ON_DEMAND", columns={
        "USER_ID": "profile", "ITEM_ID": "video", "TIMESTAMP": "at", "IMPRESSION": "shown",
        "EVENT_VALUE": "seconds", "EVENT_TYPE": pl.lit("Watch")}),
    Shape("airline searches", flights, "interactions", columns={
        "USER_ID": "customer", "ITEM_ID": pl.concat_str("origin", "destination", separator="-"),
        "TIMESTAMP": "searched"}, metadata={"CABIN": "cabin"}),
    Shape("nested JSON", nested, "interactions", columns={
        "USER_ID": pl.col("actor").struct.field("id"), "ITEM_ID": pl.col("object").struct.field("id"),
        "TIMESTAMP": "time"}, metadata={"DEVICE": pl.col("context").struct.field("device")}),
    Shape("application log", log, "interactions", columns={
        "USER_ID": "uid", "ITEM_ID": "item", "TIMESTAMP": "when"}),
    Shape("songs of several days", songs, "interactions", columns={
        "USER_ID": "listener", "ITEM_ID": "track", "TIMESTAMP": "played"}),
    Shape("product catalogue", catalogue, "items", "ECOMMERCE", columns={
        "ITEM_ID": "sku", "CATEGORY_L1": LEVELS.list.get(0), "CATEGORY_L2": LEVELS.list.get(1),
        "CATEGORY_L3": LEVELS.list.get(2, null_on_oob=True),
        "PRICE": pl.col("price").str.replace_all("[$,]", "").cast(pl.Float64),
        "PRODUCT_DESCRIPTION": "blurb"},
        metadata={"LISTED": "listed"}),
    Shape("users in pandas", people, "users", columns={"USER_ID": "customer"},
        metadata={"AGE": pl.col("age").fill_nan(None), "PLAN": "plan", "VIP": "vip"}),
    Shape("MovieLens", movielens, "interactions", "VIDEO_ON_DEMAND", columns={
        "USER_ID": "userId", "ITEM_ID": "movieId", "TIMESTAMP": "timestamp", "EVENT_TYPE": RATED}),
    Shape("nudges", nudges, "action_interactions", columns={
        "USER_ID": "user", "ACTION_ID": "nudge", "TIMESTAMP": "day", "EVENT_TYPE": "end"}),
]  # fmt: skip
