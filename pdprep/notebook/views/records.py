"""Which record went by which road: the shares at a glance, and the first rows."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from pdprep import html
from pdprep.ledger import filters
from pdprep.ledger.records import ORIGINS, Records
from pdprep.notebook.views import cells
from pdprep.notebook.views.pages import Page, look
from pdprep.notebook.views.query import Query
from pdprep.notebook.views.sheet import Grid, Sheet

HEAD: Final = ("origin", "records", "share", "last renewed")
NEVER: Final = "never"


def sheet(records: Records) -> Sheet:
    """Return the counts and shares by origin, what a FULL import would do, and the first rows."""
    found = counts(records)
    glance = Grid(HEAD, tuple(map(tuple, rows(records))), "At a glance; times are in UTC")
    page = look(records, Query())
    return Sheet(
        f"{records.dataset}: {sentence(found)}",
        grids=(glance, _first(page)) if page.total else (),
        notes=(note(records), f"As code: {page.message()['code']}") if page.total else (),
    )


def note(records: Records) -> str:
    """Return what a FULL import would do, and when filters see which records."""
    return f"{full_import(counts(records))} {filters.seen(records.dataset)}"


def rows(records: Records) -> list[list[str]]:
    """Return each origin with its records, their share and when it was last renewed."""
    found, times = counts(records), renewed(records)
    total = sum(found.values())
    return [[name, f"{found[name]:,}", share(found[name], total), times[name]] for name in ORIGINS]


def counts(records: Records) -> dict[str, int]:
    """Return the number of records by origin, for every origin."""
    frame = records.counts()
    found = dict(zip(frame["origin"], frame["records"], strict=True))
    return {origin: int(found.get(origin, 0)) for origin in ORIGINS}


def renewed(records: Records) -> dict[str, str]:
    """Return when each layer was last renewed; ``both`` are in both layers."""
    settled = records.sources().filter(~pl.col("STATUS").str.starts_with("CREATE"))
    latest = dict(settled.group_by("ORIGIN").agg(pl.col("SENT_AT").max()).iter_rows())
    return {name: _when(latest.get(name)) if name != "both" else "" for name in ORIGINS}


def sentence(found: dict[str, int]) -> str:
    """Return the counts in words.

    >>> sentence({"bulk": 100_836, "incremental": 500, "both": 0})
    '100,836 bulk, 500 incremental, 0 both'
    """
    return ", ".join(f"{count:,} {origin}" for origin, count in found.items())


def full_import(found: dict[str, int]) -> str:
    """Return what a FULL import would do to the records that stand.

    >>> full_import({"bulk": 60, "incremental": 4, "both": 1})
    'A FULL import would replace 61 bulk records: 60 go unless it brings them again. 5 incremental ones stay.'
    """
    bulk, both, stay = found["bulk"], found["both"], found["both"] + found["incremental"]
    if not bulk + both:
        return f"A FULL import would remove nothing; {stay:,} incremental records stay."
    return (
        f"A FULL import would replace {bulk + both:,} bulk records: {bulk:,} go unless it brings them again. "
        f"{stay:,} incremental ones stay."
    )


def share(count: int, total: int) -> str:
    """Return a share in per cent; a little is not nothing, and nearly all is not all.

    >>> [share(n, 10_000) for n in (0, 1, 5_000, 9_999, 10_000)]
    ['0 %', '<0.1 %', '50.0 %', '>99.9 %', '100 %']
    """
    if count in (0, total):
        return "100 %" if count else "0 %"
    percent = 100 * count / total
    return "<0.1 %" if percent < 0.1 else ">99.9 %" if percent > 99.9 else f"{percent:.1f} %"


def _first(page: Page) -> Grid:
    shown = tuple(
        tuple(html.shortened(" ".join(text.split())) for text in row) for row in cells.rows(page.frame)
    )
    caption = f"The first {len(shown):,} of {page.total:,} records; times are in UTC"
    return Grid(tuple(page.frame.columns), shown, caption)


def _when(value: datetime | None) -> str:
    return cells.moment(value) if value else NEVER
