"""Small frames with the names of the contract, one column changed at a time."""

from __future__ import annotations

from typing import Any

import polars as pl

from pdprep import Field, Prepared, prepare

TIME = 1_700_000_000
EVENT = {"USER_ID": "u", "ITEM_ID": "i", "TIMESTAMP": TIME}


def one(name: str, values: list[Any], dtype: Any = None) -> pl.DataFrame:
    """Events that are alike in all but one column."""
    column = pl.Series(name, values, dtype=dtype, strict=False)
    rest = {key: [value] * len(values) for key, value in EVENT.items() if key != name}
    return pl.DataFrame({**rest, name: column})


def converted(name: str, values: list[Any], dtype: Any = None, field: Field | None = None) -> list[Any]:
    """What becomes of a column's values; a field of one's own goes in by metadata."""
    return column(
        prepare(one(name, values, dtype), "interactions", metadata={name: field} if field else {}), name
    )


def column(prepared: Prepared, name: str) -> list[Any]:
    """A column of the rows before duplicates are dropped, in their order."""
    return prepared.rows.collect()[name].to_list()


def rules(prepared: Prepared, route: str = "put") -> list[tuple[int, str, str, str | None]]:
    """(row, column, rule, value) of everything that fails."""
    from pdprep import validate

    report = validate(prepared, route=route)  # type: ignore[arg-type]  # a literal
    return report.failures.select("row", "column", "rule", "value").rows()
