"""Dirty events as people have them, from a seed: power-law users, duplicates, missing ids, mixed timestamps.

``python -m benchmarks.generate 1000000 events.csv``
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import polars as pl

COLUMNS: Final = ("user", "item", "event", "ts", "value", "device", "genres")
BATCH: Final = 1_000_000
DUPLICATES: Final = 0.02
MISSING: Final = 0.01
_STRIDE: Final = 1 << 24  # more than a batch has rows, so that no two seeds count the same numbers
START: Final = 1_672_531_200  # 2023-01-01, seconds since 1970
SPAN: Final = 31_536_000
EVENTS: Final = ("Watch", " click", "click ", "Purchase")
DEVICES: Final = ("tv", "phone", "tablet", "web browser", "")
GENRES: Final = ("Action|Drama", "Comedy", 'The "Best"', "Horror, Thriller", "Documentary|History|War", "")


def write(path: str | Path, rows: int, seed: int = 7) -> Path:
    """Write a CSV of about that many rows, some 78 bytes each; two in a hundred stand there twice."""
    target = Path(path)
    with target.open("wb") as handle:
        for start in range(0, rows, BATCH):
            batch = events(min(BATCH, rows - start), seed + start)
            batch.write_csv(handle, include_header=start == 0)
    return target


def events(rows: int, seed: int, duplicates: float = DUPLICATES) -> pl.DataFrame:
    """Return one batch of events, and a share of them once more."""
    once = max(1, round(rows * (1 - duplicates)))
    random = [uniform(once, seed * 16 + n) for n in range(10)]
    frame = pl.DataFrame({str(n): column for n, column in enumerate(random)}).select(
        user=missing(pl.format("customer-{}", power(pl.col("0"), rows)), pl.col("1")),
        item=missing(pl.format(" product-{} ", power(pl.col("2"), 200_000)), pl.col("3")),
        event=one_of(EVENTS, pl.col("4")),
        ts=_time(pl.col("5"), pl.col("6")),
        value=(pl.col("7") * 5).round(2).cast(pl.String),
        device=one_of(DEVICES, pl.col("8")),
        genres=one_of(GENRES, pl.col("9")),
    )
    return pl.concat([frame, frame.sample(rows - once, seed=seed)])


def twice(once: pl.DataFrame, share: float, seed: int) -> pl.DataFrame:
    """Return rows and so many of them once more that they are that share of all."""
    return pl.concat([once, once.sample(round(once.height * share / (1 - share)), seed=seed)])


def uniform(rows: int, seed: int) -> pl.Series:
    """Return numbers in [0, 1) by a counter that is mixed (splitmix64), the same in every version."""
    counter = pl.int_range(seed * _STRIDE, seed * _STRIDE + rows, dtype=pl.UInt64, eager=True)
    mixed = counter * 0x9E3779B97F4A7C15
    mixed = (mixed ^ mixed // 2**30) * 0xBF58476D1CE4E5B9
    mixed = (mixed ^ mixed // 2**27) * 0x94D049BB133111EB
    return (mixed ^ mixed // 2**31) // 2**11 / 2**53


def power(uniform: pl.Expr, most: int) -> pl.Expr:
    """Few ids that come often and many that come once."""
    return (most**uniform).floor().cast(pl.Int64)


def missing(text: pl.Expr, uniform: pl.Expr) -> pl.Expr:
    return pl.when(uniform >= MISSING / 2).then(text)


def one_of(values: tuple[str, ...], uniform: pl.Expr) -> pl.Expr:
    return (uniform * len(values)).floor().cast(pl.Int32).replace_strict(dict(enumerate(values)))


def _time(uniform: pl.Expr, form: pl.Expr) -> pl.Expr:
    """ISO text with Z and epoch milliseconds, mixed in one column."""
    seconds = (START + uniform * SPAN).cast(pl.Int64)
    iso = pl.from_epoch(seconds, "s").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return pl.when(form < 0.5).then(iso).otherwise((seconds * 1000).cast(pl.String))


if __name__ == "__main__":
    print(write(sys.argv[2], int(sys.argv[1])))
