"""Records of several segments made one: the newest values win, and every route that brought them is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.ledger import identity
from pdprep.ledger.record_files import BULK, ORDER

LATEST: Final = ("IMPORT", "SENT_AT", "STATUS", ORDER)
_IN_BULK, _IN_PUT = "__in_bulk", "__in_put"


def merge(frames: Sequence[pl.LazyFrame], contract: Contract) -> pl.LazyFrame:
    """Return one row a record with ORIGIN ``bulk``, ``incremental`` or ``both``.

    Args:
        frames: Layers, each with the flag ``__bulk``, or what this function returned, with ORIGIN.
        contract: Says which columns make two records one.
    """
    same = identity.columns(contract)
    latest = [name for name in (*contract.columns, *LATEST) if name not in same]
    # A schema may have grown between two segments: the older one has nulls in the new column.
    rows = pl.concat([_with_origin(frame) for frame in frames], how="diagonal_relaxed")
    # The order numbers every record ever sent, bulk and put together, so the greatest is the newest.
    found = rows.group_by(same).agg(
        pl.col(latest).get(pl.col(ORDER).arg_max()),
        (pl.col("ORIGIN") != "incremental").any().alias(_IN_BULK),
        (pl.col("ORIGIN") != "bulk").any().alias(_IN_PUT),
    )
    both = pl.when(pl.col(_IN_BULK) & pl.col(_IN_PUT)).then(pl.lit("both"))
    origin = both.when(pl.col(_IN_BULK)).then(pl.lit("bulk")).otherwise(pl.lit("incremental"))
    return found.select(*contract.columns, *LATEST, origin.alias("ORIGIN"))


def merged(frames: Sequence[pl.LazyFrame], contract: Contract) -> pl.DataFrame:
    """Merge frames that fit in memory, and return the records in the order of their ids."""
    rows = pl.concat([_with_origin(frame) for frame in frames], how="diagonal_relaxed").collect()
    # Most often no record came twice, and to see that costs a third of grouping.
    if rows.select(identity.columns(contract)).is_unique().all():
        found = rows.select(*contract.columns, *LATEST, "ORIGIN")
    else:
        found = merge([rows.lazy()], contract).collect()
    return found.sort(order(contract), maintain_order=True)


def order(contract: Contract) -> list[str]:
    """Return the columns that records are shown in order of: the ids, and the time of an event."""
    names = [*contract.ids, "TIMESTAMP"] if contract.event_like else [contract.key]
    return [name for name in names if name in contract.columns]


def count(frames: Iterable[pl.LazyFrame]) -> int:
    """Count the rows of several frames."""
    return sum(int(frame.select(pl.len()).collect().item()) for frame in frames)


def by_origin(frame: pl.DataFrame) -> dict[str, int]:
    """Count merged records by ORIGIN."""
    return dict(frame.group_by("ORIGIN").len().iter_rows())


def _with_origin(frame: pl.LazyFrame) -> pl.LazyFrame:
    if "ORIGIN" in frame.collect_schema():
        return frame
    origin = pl.when(pl.col(BULK)).then(pl.lit("bulk")).otherwise(pl.lit("incremental"))
    return frame.with_columns(origin.alias("ORIGIN"))
