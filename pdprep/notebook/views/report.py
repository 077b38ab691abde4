"""A report: what became of the rows, findings with code that fixes them, charts of what the data is like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape

import polars as pl

from pdprep import html
from pdprep.notebook.views import charts, fixes, names
from pdprep.notebook.views.overview import Theme, themes
from pdprep.validation import page
from pdprep.validation.report import Report


def to_text(report: Report) -> str:
    """Return the report as text: what is wrong, and a sentence on each theme."""
    said = (f"  {theme.title}: {theme.says}" for theme in themes(report))
    return "\n".join(
        [
            str(in_own_names(report)),
            *said,
            "  as frames: .failures .counts .insights .columns .ready of the report",
        ]
    )


def to_html(report: Report) -> str:
    """Return the report as static HTML that needs neither a kernel nor a network."""
    frames = "<p>As frames: <code>.failures .counts .insights .columns .ready</code> of the report.</p>"
    return html.view(problems(report), _pictures(report), page.figures(report), frames)


def in_own_names(report: Report) -> Report:
    """Return a report whose fixes can be pasted into this notebook."""
    known = names.of_report(report)
    mends = []  # a row without a fix of its own keeps the rule's
    for row in report.counts.with_columns(aside=report.set_aside()).iter_rows(named=True):
        own = known.get(row["dataset"])
        found = fixes.codes(row, own, report.route) if own else []
        mends.append(found[0].text if found else row["mend"])
    return replace(report, counts=report.counts.with_columns(pl.Series("mend", mends, pl.String)))


def problems(report: Report) -> str:
    """Return whether it is ready, and what is wrong with code that fixes it."""
    known = names.of_report(report)

    def codes(row: page.Row) -> Iterator[str]:
        own = known.get(row["dataset"], names.Names(prepared=row["dataset"]))
        found = fixes.codes(row, own, report.route)
        return (html.code(code.text, code.title) for code in found)

    return page.answer(report) + page.findings(report, codes)


def _pictures(report: Report) -> str:
    found = list(themes(report))
    drawn = "".join(_drawn(found)) if charts.available() else ""  # without the library, words say it
    told = "".join(
        f"<p><strong>{escape(theme.title)}</strong>: {escape(theme.says)}</p>"
        for theme in found
        if not (theme.draw and drawn)
    )
    return (f'<div class="pdprep-charts">{drawn}</div>' if drawn else "") + told


def _drawn(found: list[Theme]) -> Iterator[str]:
    for theme in found:
        if theme.draw:
            says = "; ".join(filter(None, (theme.says, theme.legend)))
            yield charts.Chart(theme.title, says, theme.draw()).figure
