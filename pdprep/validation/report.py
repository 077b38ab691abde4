"""A report: what is wrong, as frames, as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from pdprep import html
from pdprep.errors import typed
from pdprep.validation import page
from pdprep.validation.report_frames import ROWS, ReportFrames
from pdprep.validation.wording import place


class Report(ReportFrames):
    """The judgement of one or more prepared frames.

    Attributes:
        rows: One row a dataset: read = kept + duplicates + quarantined + dropped + invalid.
        counts: One row a broken rule and column: how many rows, which route it stops, how to fix it.
        failures: Failing rows, a hundred at most a rule: row (0-based), file, line, column, rule, value.
        route: The route that was asked about: bulk, put, or None.
        show_values: Whether text and HTML show the values of failing rows.
        too_many: The datasets of which more rows were set aside than ``max_invalid`` accepts.
    """

    def with_values(self) -> Report:
        """Return the same report, showing the values of failing rows."""
        return replace(self, show_values=True)

    def __str__(self) -> str:
        return "\n".join(
            [
                self.headline,
                *self._row_lines(),
                *self._count_lines(),
                *self._concern_lines(),
                *self._failure_lines(),
            ]
        )

    def __repr__(self) -> str:
        return str(self)

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
            level = "warning" if row["aside"] else row["level"]
            says = page.stops(row, aside=row["aside"])
            yield f"  {level} {row['rule']} ({says}), {where}: {row['says']}"
            if not page.fixed(row):
                yield f"    fix: {typed(row['mend'])}"

    def _concern_lines(self) -> Iterator[str]:
        for row in self.concerns.head(page.LISTED).iter_rows(named=True):
            yield f"  look at {place(row)}: {row['says']}"

    def _failure_lines(self) -> Iterator[str]:
        for row in self.failures.head(page.LISTED).iter_rows(named=True):
            line = f", {row['file']} line {row['line']}" if row["line"] is not None else ""
            # A report ends in logs and saved notebooks: values of people are in it only if one asks for them.
            value = f" with {html.shortened(row['value'])!r}" if self.show_values else ""
            yield f"  {row['dataset']} row {row['row']}{line}: {row['column']} breaks {row['rule']}{value}"
        if self.failures.height > page.LISTED:
            yield f"  ... {self.failures.height - page.LISTED:,} more in report.failures"
        if self.failures.height and not self.show_values:
            yield "  values: report.failures, or print(report.with_values())"

    def _repr_html_(self) -> str:
        return page.page(self)
