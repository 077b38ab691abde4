"""A report as HTML: tables, bars of how complete columns are, when events happened, and of which type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Final

import polars as pl

from pdprep import html
from pdprep.validation.insights import Known
from pdprep.validation.profile import DAY

if TYPE_CHECKING:
    from pdprep.validation.report import Report

LISTED: Final = 10  # failing rows listed in text and HTML
SPANS: Final = 12  # bars of a distribution
# Insights that a broken rule says already, or that are wishes and no fault.
TOLD: Final = (
    *("interactions", "interactions_better", "users_with_two", "users_with_two_better"),
    *("event_types", "timestamps"),
)
_COUNTS: Final = ("dataset", "column", "rule", "level", "stops", "rows", "says", "mend")
_COLUMN: Final = ("dataset", "column", "type")
_FIGURES: Final = ("categories", "outliers")
_FAILURES: Final = ("dataset", "row", "file", "line", "column", "rule", "mend")


def page(report: Report) -> str:
    """Return the report as static HTML; its colours are those of the text around it."""
    head = f"<p><strong>{escape(report.headline)}</strong></p>"
    tables = [_table(report.rows, report.rows.columns, "Rows"), *_broken(report)]
    return head + "".join(tables) + "".join(_details(report))


def _broken(report: Report) -> Iterator[str]:
    serious = report.counts.filter(pl.col("level") != "info")
    if serious.height:
        yield _table(serious, _COUNTS, "Rules broken")
    if report.failures.height:
        columns = (*_FAILURES[:-1], *["value"] * report.show_values, _FAILURES[-1])
        yield _table(report.failures.head(LISTED), columns, _caption(report.failures.height))


def _details(report: Report) -> Iterator[str]:
    if report.concerns.height:
        yield _table(report.concerns, ("dataset", "column", "says"), "Worth a look")
    for title, part in _PARTS.items():
        body = part(report)
        if body:
            yield f"<details><summary>{title}</summary>{body}</details>"


def _complete(report: Report) -> str:
    shown = report.columns.drop_nulls("complete").iter_rows(named=True)
    rows = [[*map(row.get, _COLUMN), _share(row["complete"]), *map(row.get, _FIGURES)] for row in shown]
    return html.table((*_COLUMN, "complete", *_FIGURES), rows) if rows else ""


def _share(percent: float) -> html.Markup:
    bar = html.bar(percent / 100, f"{percent:.0f} %")
    return html.Markup(f'<span style="white-space:nowrap">{bar} {percent:.1f} %</span>')


def _times(report: Report) -> str:
    return "".join(
        _bars(_spans(known.profile.days), f"{name}: when")
        for name, known in _events(report)
        if known.profile.days
    )


def _types(report: Report) -> str:
    return "".join(
        _bars(_most(known.summary.event_types), f"{name}: which events")
        for name, known in _events(report)
        if known.summary.event_types
    )


def _ready(report: Report) -> str:
    words = pl.when("ready").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("ready")
    columns = ["use_case", "ready", "events", "needed", "found", "lacks"]
    return _table(report.ready.with_columns(words), columns, "") if report.ready.height else ""


def _events(report: Report) -> Iterator[tuple[str, Known]]:
    yield from ((name, known) for name, known in report.known.items() if known.contract.event_like)


def _spans(days: Mapping[int, int]) -> dict[str, int]:
    """Return the rows of up to twelve equal spans of time, by their first day."""
    first, last = min(days), max(days)
    length = (last - first) // SPANS + 1
    spans = dict.fromkeys(range(first, last + 1, length), 0)
    for day, rows in days.items():
        spans[first + (day - first) // length * length] += rows
    dates = pl.from_epoch(pl.Series(list(spans)) * DAY, "s").dt.date().cast(pl.String)
    return dict(zip(dates, spans.values(), strict=True))


def _most(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:SPANS])


def _bars(counts: Mapping[str, int], caption: str) -> str:
    most = max(counts.values())
    rows = [(html.shortened(name), html.bar(rows / most, f"{rows:,}"), rows) for name, rows in counts.items()]
    return html.table(("", "", "rows"), rows, caption=caption)


def _table(frame: pl.DataFrame, columns: tuple[str, ...] | list[str], caption: str) -> str:
    shown = frame.select(columns).iter_rows(named=True)
    rows = (
        [html.shortened(row[name]) if name == "value" else row[name] for name in columns] for row in shown
    )
    return html.table(columns, rows, caption=caption)


def _caption(height: int) -> str:
    return f"Failing rows, {min(height, LISTED)} of {height:,} listed"


_PARTS: Final[dict[str, Callable[[Report], str]]] = {
    "Columns": _complete,
    "Times": _times,
    "Event types": _types,
    "Ready for": _ready,
}
