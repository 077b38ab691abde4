"""A report: failing rows rule by rule, code that mends them, and charts of what the data is like."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import polars as pl

from pdprep import html as markup
from pdprep.notebook.views import charts, fixes
from pdprep.notebook.views.overview import Theme, themes
from pdprep.validation import page
from pdprep.validation.report import Report, place


def text(report: Report) -> str:
    """Return the report as text: what is wrong, and a sentence on each theme."""
    said = (f"  {theme.title}: {theme.says}" for theme in themes(report))
    return "\n".join(
        [str(report), *said, "  as frames: .failures .counts .insights .columns .ready of the report"]
    )


def html(report: Report) -> str:
    """Return the report as static HTML that needs neither a kernel nor a network."""
    frames = "<p>As frames: <code>.failures .counts .insights .columns .ready</code> of the report.</p>"
    more = page.looks(report), _pictures(report), page.figures(report), frames
    return markup.block(problems(report), *more)


def problems(report: Report) -> str:
    """Return whether it is ready, and what is wrong with code that mends it."""
    serious = report.counts.filter(pl.col("level") != "info").iter_rows(named=True)
    rules = "".join(_rule(report, row, first=at == 0) for at, row in enumerate(serious))
    return page.head(report) + rules


def _rule(report: Report, row: dict[str, Any], *, first: bool) -> str:
    """Return one broken rule to unfold; the first one stands open."""
    rows = f", {row['rows']:,} {'row' if row['rows'] == 1 else 'rows'}" if row["rows"] else ""
    title = f"{row['level']}: {row['says']} ({place(row)}{rows})"
    failures = report.failures.filter(dataset=row["dataset"], rule=row["rule"], column=row["column"])
    stops = {"all": "stops bulk and put", "none": "stops nothing"}.get(row["stops"], f"stops {row['stops']}")
    where = ("file", "line", "row") if failures["line"].count() else ("column", "row")
    parts = [
        f"<p>Rule <code>{escape(row['rule'])}</code>, {stops}. To mend it: {escape(row['mend'])}.</p>",
        *(markup.code(code.text, code.title) for code in fixes.codes(row)),
        page.failing(report, failures, where) if failures.height else "",
    ]
    opened = " open" if first else ""
    return f"<details{opened}><summary>{escape(title)}</summary>{''.join(parts)}</details>"


def _pictures(report: Report) -> str:
    found = list(themes(report))
    drawn = "".join(_drawn(found)) if charts.available() else ""
    told = "".join(
        f"<p><strong>{escape(theme.title)}</strong>: {escape(theme.says)}</p>"
        for theme in found
        if not (theme.draw and drawn)
    )
    flow = (
        f'<div style="display: flex; flex-wrap: wrap; align-items: flex-start; gap: 1em 2em">{drawn}</div>'
        if drawn
        else ""
    )
    return flow + told


def _drawn(found: list[Theme]) -> Iterator[str]:
    for theme in found:
        if theme.draw:
            says = "; ".join(filter(None, (theme.says, theme.legend)))
            yield charts.Chart(theme.title, says, theme.draw()).figure
