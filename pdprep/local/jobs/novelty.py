"""How many rows of an INCREMENTAL import are new: one of interactions needs a thousand new ones."""

from __future__ import annotations

import polars as pl

from pdprep.local.rows.avro import AvroSchema
from pdprep.local.rows.layers import BULK, Layers, RowsSnapshot, part, partitions, scan


def count(
    layers: Layers, dataset: str, schema: AvroSchema, fresh: RowsSnapshot, enough: int, part_rows: int
) -> int:
    """Count distinct rows of ``fresh`` that the bulk layer has not; stop at ``enough``."""
    found = 0
    with layers.reading(dataset, BULK) as held:
        parts = partitions(held.rows + fresh.rows, part_rows)
        for number in range(parts):
            if found < enough:
                found += _new(held, fresh, schema, number, parts)
    return found


def _new(held: RowsSnapshot, fresh: RowsSnapshot, schema: AvroSchema, number: int, parts: int) -> int:
    new, old = (
        part(scan(rows, schema), "USER_ID", number, parts).select(schema.names) for rows in (fresh, held)
    )
    # The rule of duplicates: all fields equal, null to null.
    left = new.unique().join(old, on=list(schema.names), how="anti", nulls_equal=True)
    return int(left.select(pl.len()).collect().item())
