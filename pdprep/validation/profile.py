"""What the columns of a dataset hold, as figures that merge: filled values, categories, histograms, ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import polars as pl

from pdprep.contract.contract import Contract
from pdprep.contract.fields import Field
from pdprep.contract.meanings import is_timestamp
from pdprep.validation import written
from pdprep.validation.actions import Actions
from pdprep.validation.touched import Touched

DISTINCT: Final = 1_001  # categories remembered: one more than is called many
# Outliers are told from quantiles, which do not merge; histograms do, and these have few bins for any range.
BINS_A_DOUBLING: Final = 8  # bins between a number and its double, so a bin is nine percent wide
DAY: Final = 86_400

Bins = Mapping[int, int]


@dataclass(frozen=True)
class ColumnProfile:
    """One column: how many values it holds, its categories and untidy texts (capped), its numbers by bin."""

    filled: int = 0
    categories: frozenset[str] = frozenset()
    untidy: frozenset[str] = frozenset()
    bins: Bins = field(default_factory=dict)

    def __add__(self, other: ColumnProfile) -> ColumnProfile:
        # The first by name are first in any part too, so they are the same in whatever order parts merge.
        categories = sorted(self.categories | other.categories)[:DISTINCT]
        untidy = sorted(self.untidy | other.untidy)[:DISTINCT]
        bins = _added(self.bins, other.bins)
        return ColumnProfile(self.filled + other.filled, frozenset(categories), frozenset(untidy), bins)


@dataclass(frozen=True, eq=False)
class Profile:
    """The columns of a dataset, its days, and how many rows name each id; ``+`` merges two.

    Attributes:
        rows: Rows kept.
        incomplete: Rows with a missing value.
        columns: What each column holds.
        days: Rows of each day since 1970.
        touched: The rows of each id of each id column.
        actions: The events of each action in the last weeks.
    """

    rows: int = 0
    incomplete: int = 0
    columns: Mapping[str, ColumnProfile] = field(default_factory=dict)
    days: Bins = field(default_factory=dict)
    touched: Mapping[str, Touched] = field(default_factory=dict)
    actions: Actions = field(default_factory=Actions)

    @cached_property
    def ids(self) -> Mapping[str, pl.Series]:
        """The distinct ids of each id column, as hashes."""
        return {name: found.ids for name, found in self.touched.items()}

    def __add__(self, other: Profile) -> Profile:
        names = {**self.columns, **other.columns}  # in order, which a set is not
        none = ColumnProfile()
        return Profile(
            self.rows + other.rows,
            self.incomplete + other.incomplete,
            {name: self.columns.get(name, none) + other.columns.get(name, none) for name in names},
            _added(self.days, other.days),
            {name: self.touched.get(name, Touched()) + other.touched[name] for name in other.touched}
            or self.touched,
            self.actions + other.actions,
        )


def profile(contract: Contract, rows: pl.DataFrame) -> Profile:
    """Profile a batch of clean rows.

    >>> rows = pl.DataFrame({"USER_ID": ["a", "b"], "AGE": [7, None]})
    >>> profile(Contract.of("users").extend(Field("AGE", "int", nullable=True)), rows).incomplete
    1
    """
    stored = rows.select(contract.columns)
    missing = stored.select(pl.any_horizontal(pl.all().is_null()).sum()).item()
    return Profile(
        rows.height,
        int(missing),
        {each.name: _column(each, stored[each.name]) for each in contract.stored},
        _counts(stored["TIMESTAMP"] // DAY) if "TIMESTAMP" in contract.columns else {},
        {name: Touched.of(rows[name]) for name in contract.ids},
        Actions.of(contract, rows),
    )


def edge(number: int) -> float:
    """Return the number nearest to zero of a bin."""
    size: float = 2.0 ** (max(0, abs(number) - 1) / BINS_A_DOUBLING) - 1
    return size if number >= 0 else -size


def _column(field: Field, values: pl.Series) -> ColumnProfile:
    filled = values.drop_nulls()
    if field.categorical:
        texts = filled.unique()
        names = texts.str.split("|").explode(empty_as_null=True).drop_nulls().unique().sort()
        untidy = written.untidy(texts).sort().head(DISTINCT)
        return ColumnProfile(filled.len(), frozenset(names.head(DISTINCT)), frozenset(untidy))
    # Times are numbers too, and no time is an outlier: their days are counted instead.
    if field.numeric and not is_timestamp(field):
        return ColumnProfile(filled.len(), bins=_binned(filled.cast(pl.Float64)))
    return ColumnProfile(filled.len())


def _binned(values: pl.Series) -> Bins:
    finite = values.filter(values.is_finite())
    # Bin 0 holds zero alone and bin -3 mirrors 3; adding one keeps what is smaller than one in a few bins.
    sizes = ((finite.abs() + 1).log(2) * BINS_A_DOUBLING).floor() + 1
    return _counts((sizes * finite.sign()).cast(pl.Int32))


def _counts(values: pl.Series) -> Bins:
    return dict(values.drop_nulls().alias("value").value_counts().iter_rows())


def _added(one: Bins, other: Bins) -> Bins:
    return dict(Counter(one) + Counter(other))
