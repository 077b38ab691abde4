"""Frames as one has them: events, items and users."""

from __future__ import annotations

import polars as pl

from pdprep.contract.choices import DatasetType, ExportMode
from pdprep.group import DatasetGroup
from pdprep.preparation.prepare import Prepared

START = 1_700_000_000


def events(count: int, first: int = 0, users: int = 50) -> pl.DataFrame:
    """Return distinct events: every user has the same share of them."""
    numbers = pl.int_range(first, first + count, eager=True)
    return pl.DataFrame(
        {
            "USER_ID": "u" + (numbers % users).cast(pl.String),
            "ITEM_ID": "i" + (numbers % 97).cast(pl.String),
            "TIMESTAMP": START + numbers,
            "EVENT_TYPE": ["watch"] * count,
        }
    )


def items(*ids: str, genre: str = "Drama") -> pl.DataFrame:
    """Return items of one genre."""
    return pl.DataFrame({"ITEM_ID": ids, "GENRES": [genre] * len(ids)})


def users(*ids: str, age: int = 30) -> pl.DataFrame:
    """Return users of one age."""
    return pl.DataFrame({"USER_ID": ids, "AGE": [age] * len(ids)})


def prepared(group: DatasetGroup, frame: pl.DataFrame) -> Prepared:
    """Prepare a frame for the dataset that its columns tell."""
    if "TIMESTAMP" in frame.columns:
        return group.prepare(frame, "interactions")
    own = frame.columns[1]
    return group.prepare(frame, "items" if own == "GENRES" else "users", metadata={own: own})


def counts(group: DatasetGroup, dataset: DatasetType = "interactions") -> dict[str, int]:
    """Return how many records the ledger has of each origin."""
    return dict(group.records(dataset).counts().select("origin", "records").iter_rows())


def exported(group: DatasetGroup, mode: ExportMode, dataset: DatasetType = "interactions") -> pl.DataFrame:
    """Return what the service holds."""
    return group.export(dataset, mode).collect()
