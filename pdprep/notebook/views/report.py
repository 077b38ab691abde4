"""A report: what became of the rows, findings with code that fixes them, charts of what the data is like."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from pdprep import html
from pdprep.notebook.views import charts, fixes, names
from pdprep.notebook.views.overview import Theme, themes
from pdprep.validation import page
from pdprep.validation.report import Report


def to_text(report: Report) -> str:
    """Return the report as text: what is wrong, and a sentence on each theme."""
    said = (f"  {theme.title}: {theme.says}" for theme in themes(report))
    return "\n".join(
        [str(report), *said, "  as frames: .failures .counts .insights .columns .ready of the report"]
    )


def to_html(report: Report) -> str:
    """Return the report as static HTML that needs neither a kernel nor a network."""
    frames = "<p>As frames: <code>.failures .counts .insights .columns .ready</code> of the report.</p>"
    return html.view(problems(report), _pictures(report), page.figures(report), frames)


def problems(report: Report) -> str:
    """Return whether it is ready, and what is wrong with code that fixes it."""
    known = names.of_report(report)

    def codes(row: page.Row) -> Iterator[str]:
        found = fixes.codes(row, known.get(row["dataset"], names.Names(prepared=row["dataset"])))
        return (html.code(code.text, code.title) for code in found)

    return page.answer(report) + page.findings(report, codes)


def _pictures(report: Report) -> str:
    found = list(themes(report))
    drawn = "".join(_drawn(found)) if charts.available() else ""
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
