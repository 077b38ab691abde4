"""What is wrong, as frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, get_args

import polars as pl

from pdprep.contract.rules import registry
from pdprep.contract.rules.rule import Route
from pdprep.preparation import forks
from pdprep.validation.completeness import columns
from pdprep.validation.insights import insights
from pdprep.validation.known import Known
from pdprep.validation.ready import ready
from pdprep.validation.wording import plural

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

# Insights that a broken rule says already, or that are wishes and no fault.
TOLD: Final = (
    *("interactions", "interactions_better", "users_with_two", "users_with_two_better"),
    *("event_types", "timestamps"),
)


@dataclass(frozen=True, eq=False)
class ReportFrames:
    """What one or more prepared frames are like: a ``Report`` without how it is shown."""

    rows: pl.DataFrame
    counts: pl.DataFrame
    failures: pl.DataFrame
    route: str | None = None
    show_values: bool = False
    known: dict[str, Known] = field(default_factory=dict, repr=False, compare=False)
    too_many: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing stops the route (with no route: whether one of the two is open)."""
        return bool(self.open_routes)

    @property
    def open_routes(self) -> list[str]:
        """The routes that were asked about, of bulk and put, which nothing stops."""
        return [route for route in self._routes if not self.stops(route)]

    @property
    def all_open(self) -> bool:
        """Whether nothing stops any route that was asked about: with no route, neither bulk nor put."""
        return len(self.open_routes) == len(self._routes)

    @property
    def _routes(self) -> tuple[str, ...]:
        return (self.route,) if self.route else get_args(Route)

    def stops(self, route: str | None) -> bool:
        """Say whether an error stands that stops a route and was not set aside."""
        return self.blocking(route).height > 0

    def blocking(self, route: str | None) -> pl.DataFrame:
        """Return the counts of the errors that stop a route."""
        # Frames are asked only in the process that made them: in a fork of it Polars would wait forever.
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
        return self.insights.filter("concern", ~pl.col("insight").is_in(TOLD))

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

    @property
    def headline(self) -> str:
        """One line: ready or not, for which route."""
        names, is_open = ", ".join(self.rows["dataset"]), self.open_routes
        shut = [route for route in self._routes if route not in is_open]
        if self.route:
            verdict = f"{'not ready' if shut else 'ready'} for {self.route}"
        elif shut and is_open:
            verdict = f"ready for {is_open[0]}, not for {shut[0]}"
        else:
            verdict = "not ready" if shut else "ready"
        if shut:
            rules = pl.concat([self.blocking(route) for route in shut]).unique().height
            verdict += f": {plural(rules, 'rule')} broken"
        return "; ".join([f"{names}: {verdict}", *self.too_many, *self.mostly_aside])

    @property
    def mostly_aside(self) -> list[str]:
        """The datasets of which more than half of the rows are set aside or dropped, a line each."""
        # "Ready" is true of the others, and would hide that most of the frame is gone.
        fates = (
            (row, word) for row in self.rows.iter_rows(named=True) for word in ("quarantined", "dropped")
        )
        return [
            f"most rows of {row['dataset']} are left out: {row[word]:,} of {row['read']:,} are {word}"
            for row, word in fates
            if 2 * row[word] > row["read"]
        ]

    def _sum(self, column: str) -> int:
        return int(self.rows[column].sum())

    def set_aside(self) -> pl.Expr:
        """Return the condition that rules in ``counts`` had their rows set aside: those that stop the route.

        Where too many were set aside none counts as such: the rules stand.
        """
        # Rules of rows alone: what the rows break together stands, however many of them are set aside.
        datasets = self.rows.filter(pl.col("quarantined") + pl.col("dropped") > 0)["dataset"]
        datasets = datasets.filter(~datasets.is_in([said.partition(":")[0] for said in self.too_many]))
        found = map(registry.rule, self.counts["rule"].unique())
        names = [rule.name for rule in found if rule.scope == "row" and rule.blocks(self.route)]
        return pl.col("dataset").is_in(datasets.to_list()) & pl.col("rule").is_in(names)
