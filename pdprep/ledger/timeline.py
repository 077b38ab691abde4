"""What became of one record: each time it was sent, by which road, and what replaced it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pdprep.ledger import layers
from pdprep.ledger.layers import BULK, ORDER

if TYPE_CHECKING:
    from pdprep.ledger.records import Records

FACTS: Final = ("SENT_AT", "ORIGIN", "IMPORT", "STATUS", "REPLACED_BY", "EFFECT", "EFFECT_AT", "FILTERS_AT")
_EFFECT: Final = FACTS[-3:]


def timeline(records: Records, values: Mapping[str, Any]) -> pl.DataFrame:
    """Return every version of the records that have these values, oldest first.

    REPLACED_BY names the import or put that brought the next version; EFFECT is that of the version that
    stands. What a FULL import has removed is not there any more.

    Args:
        records: The records.
        values: Values by column: of an item its id, of an event all its columns.
    """
    where = fitting(values)
    same = layers.identity(records.contract)
    sent = [frame.filter(where) for frame in records.layers.values()]
    found = pl.concat(sent, how="diagonal_relaxed").sort(ORDER).collect()
    road = pl.when(BULK).then(pl.lit("bulk")).otherwise(pl.lit("incremental")).alias("ORIGIN")
    following = pl.col("IMPORT").shift(-1).over(same).alias("REPLACED_BY")
    versions = found.with_columns(road, following)
    now = records.page(0, max(1, versions.height), where=where).select(*same, *_EFFECT)
    stands = versions.join(now, on=same, how="left", nulls_equal=True, maintain_order="left")
    current = [pl.when(pl.col("REPLACED_BY").is_null()).then(name).alias(name) for name in _EFFECT]
    return stands.with_columns(current).select(*FACTS, *records.contract.columns)


def fitting(values: Mapping[str, Any]) -> pl.Expr:
    """Return the condition that columns have these values; a null fits a null."""
    return pl.all_horizontal(pl.col(name).eq_missing(value) for name, value in values.items())
