"""Shapes of data as other people have them, each from a seed: none must cost much more than the usual one.

``python -m benchmarks.shapes "UUID ids" 2000000 events.csv``
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import polars as pl

from benchmarks.generate import BATCH, DUPLICATES, SPAN, START, events, one_of, twice, uniform
from pdprep.contract.choices import DatasetType

Fields = dict[
    str, tuple[str, str]
]  # field: source column, and the role: id, event, time, float, long, category, text
Rows = Callable[[int, int], pl.DataFrame]  # how many, seed
EVENT: Final[Fields] = {
    "USER_ID": ("user", "id"),
    "ITEM_ID": ("item", "id"),
    "TIMESTAMP": ("ts", "time"),
    "EVENT_TYPE": ("event", "event"),
    "EVENT_VALUE": ("value", "float"),
    "DEVICE": ("device", "category"),
}
_CATALOGUE: Final = ("USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE")


@dataclass(frozen=True, eq=False)
class Shape:
    """A kind of data: how its rows come, which fields they become, and in which form they are handed over."""

    name: str
    rows: Rows
    fields: Fields = field(default_factory=lambda: EVENT)
    dataset: DatasetType = "interactions"
    form: str = "csv"

    @property
    def columns(self) -> list[str]:
        """The source's columns that are used."""
        return [column for column, _ in self.fields.values()]

    def write(self, path: Path, rows: int, seed: int = 7) -> Path:
        """Write about so many rows as CSV, or as Parquet where the shape is no CSV."""
        starts = range(0, rows, BATCH)
        batches = (self.rows(min(BATCH, rows - start), seed + start) for start in starts)
        if self.form == "csv":
            with path.open("wb") as handle:
                for start, batch in zip(starts, batches, strict=True):
                    batch.write_csv(handle, include_header=start == 0)
        else:
            pl.concat(batches).write_parquet(path)
        return path

    def frame(self, path: Path) -> Any:
        """Return the rows of a shape that is a frame of pandas."""
        return pl.read_parquet(path).to_pandas()

    def prepared(self, source: Any) -> Any:
        """Return the source on its way to the contract; rows that break a rule are dropped."""
        from pdprep import Field, prepare

        own = {
            name: (column, Field(name, _TYPES.get(role, "string"), True, role == "category", role == "text"))
            for name, (column, role) in self.fields.items()
            if name not in _CATALOGUE
        }
        known = {name: column for name, (column, _) in self.fields.items() if name in _CATALOGUE}
        return prepare(source, self.dataset, columns=known, metadata=own, on_invalid="drop")


def _spelt(spell: Callable[[str], str], *columns: str) -> Rows:
    """Return events whose ids are spelt another way."""

    def rows(count: int, seed: int) -> pl.DataFrame:
        frame = events(count, seed)
        for column in columns:
            texts = frame[column].drop_nulls().unique().sort()
            other = pl.DataFrame({column: texts, "other": [spell(text.strip()) for text in texts]})
            joined = frame.join(other, on=column, how="left", maintain_order="left")
            frame = joined.with_columns(pl.col("other").alias(column)).drop("other")
        return frame

    return rows


def _changed(**columns: pl.Expr) -> Rows:
    """Return events with other columns; ``pl.col("u")`` is a number in [0, 1)."""

    def rows(count: int, seed: int) -> pl.DataFrame:
        once = events(count, seed, duplicates=0)
        extra = uniform(once.height, seed * 16 + 11).alias("u")
        return twice(once.with_columns(extra).with_columns(**columns).drop("u"), DUPLICATES, seed)

    return rows


def _catalogue(key: str, wide: dict[str, Callable[[pl.Expr], pl.Expr]]) -> Rows:
    """Return one row an id, with columns made of numbers in [0, 1)."""

    def rows(count: int, seed: int) -> pl.DataFrame:
        numbers = pl.DataFrame({name: uniform(count, seed * 16 + 11 + n) for n, name in enumerate(wide)})
        ids = pl.int_range(seed, seed + count, eager=True).cast(pl.String).alias(key)
        made = numbers.select(make(pl.col(name)).alias(name) for name, make in wide.items())
        return made.insert_column(0, ids)

    return rows


def _uuid(text: str) -> str:
    return str(uuid5(NAMESPACE_URL, text))


def _sha1(text: str) -> str:
    return sha1(text.encode()).hexdigest()


def _number(text: str) -> str:
    return text.rpartition("-")[2]


def _email(text: str) -> str:
    return f"{text}@mail.example.org"


def _key(number: pl.Expr) -> pl.Expr:
    """A text that comes once."""
    return pl.format("ref-{}-{}", (number * 1e15).cast(pl.Int64), (number * 1e6).cast(pl.Int64))


def _html(number: pl.Expr) -> pl.Expr:
    """A description of about 2,000 characters with markup, quotation marks and a line break."""
    words = pl.concat_str(
        [_key(number * (1 + n / 100)) for n in range(20)], separator='</li>\n<li class="point">'
    )
    return pl.format(
        '<div class="about"><p>Our "best" one, {}</p><ul><li>{}</li></ul>{}</div>',
        _key(number),
        words,
        pl.lit("&nbsp;plain and simple" * 40),
    )


def _path(number: pl.Expr) -> pl.Expr:
    parts = [((number * 10**power).floor() % 10).cast(pl.Int64) for power in range(1, 6)]
    return pl.concat_str(
        [pl.format("Part {}{}", pl.lit(n), part) for n, part in enumerate(parts)], separator="|"
    )


_SECONDS: Final = (START + pl.col("u") * SPAN).cast(pl.Int64)
_ISO: Final = pl.from_epoch(_SECONDS, "s").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
_TYPES: Final = {"float": "float", "long": "long"}
_OWN: Final = {
    "float": lambda number: (number * 100).round(3),
    "long": lambda number: (number * 5000).cast(pl.Int64),
    "category": lambda number: one_of(("red", "green", "blue", "Black, matt", ""), number),
    "text": _key,
}


def _own(prefix: str, roles: list[str], key: str, column: str) -> tuple[dict[str, Any], Fields]:
    """Return own columns of these roles, and the fields that they become."""
    named = {f"{prefix}{n}": role for n, role in enumerate(roles)}
    fields: Fields = {key: (column, "id")}
    # Text of high cardinality is a category too: one textual field is all that Items take.
    fields |= {name.upper(): (name, "category" if role == "text" else role) for name, role in named.items()}
    return {name: _OWN[role] for name, role in named.items()}, fields


_TEN, _TEN_FIELDS = _own(
    "own", ["text"] * 5 + ["float", "float", "long", "category", "category"], "ITEM_ID", "item"
)
_TWENTY, _TWENTY_FIELDS = _own("own", ["category", "float", "long", "text"] * 5, "USER_ID", "user")
_PRODUCT: Final[Fields] = {
    "ITEM_ID": ("item", "id"),
    "PRICE": ("price", "float"),
    "CATEGORIES": ("path", "category"),
    "DESCRIPTION": ("about", "text"),
}

SHAPES: Final = {
    shape.name: shape
    for shape in (
        Shape("short ids", events),
        Shape("UUID ids", _spelt(_uuid, "user", "item")),
        Shape("hashes of 40 characters", _spelt(_sha1, "user", "item")),
        Shape("integer ids", _spelt(_number, "user", "item")),
        Shape("email ids", _spelt(_email, "user")),
        Shape("epoch seconds", _changed(ts=_SECONDS.cast(pl.String))),
        Shape("ISO times", _changed(ts=_ISO)),
        Shape("floats of 2 digits", _changed(value=(pl.col("u") * 5).round(2).cast(pl.String))),
        Shape("floats of 15 digits", _changed(value=(pl.col("u") * 5).cast(pl.String))),
        Shape("ten own columns", _catalogue("item", _TEN), _TEN_FIELDS, "items"),
        Shape("Parquet", events, form="parquet"),
        Shape("a pandas frame", events, form="pandas"),
        Shape(
            "items with HTML",
            _catalogue("item", {"price": _OWN["float"], "path": _path, "about": _html}),
            _PRODUCT,
            "items",
        ),
        Shape("users with 20 columns", _catalogue("user", _TWENTY), _TWENTY_FIELDS, "users"),
        Shape(
            "5 % of the rows bad",
            _changed(ts=pl.when(pl.col("u") < 0.05).then(pl.lit("soon")).otherwise("ts")),
        ),
        Shape("30 % duplicates", lambda count, seed: events(count, seed, 0.3)),
    )
}

if __name__ == "__main__":
    print(SHAPES[sys.argv[1]].write(Path(sys.argv[3]), int(sys.argv[2])))
