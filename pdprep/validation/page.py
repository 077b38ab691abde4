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
    return "".join([head(report), *_broken(report), looks(report), figures(report)])


def head(report: Report) -> str:
    """Return whether it is ready, and the rows of each dataset."""
    title = f"<p><strong>{escape(report.headline)}</strong></p>"
    return title + _table(report.rows, report.rows.columns, "Rows")


def failing(report: Report, failures: pl.DataFrame, columns: tuple[str, ...] = ()) -> str:
    """Return failing rows as a table; their values only where the report may show them.

    Args:
        report: Whose rows they are.
        failures: Rows of ``report.failures``.
        columns: What to say of each row; everything if not given.
    """
    shown = columns or _FAILURES
    values = ["value"] * report.show_values
    return _table(failures.head(LISTED), [*shown[:-1], *values, shown[-1]], _caption(failures.height))


def looks(report: Report) -> str:
    """Return what is worth a look, and no error."""
    return _table(report.concerns, ("dataset", "column", "says"), "Worth a look") * bool(
        report.concerns.height
    )


def figures(report: Report) -> str:
    """Return the figures of the columns, times and event types, and the use cases, to unfold."""
    bodies = {title: part(report) for title, part in _PARTS.items()}
    return "".join(
        f"<details><summary>{title}</summary>{body}</details>" for title, body in bodies.items() if body
    )


def _broken(report: Report) -> Iterator[str]:
    serious = report.counts.filter(pl.col("level") != "info")
    if serious.height:
        yield _table(serious, _COUNTS, "Rules broken")
    if report.failures.height:
        yield failing(report, report.failures)


def _complete(report: Report) -> str:
    shown = report.columns.drop_nulls("complete").iter_rows(named=True)
    rows = [[*map(row.get, _COLUMN), _share(row["complete"]), *map(row.get, _FIGURES)] for row in shown]
    return html.table((*_COLUMN, "complete", *_FIGURES), rows) if rows else ""


def _share(percent: float) -> html.Markup:
    bar = html.bar(percent / 100, f"{percent:.0f} %")
    return html.Markup(f'<span style="white-space:nowrap">{bar} {percent:.1f} %</span>')


def _times(report: Report) -> str:
    return "".join(
        _bars(spans(known.profile.days), "from", f"{name}: when")
        for name, known in _events(report)
        if known.profile.days
    )


def _types(report: Report) -> str:
    return "".join(
        _bars(most(known.summary.event_types), "event type", f"{name}: which events")
        for name, known in _events(report)
        if known.summary.event_types
    )


def _ready(report: Report) -> str:
    words = pl.when("ready").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("ready")
    said = pl.concat_str("lacks", "says", separator="; ").str.strip_chars("; ").alias("lacks")
    columns = ["use_case", "ready", "events", "needed", "found", "lacks"]
    return _table(report.ready.with_columns(words, said), columns, "") if report.ready.height else ""


def _events(report: Report) -> Iterator[tuple[str, Known]]:
    yield from ((name, known) for name, known in report.known.items() if known.contract.event_like)


def spans(days: Mapping[int, int], number: int = SPANS) -> dict[str, int]:
    """Return the rows of equal spans of time, by their first day; so many at most."""
    first, last = min(days), max(days)
    length = (last - first) // number + 1
    found = dict.fromkeys(range(first, last + 1, length), 0)
    for day, rows in days.items():
        found[first + (day - first) // length * length] += rows
    dates = pl.from_epoch(pl.Series(list(found)) * DAY, "s").dt.date().cast(pl.String)
    return dict(zip(dates, found.values(), strict=True))


def most(counts: Mapping[str, int], number: int = SPANS) -> dict[str, int]:
    """Return the most frequent values with their counts, the most frequent first."""
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:number])


def _bars(counts: Mapping[str, int], what: str, caption: str) -> str:
    top = max(counts.values())
    rows = [(html.shortened(name), html.bar(rows / top, f"{rows:,}"), rows) for name, rows in counts.items()]
    return html.table((what, "beside the most", "rows"), rows, caption=caption)


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
