"""A report as HTML: tables, bars of how complete columns are, when events happened, and of which type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from typing import Any, Final

import polars as pl

from pdprep import html
from pdprep.validation.known import Known
from pdprep.validation.profile import DAY
from pdprep.validation.report_frames import ReportFrames
from pdprep.validation.wording import place, plural

LISTED: Final = 10  # failing rows listed in text and HTML
SPANS: Final = 12  # bars of a distribution
_COLUMN: Final = ("dataset", "column", "type")
_FIGURES: Final = ("categories", "outliers")
# What became of the rows that were read; together they are all of them.
_FATES: Final = {
    "kept": "kept",
    "duplicates": "same",
    "quarantined": "aside",
    "dropped": "aside",
    "invalid": "gone",
}
_SAYS: Final = {
    "kept": "go on",
    "duplicates": "equal to an earlier row, left out",
    "quarantined": "break a rule, kept in a file, left out",
    "dropped": "break a rule, left out",
    "invalid": "break a rule: nothing is sent",
}

Row = Mapping[str, Any]


def page(report: ReportFrames) -> str:
    """Return the report as static HTML."""
    return html.view(answer(report), findings(report), figures(report))


def answer(report: ReportFrames) -> str:
    """Return whether it is ready, and for each dataset a bar of what became of its rows."""
    warned = report.counts.filter(pl.col("level") != "info").height
    title = html.headline(report.headline, "error" if not report.ok else "warning" if warned else "good")
    return title + "".join(_rows(row) for row in report.rows.iter_rows(named=True))


def findings(report: ReportFrames, codes: Callable[[Row], Iterable[str]] = lambda _: ()) -> str:
    """Return what was found, the gravest first: broken rules with their rows, then what is worth a look.

    Args:
        report: Whose findings they are.
        codes: Gives HTML that shows how to fix a row of ``report.counts``.
    """
    serious = report.counts.filter(pl.col("level") != "info")
    # An error whose rows are set aside stops nothing any more: it stands with the warnings.
    marked = serious.with_columns(aside=report.set_aside()).with_columns(
        grave=pl.when(pl.col("level") == "error", ~pl.col("aside")).then(0).otherwise(1)
    )
    rows = marked.sort("grave", maintain_order=True).iter_rows(named=True)
    broken = "".join(_broken(report, row, codes(row), first=at == 0) for at, row in enumerate(rows))
    concerns = report.concerns.select("dataset", "column", "says").iter_rows(named=True)
    return broken + "".join(html.finding("note", f"{place(row)}: {row['says']}") for row in concerns)


def stops(row: Row, *, aside: bool = False) -> str:
    """Return what a broken rule stops, in words; nothing where its rows are set aside."""
    if aside:
        return "its rows are set aside, the others go on"
    if row["level"] != "error":
        return "stops nothing"
    return "stops bulk and put" if row["stops"] == "all" else f"stops {row['stops']}"


def fixed(row: Row) -> bool:
    """Say whether nothing is left to do against a broken rule: its rows are set aside, as its fix says."""
    return bool(row["aside"]) and row["mend"].startswith("on_invalid=")


def figures(report: ReportFrames) -> str:
    """Return the figures of the columns, times and event types, and the use cases, to unfold."""
    bodies = {title: part(report) for title, part in _PARTS.items()}
    return "".join(html.folded(title, body) for title, body in bodies.items() if body)


def _rows(row: Row) -> str:
    told = {name: row[name] for name in _FATES if row[name] or name == "kept"}
    parts = [html.Segment(name, rows, _FATES[name], _SAYS[name]) for name, rows in told.items()]
    return html.bar(parts, f"{row['dataset']}: {row['read']:,} rows read")


def _broken(report: ReportFrames, row: Row, codes: Iterable[str], *, first: bool) -> str:
    """Return one broken rule to unfold; the first one stands open."""
    rows = f", {plural(row['rows'], 'row')}" if row["rows"] else ""
    failures = report.failures.filter(dataset=row["dataset"], rule=row["rule"], column=row["column"])
    told = f"Rule <code>{escape(row['rule'])}</code>: {escape(stops(row, aside=row['aside']))}."
    given, mend = list(codes), row["mend"]
    # Where code says how to set rows aside, the fix would say it again.
    if not (fixed(row) or (given and mend.startswith("on_invalid="))):
        told += f" To fix it: <code>{escape(mend)}</code>"
    shown = _failing(report, failures) if failures.height else ""
    return html.finding(
        "warning" if row["grave"] else "error",
        f"{row['says']} ({place(row)}{rows})",
        f"<p>{told}</p>", *given, shown,
        unfolded=first,
    )  # fmt: skip


def _failing(report: ReportFrames, failures: pl.DataFrame) -> str:
    """Return failing rows as a table; their values only where the report may show them."""
    where = ("file", "line", "row") if failures["line"].count() else ("row",)
    caption = f"Failing rows, the first {LISTED}" if failures.height > LISTED else "Failing rows"
    if where == ("row",) and not report.show_values:
        listed = ", ".join(f"{row:,}" for row in failures["row"].head(LISTED))
        return html.notes([f"{caption}: {listed}"])
    return _table(failures.head(LISTED), [*where, *(["value"] * report.show_values)], caption)


def _complete(report: ReportFrames) -> str:
    rows = [
        [
            *map(row.get, _COLUMN),
            html.meter(row["complete"] / 100, f"{row['complete']:.1f} %"),
            *map(row.get, _FIGURES),
        ]
        for row in report.columns.drop_nulls("complete").iter_rows(named=True)
    ]
    return html.table((*_COLUMN, "complete", *_FIGURES), rows) if rows else ""


def _times(report: ReportFrames) -> str:
    return "".join(
        _bars(spans(known.profile.days), "from", f"{name}: when")
        for name, known in _events(report)
        if known.profile.days
    )


def _types(report: ReportFrames) -> str:
    return "".join(
        _bars(most(known.summary.event_types), "event type", f"{name}: which events")
        for name, known in _events(report)
        if known.summary.event_types
    )


def _ready(report: ReportFrames) -> str:
    words = pl.when("ready").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("ready")
    said = pl.concat_str("lacks", "says", separator="; ").str.strip_chars("; ").alias("lacks")
    columns = ["use_case", "ready", "events", "needed", "found", "lacks"]
    return _table(report.ready.with_columns(words, said), columns, "") if report.ready.height else ""


def _events(report: ReportFrames) -> Iterator[tuple[str, Known]]:
    yield from ((name, known) for name, known in report.known.items() if known.contract.event_like)


def spans(days: Mapping[int, int], number: int = SPANS) -> dict[str, int]:
    """Return the rows of equal spans of time, by their first day; so many at most."""
    first, last = min(days), max(days)
    # Whole days, and spans without a row too: a gap in the data has to be seen as one.
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
    rows = [(html.shortened(name), html.meter(rows / top, f"{rows:,}")) for name, rows in counts.items()]
    return html.table((what, "rows"), rows, caption=caption)


def _table(frame: pl.DataFrame, columns: tuple[str, ...] | list[str], caption: str) -> str:
    shown = frame.select(columns).iter_rows(named=True)
    rows = (
        [html.shortened(row[name]) if name == "value" else row[name] for name in columns] for row in shown
    )
    return html.table(columns, rows, caption=caption)


_PARTS: Final[dict[str, Callable[[ReportFrames], str]]] = {
    "Columns": _complete,
    "Times": _times,
    "Event types": _types,
    "Ready for": _ready,
}
