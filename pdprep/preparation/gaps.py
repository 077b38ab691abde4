"""Values that stand once for a group of rows, on its first line, as shops export the lines of an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import polars as pl

from pdprep.preparation.calls import text

_BEGIN: Final = 0.95  # of the rows that have the value begin a group
_FILLED: Final = 0.5  # of the gaps at least are further lines of a group whose first has the value


class FirstLines(NamedTuple):
    """Columns that have a value on the first line of a group alone, and the column that tells the group."""

    columns: tuple[str, ...]
    group: str

    @property
    def code(self) -> str:
        """The step that fills them, to be written behind a LazyFrame.

        >>> FirstLines(("Email",), "Name").code
        '.pipe(transforms.fill_down, "Email", within="Name")'
        """
        return f".pipe(transforms.fill_down, {', '.join(map(text, self.columns))}, within={text(self.group)})"


def once(head: pl.DataFrame, columns: Sequence[str]) -> FirstLines | None:
    """Tell whether gaps of columns are those of further lines, by first rows in their order.

    Args:
        head: The first rows, with every column that may tell the group.
        columns: Those with gaps that must have none.

    >>> head = pl.DataFrame({"order": [1, 1, 2, 2], "user": ["a", None, "b", ""], "item": [5, 6, 5, 7]})
    >>> once(head, ["user", "item"])
    FirstLines(columns=('user',), group='order')
    """
    blanks = {name: blank(head.get_column(name)) for name in columns}
    gaps = {name: found for name, found in blanks.items() if found.any() and not found.all()}
    if not gaps:
        return None
    plain = [each for each in head.iter_columns() if not each.dtype.is_nested() and each.dtype != pl.Object]
    groups = [each for each in plain if not blank(each).any()]
    filled = {each.name: _filled(each, next(iter(gaps.values()))) for each in groups}
    best = max(filled, key=lambda name: filled[name], default=None)
    if best is None or filled[best] < _FILLED:
        return None
    group = head.get_column(best)
    return FirstLines(tuple(name for name, found in gaps.items() if _filled(group, found) >= _FILLED), best)


def blank(values: pl.Series) -> pl.Series:
    """Tell which values are missing; text of spaces alone is."""
    values = values.alias("value")  # some of a Series' methods read a name such as "*" as a pattern
    missing = values.is_null()
    return (
        missing | (values.str.strip_chars() == "").fill_null(True) if values.dtype == pl.String else missing
    )


def _filled(group: pl.Series, gaps: pl.Series) -> float:
    """Return the share of the gaps that a value of the same group fills; 0 if values do not begin groups."""
    frame = pl.DataFrame({"group": group, "gap": gaps})
    new = pl.col("group").ne_missing(pl.col("group").shift(1))
    told = frame.with_columns(new=new, above=pl.when(~pl.col("gap")).then("group").forward_fill())
    later = told.slice(1).filter(~pl.col("gap"))
    if not later.height or later["new"].sum() < _BEGIN * later.height:
        return 0.0
    missing = told.filter("gap")
    return float((missing["above"] == missing["group"]).fill_null(False).sum()) / missing.height
