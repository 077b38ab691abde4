"""Generated events with every kind of dirt, as a frame and as a prepared frame."""

from __future__ import annotations

from typing import Any

import polars as pl

from pdprep import Prepared, prepare

TIME = 1_700_000_000
MAPPING: dict[str, Any] = {"USER_ID": "user", "ITEM_ID": "item", "TIMESTAMP": "time", "EVENT_TYPE": "event"}


def dirty(count: int = 5_000, bad_every: int = 50) -> pl.DataFrame:
    """Return events: every tenth stands there twice, and now and then an id is missing."""
    n = pl.col("n")
    once = pl.DataFrame({"n": range(count)}).select(
        user=pl.when(n % bad_every != 1).then(pl.format("u{}", n * 7919 % 311)),
        item=pl.format('item "{}", \\{}', n % 97, n % 13),
        time=(TIME + n * 37 % 100_000).cast(pl.String),
        event=pl.lit(" watch "),
    )
    return pl.concat([once, once.gather_every(10)])


def events(frame: object = None, **options: Any) -> Prepared:
    """Return dirty events, prepared to be dropped where they are bad."""
    source = dirty() if frame is None else frame
    return prepare(source, "interactions", columns=MAPPING, **{"on_invalid": "drop", **options})
