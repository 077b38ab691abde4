"""What is wrong, as frames, as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import polars as pl

from pdprep import html
from pdprep.contract.rules import registry
from pdprep.preparation import forks
from pdprep.validation import page
from pdprep.validation.completeness import columns
from pdprep.validation.insights import Known, insights
from pdprep.validation.ready import ready

ROWS: Final = pl.Schema(
    {
        "dataset": pl.String,
        "read": pl.Int64,
        "kept": pl.Int64,
        "duplicates": pl.Int64,
        "quarantined": pl.Int64,
        "dropped": pl.Int64,
        "invalid": pl.Int64,
    }
)
COUNTS: Final = pl.Schema(
    {
        "dataset": pl.String,
        "rule": pl.String,
        "level": pl.String,
        "stops": pl.String,
        "column": pl.String,
        "rows": pl.Int64,
        "says": pl.String,
        "mend": pl.String,
    }
)
FAILURES: Final = pl.Schema(
    {
        "dataset": pl.String,
        "row": pl.Int64,
        "file": pl.String,
        "line": pl.Int64,
        "column": pl.String,
        "rule": pl.String,
        "value": pl.String,
        "mend": pl.String,
    }
)


@dataclass(frozen=True, eq=False)
class Report:
    """The judgement of one or more prepared frames.

    Attributes:
        rows: One row a dataset: read = kept + duplicates + quarantined + dropped + invalid.
        counts: One row a broken rule and column: how many rows, which route it stops, how to mend it.
        failures: Failing rows, a hundred at most a rule: row (0-based), file, line, column, rule, value.
        route: The route that was asked about: bulk, put, or None.
        show_values: Whether text and HTML show the values of failing rows.
        too_many: The datasets of which more rows were set aside than ``max_invalid`` accepts.
    """

    rows: pl.DataFrame
    counts: pl.DataFrame
    failures: pl.DataFrame
    route: str | None = None
    show_values: bool = False
    known: dict[str, Known] = field(default_factory=dict, repr=False, compare=False)
    too_many: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing stops the route (with no route: nothing stops every route)."""
        return not self.stops(self.route)

    def stops(self, route: str | None) -> bool:
        """Say whether an error stands that stops a route and was not set aside."""
        return self.blocking(route).height > 0

    def blocking(self, route: str | None) -> pl.DataFrame:
        """Return the counts of the errors that stop a route."""
        forks.refuse()
        stopping = [name for name in self.counts["rule"].unique() if registry.rule(name).blocks(route)]
        return self.counts.filter(pl.col("rule").is_in(stopping) & ~self.set_aside())

    @cached_property
    def insights(self) -> pl.DataFrame:
        """What the data says about itself: dataset, insight, column, value, limit, concern, says."""
        forks.refuse()
        return insights(self.known)

    @cached_property
    def columns(self) -> pl.DataFrame:
        """One row a column: filled values, how complete it is, its categories and outliers."""
        forks.refuse()
        return columns(self.known)

    @cached_property
    def ready(self) -> pl.DataFrame:
        """One row a use case or recipe: what it needs, what is there, what it lacks."""
        forks.refuse()
        return ready(self.known)

    @property
    def concerns(self) -> pl.DataFrame:
        """The insights that call for a look and that no broken rule names already."""
        return self.insights.filter("concern", ~pl.col("insight").is_in(page.TOLD))

    @property
    def read(self) -> int:
        """Rows read."""
        return self._sum("read")

    @property
    def kept(self) -> int:
        """Rows that go on."""
        return self._sum("kept")

    @property
    def duplicates(self) -> int:
        """Rows equal to an earlier one, left out."""
        return self._sum("duplicates")

    @property
    def quarantined(self) -> int:
        """Rows that break a rule, written to a file and left out."""
        return self._sum("quarantined")

    @property
    def dropped(self) -> int:
        """Rows that break a rule, left out."""
        return self._sum("dropped")

    def with_values(self) -> Report:
        """Return the same report, showing the values of failing rows."""
        return replace(self, show_values=True)

    def _sum(self, column: str) -> int:
        return int(self.rows[column].sum())

    def set_aside(self) -> pl.Expr:
        """Hold for the rules in ``counts`` whose rows were set aside: those that stop the report's route.

        Where too many were set aside none counts as such: the rules stand.
        """
        datasets = self.rows.filter(pl.col("quarantined") + pl.col("dropped") > 0)["dataset"]
        datasets = datasets.filter(~datasets.is_in([said.partition(":")[0] for said in self.too_many]))
        found = map(registry.rule, self.counts["rule"].unique())
        names = [rule.name for rule in found if rule.scope == "row" and rule.blocks(self.route)]
        return pl.col("dataset").is_in(datasets.to_list()) & pl.col("rule").is_in(names)

    def __str__(self) -> str:
        return "\n".join(
            [
                self.headline,
                *self._row_lines(),
                *self._count_lines(),
                *self._look_lines(),
                *self._failure_lines(),
            ]
        )

    def __repr__(self) -> str:
        return str(self)

    @property
    def headline(self) -> str:
        """One line: ready or not, for which route."""
        names = ", ".join(self.rows["dataset"])
        road = f" for {self.route}" if self.route else ""
        errors = self.blocking(self.route).height
        verdict = "ready" if self.ok else f"not ready: {plural(errors, 'rule')} broken"
        return "; ".join([f"{names}: {verdict}{road}", *self.too_many])

    def _row_lines(self) -> Iterator[str]:
        for row in self.rows.iter_rows(named=True):
            parts = [
                f"{row[name]:,} {name}" for name in ROWS.names()[1:] if row[name] or name in ("read", "kept")
            ]
            yield f"  {row['dataset']}: {', '.join(parts)}"

    def _count_lines(self) -> Iterator[str]:
        told = self.counts.filter(pl.col("level") != "info").with_columns(aside=self.set_aside())
        for row in told.iter_rows(named=True):
            where = f"{place(row)}, {row['rows']:,}"
            says = page.stops(row, aside=row["aside"])
            yield f"  {row['level']} {row['rule']} ({says}), {where}: {row['says']}"
            yield f"    fix: {row['mend']}"

    def _look_lines(self) -> Iterator[str]:
        for row in self.concerns.head(page.LISTED).iter_rows(named=True):
            yield f"  look at {place(row)}: {row['says']}"

    def _failure_lines(self) -> Iterator[str]:
        for row in self.failures.head(page.LISTED).iter_rows(named=True):
            yield f"  {_where(row)}: {row['column']} breaks {row['rule']}{self._value(row)}"
        if self.failures.height > page.LISTED:
            yield f"  ... {self.failures.height - page.LISTED:,} more in report.failures"
        if self.failures.height and not self.show_values:
            yield "  values: report.failures, or print(report.with_values())"

    def _value(self, row: dict[str, object]) -> str:
        return f" with {html.shortened(row['value'])!r}" if self.show_values else ""

    def _repr_html_(self) -> str:
        return page.page(self)


def plural(count: int, noun: str) -> str:
    """Return a count and its noun.

    >>> plural(1, "part"), plural(2000, "row")
    ('1 part', '2,000 rows')
    """
    return f"{count:,} {noun}{'s' * (count != 1)}"


def place(row: dict[str, object]) -> str:
    """Return the dataset and column that a row of a report is about."""
    return f"{row['dataset']}.{row['column']}" if row["column"] else str(row["dataset"])


def _where(row: dict[str, object]) -> str:
    line = f", {row['file']} line {row['line']}" if row["line"] is not None else ""
    return f"{row['dataset']} row {row['row']}{line}"
