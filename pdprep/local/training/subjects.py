"""The items or actions that a training or an update may read: their ids, and the newest record of each.

All are lazy: whoever collects them holds the files meanwhile (``Layers.kept``).
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from pdprep.local.life.resources import Resource
from pdprep.local.rows.layers import ADDED_IMPORT, ALL, AT, ROUTE, SEQ, scan
from pdprep.local.rows.typed import ROW
from pdprep.local.state import ServerState


def trained(upto: int) -> pl.Expr:
    """Return which rows were there when a training began."""
    return pl.col(SEQ) <= upto


def came(moment: float) -> pl.Expr:
    """Return which rows came until a moment (s since 1970)."""
    return pl.col(AT).fill_null(0.0) <= moment


def ids(state: ServerState, dataset: Resource, which: pl.Expr, full: bool = False) -> pl.LazyFrame:
    """Return the ids of a dataset's rows, as ID; ``full`` leaves out INCREMENTAL imports."""
    return _rows(state, dataset, which, full).select(ID=pl.col(state.schema(dataset).key)).drop_nulls()


def newest(state: ServerState, dataset: Resource, which: pl.Expr, full: bool = False) -> pl.LazyFrame:
    """Return the newest record of each id."""
    schema = state.schema(dataset)
    rows = _rows(state, dataset, which, full).sort(SEQ, ROW)
    return rows.unique(subset=[schema.key], keep="last", maintain_order=True).select(schema.names)


def worth(names: Collection[str]) -> pl.Expr:
    """Return what an action is worth by its record: of two as likely, the more valuable comes first."""
    return pl.col("VALUE").fill_null(0) if "VALUE" in names else pl.lit(0, pl.Int64)


def _rows(state: ServerState, dataset: Resource, which: pl.Expr, full: bool) -> pl.LazyFrame:
    with state.layers.reading(dataset.arn, ALL) as snapshot:
        rows = scan(snapshot, state.schema(dataset)).filter(which)
    return rows.filter(pl.col(ROUTE) != ADDED_IMPORT) if full else rows
