"""What a report says of the data as a whole: one sentence and one chart a theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from pdprep.contract import limits
from pdprep.notebook.views import charts
from pdprep.validation import page
from pdprep.validation.insights import COMPLETE, COMPLETE_TEXT
from pdprep.validation.known import Known
from pdprep.validation.report import Report
from pdprep.validation.touched import curve

EPOCH = date(1970, 1, 1)
SPANS = 48  # bars over time
NAMED = 3  # values that a sentence names
BARS = 20  # of columns or event types


class Theme(NamedTuple):
    """A title, what there is to say, and where a chart says more, the chart and what its marks mean."""

    title: str
    says: str
    draw: Callable[[], str] | None = None
    legend: str = ""


def themes(report: Report) -> Iterator[Theme]:
    """Yield what the data is like: how complete, when, which events, how long its tail, ready for what."""
    for dataset, known in report.known.items():
        if known.profile.rows:
            yield _complete(dataset, report.columns.filter(dataset=dataset).drop_nulls("complete"), known)
    for dataset, known in report.known.items():
        if known.contract.event_like and known.profile.days:
            yield from _events(dataset, known, report)
    if report.ready.height:
        yield _ready(report.ready)


def _complete(dataset: str, columns: pl.DataFrame, known: Known) -> Theme:
    least = [COMPLETE_TEXT if known.contract.field(name).textual else COMPLETE for name in columns["column"]]
    marked = columns.with_columns(low=pl.col("complete") < pl.Series(least), least=pl.Series(least))
    lacking = marked.filter(pl.col("complete") < 100).sort("complete")
    title = f"{dataset}: how complete"
    if not lacking.height:
        return Theme(title, "every column is full in the rows kept")
    named = [
        f"{name} {share:.1f} %" for name, share in lacking.select("column", "complete").head(NAMED).rows()
    ]
    more = f" and {lacking.height - NAMED} more" if lacking.height > NAMED else ""
    legend = f"hollow and orange: below {COMPLETE:.0f} % (text: {COMPLETE_TEXT:.0f} %)"
    says = f"not full: {', '.join(named)}{more}"
    bars = marked.sort("complete").head(BARS)
    drawn = bars.select(
        name="column",
        value="complete",
        label=pl.Series([f"{share:.1f} %" for share in bars["complete"]]),
        low="low",
    )
    return Theme(title, says, lambda: charts.horizontal_bars(drawn, 100), legend * bool(drawn["low"].any()))


def _events(dataset: str, known: Known, report: Report) -> Iterator[Theme]:
    days = known.profile.days
    first, last = (EPOCH + timedelta(days=day) for day in (min(days), max(days)))
    says = f"{first} to {last}; {len(days):,} {'day' if len(days) == 1 else 'days'} with events"
    # Charts of a few bars come beside each other: their row is low.
    if known.summary.event_types:
        yield _types(dataset, known.summary.event_types)
    yield Theme(f"{dataset}: when", says, (lambda: charts.over_time(_spans(days))) if len(days) > 1 else None)
    told = report.insights.filter(pl.col("insight").is_in(_TAIL), dataset=dataset)
    if told.height:
        tails = {_PLURAL[name]: touched for name, touched in known.profile.touched.items() if name in _PLURAL}
        yield Theme(
            f"{dataset}: long tail",
            # That 0 % are so is not worth a sentence.
            "; ".join(said for said in told["says"] if not said.startswith("0 %")),
            lambda: charts.curves({name: curve(each.rows) for name, each in sorted(tails.items())}),
            "blue: items; orange and dashed: users",
        )


_TAIL = ("items_busiest", "items_single", "users_busiest", "users_single")
_PLURAL: Mapping[str, str] = {"ITEM_ID": "items", "USER_ID": "users"}


def _types(dataset: str, counts: Mapping[str, int]) -> Theme:
    most = page.most(counts, BARS)
    named = ", ".join(f"{name} {rows:,}" for name, rows in list(most.items())[:NAMED])
    more = f" and {len(counts) - NAMED:,} more" if len(counts) > NAMED else ""
    many = f"; more than {limits.EVENT_TYPES} make training fail" * (len(counts) > limits.EVENT_TYPES)
    labels = [f"{rows:,}" for rows in most.values()]
    frame = {"name": list(most), "value": list(most.values()), "label": labels, "low": [False] * len(most)}
    return Theme(
        f"{dataset}: which events",
        f"{named}{more}{many}",
        (lambda: charts.horizontal_bars(pl.DataFrame(frame), max(most.values()))) if len(most) > 1 else None,
    )


def _ready(ready: pl.DataFrame) -> Theme:
    yes = ready.filter("ready")["use_case"].to_list()
    no = [
        f"{name} (lacks {lacks})"
        for name, lacks in ready.filter(~pl.col("ready")).select("use_case", "lacks").rows()
    ]
    parts = [", ".join(yes) or "nothing yet", *([f"not yet: {', '.join(no)}"] if no else [])]
    return Theme("ready for", "; ".join(parts))


def _spans(days: Mapping[int, int]) -> pl.DataFrame:
    """Return the rows of equal spans of time, by their first and last day."""
    counts = page.spans(days, SPANS)
    starts = pl.Series(list(counts)).str.to_date()
    # A bar ends where the next begins, the last one a day after the last events.
    ends = pl.concat([starts[1:], pl.Series([EPOCH + timedelta(days=max(days) + 1)])])
    return pl.DataFrame({"start": starts, "end": ends, "value": list(counts.values())})
