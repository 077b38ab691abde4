"""What became of one record: each time it was sent, by which route, and what replaced it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import identity
from pdprep.ledger.record_files import BULK, ORDER

FACTS: Final = ("SENT_AT", "ORIGIN", "IMPORT", "STATUS", "REPLACED_BY", "EFFECT", "EFFECT_AT", "FILTERS_AT")
_EFFECT: Final = FACTS[-3:]


def timeline(
    contract: Contract, sent: Iterable[pl.LazyFrame], merged: Callable[[int], pl.DataFrame]
) -> pl.DataFrame:
    """Return every version of some records, oldest first.

    REPLACED_BY names the import or put that brought the next version; EFFECT is that of the version that
    stands. What a FULL import has removed is not there any more.

    Args:
        contract: The contract of the records.
        sent: Their versions in each layer.
        merged: Returns the merged ones with their effects; hears how many there can be at most.
    """
    same = identity.columns(contract)
    found = pl.concat(sent, how="diagonal_relaxed").sort(ORDER).collect()
    origin = pl.when(BULK).then(pl.lit("bulk")).otherwise(pl.lit("incremental")).alias("ORIGIN")
    # They are in the order of sending, so the next version of a record is the next row of its own.
    following = pl.col("IMPORT").shift(-1).over(same).alias("REPLACED_BY")
    versions = found.with_columns(origin, following)
    # Only what stands has an effect; the merged view knows it, and it is not worked out twice.
    now = merged(max(1, versions.height)).select(*same, *_EFFECT)
    stands = versions.join(now, on=same, how="left", nulls_equal=True, maintain_order="left")
    current = [pl.when(pl.col("REPLACED_BY").is_null()).then(name).alias(name) for name in _EFFECT]
    return stands.with_columns(current).select(*FACTS, *contract.columns)


def fitting(values: Mapping[str, Any]) -> pl.Expr:
    """Return the condition that columns have these values; a null fits a null."""
    return pl.all_horizontal(pl.col(name).eq_missing(value) for name, value in values.items())
