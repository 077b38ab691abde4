"""The words that items share, for Semantic-Similarity: a stand-in for meaning, and no more than that."""

from __future__ import annotations

import json

import polars as pl

from pdprep.local.life.resources import Resource
from pdprep.local.rows.layers import ALL, SEQ, scan
from pdprep.local.rows.typed import ROW
from pdprep.local.state import ServerState

MOST_ITEMS = 1000  # a word of more items says little


def shared(state: ServerState, dataset: Resource, upto: int, items: pl.DataFrame) -> pl.DataFrame:
    """Return USER, the number of a word, and ITEM, the place of an item that has it, sorted by both."""
    schema = state.schema(dataset)
    fields = _fields(state, dataset) or [column.name for column in schema.columns if column.categorical]
    with state.layers.reading(dataset.arn, ALL) as snapshot:
        rows = scan(snapshot, schema).filter(pl.col(SEQ) <= upto).sort(SEQ, ROW)
    newest = rows.unique(subset=["ITEM_ID"], keep="last", maintain_order=True)
    text = pl.concat_str(
        [pl.col(name).cast(pl.String) for name in fields] or [pl.lit("")], separator=" ", ignore_nulls=True
    )
    each = newest.select("ITEM_ID", WORD=text.str.to_lowercase().str.extract_all(r"\w{3,}")).explode("WORD")
    places = items.lazy().select(ITEM_ID="ID").with_row_index("ITEM")
    found = each.drop_nulls().unique().join(places, on="ITEM_ID")
    few = found.filter(pl.len().over("WORD").is_between(2, MOST_ITEMS)).sort("WORD", "ITEM").collect()
    return few.select(USER=pl.col("WORD").rle_id().cast(pl.UInt32), ITEM="ITEM")


def _fields(state: ServerState, dataset: Resource) -> list[str]:
    """Return the textual field and the one that names an item (native-recipe-semantic-similarity)."""
    text = state.resources.get(dataset.body["schemaArn"], "schema").body["schema"]
    return [
        each["name"] for each in json.loads(text)["fields"] if each.get("textual") or each.get("itemName")
    ]
