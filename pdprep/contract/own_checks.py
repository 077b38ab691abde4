"""A user's own Pandera checks as expressions: compiled where Pandera names the check, else run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.errors import ContractError

if TYPE_CHECKING:
    import pandera.polars as pa  # whoever has a check has loaded it; it takes a second, and 85 MB with pandas

Holds = Callable[[pl.Expr, Any], pl.Expr]


def of(contract: Contract, column: str) -> list[pa.Check]:
    """Return the user's own checks of a column, or of whole rows where the name is empty."""
    return [check for name, check in contract.checks if name == column]


def holds(check: pa.Check, column: str) -> pl.Expr:
    """Return where a check of one column holds."""
    compiled = COMPILED.get(str(check.name))
    if compiled and not check.element_wise:
        return compiled(pl.col(column), check.statistics)
    run = lambda values: _run(check, values.to_frame(column), column)  # noqa: E731 - it is handed on at once
    return pl.col(column).map_batches(run, return_dtype=pl.Boolean)


def holds_of_rows(check: pa.Check, columns: Sequence[str]) -> pl.Expr:
    """Return where a check of whole rows holds."""
    run = lambda rows: _run(check, rows.struct.unnest(), None)  # noqa: E731 - it is handed on at once
    return pl.struct(columns).map_batches(run, return_dtype=pl.Boolean)


def _run(check: pa.Check, frame: pl.DataFrame, column: str | None) -> pl.Series:
    """Run a check on a batch; one answer for the whole batch is that of each row."""
    try:
        found: pl.Series = check(frame.lazy(), column).check_output.collect().to_series()
    except Exception as error:  # it is code of the user's
        have = ", ".join(f"{name} {dtype}" for name, dtype in frame.schema.items())
        raise ContractError(
            f"the check {check.name} fails ({type(error).__name__}: {str(error).splitlines()[0]})",
            "a check that takes what Amazon Personalize gets (dates are seconds since 1970, lists are text "
            f"joined by |): {have}",
        ) from error
    return found if found.len() == frame.height else found.new_from_index(0, frame.height)


def _in_range(column: pl.Expr, statistics: Any) -> pl.Expr:
    low = column.ge if statistics["include_min"] else column.gt
    high = column.le if statistics["include_max"] else column.lt
    return low(statistics["min_value"]) & high(statistics["max_value"])


COMPILED: Final[dict[str, Holds]] = {
    "equal_to": lambda column, statistics: column == statistics["value"],
    "not_equal_to": lambda column, statistics: column != statistics["value"],
    "greater_than": lambda column, statistics: column > statistics["min_value"],
    "greater_than_or_equal_to": lambda column, statistics: column >= statistics["min_value"],
    "less_than": lambda column, statistics: column < statistics["max_value"],
    "less_than_or_equal_to": lambda column, statistics: column <= statistics["max_value"],
    "in_range": _in_range,
    "isin": lambda column, statistics: column.is_in(statistics["allowed_values"]),
    "notin": lambda column, statistics: ~column.is_in(statistics["forbidden_values"]),
}
