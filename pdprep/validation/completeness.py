"""How complete each column of a dataset is, and what it holds."""

from __future__ import annotations

from typing import Final

import polars as pl

from pdprep.validation.insights import percent
from pdprep.validation.known import Group, Known
from pdprep.validation.outliers import outliers


def columns(group: Group) -> pl.DataFrame:
    """Return one row a column: how many values it holds, how complete it is, its categories and outliers."""
    rows = [
        (dataset, each.name, each.kind, *_facts(known, each.name))
        for dataset, known in group.items()
        for each in known.contract.stored
    ]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


COLUMNS: Final = pl.Schema(
    {
        "dataset": pl.String,
        "column": pl.String,
        "type": pl.String,
        "filled": pl.Int64,
        "complete": pl.Float64,
        "categories": pl.Int64,
        "outliers": pl.Int64,
    }
)


def _facts(known: Known, name: str) -> tuple[int, float | None, int | None, int | None]:
    column = known.profile.columns.get(name)
    # A pass without a profile knows nothing of its columns: null, which is not a column without values.
    if column is None:
        return 0, None, None, None
    complete = percent(column.filled, known.profile.rows)
    categories = len(column.categories) if known.contract.field(name).categorical else None
    return column.filled, complete, categories, outliers(column.bins) if column.bins else None
