"""The words that items share, for Semantic-Similarity: in place of their meaning, which is not understood."""

from __future__ import annotations

import json

import polars as pl

from pdprep.local.life.resources import Resource
from pdprep.local.state import ServerState
from pdprep.local.training import subjects
from pdprep.local.training.cooccurrence import neighbours

MOST_ITEMS = 1000  # a word of more items says little


def alike(state: ServerState, dataset: Resource, which: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the items of some rows, and the neighbours of each.

    Items that share words go together, as items of one user do elsewhere.
    """
    ids = subjects.ids(state, dataset, which).unique().sort("ID").collect()
    items = ids.with_columns(COUNT=pl.lit(0, pl.Int64))
    flat = _shared(state, dataset, which, items)
    often = flat.group_by("ITEM").len()
    counts = items.select(ITEM=pl.int_range(pl.len(), dtype=pl.UInt32)).join(often, on="ITEM", how="left")
    return items, neighbours(flat, counts.sort("ITEM")["len"].fill_null(1))


def _shared(state: ServerState, dataset: Resource, which: pl.Expr, items: pl.DataFrame) -> pl.DataFrame:
    """Return USER, the number of a word, and ITEM, the place of an item that has it, sorted by both."""
    schema = state.schema(dataset)
    fields = _fields(state, dataset) or [column.name for column in schema.columns if column.categorical]
    text = pl.concat_str(
        [pl.col(name).cast(pl.String) for name in fields] or [pl.lit("")], separator=" ", ignore_nulls=True
    )
    newest = subjects.newest(state, dataset, which)
    each = newest.select("ITEM_ID", WORD=text.str.to_lowercase().str.extract_all(r"\w{3,}")).explode("WORD")
    places = items.lazy().select(ITEM_ID="ID").with_row_index("ITEM")
    found = each.drop_nulls().unique().join(places, on="ITEM_ID")
    # A word of one item joins nothing.
    few = found.filter(pl.len().over("WORD").is_between(2, MOST_ITEMS)).sort("WORD", "ITEM").collect()
    return few.select(USER=pl.col("WORD").rle_id().cast(pl.UInt32), ITEM="ITEM")


def _fields(state: ServerState, dataset: Resource) -> list[str]:
    """Return the textual field and the one that names an item (native-recipe-semantic-similarity)."""
    text = state.resources.get(dataset.body["schemaArn"], "schema").body["schema"]
    return [
        each["name"] for each in json.loads(text)["fields"] if each.get("textual") or each.get("itemName")
    ]
