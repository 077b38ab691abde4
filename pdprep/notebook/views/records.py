"""Which record went by which route, what counts now and what waits; and the first rows."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from pdprep import clock, html
from pdprep.html import Id, Segment
from pdprep.ledger import effects, filters
from pdprep.ledger.records import ORIGINS, Records
from pdprep.notebook.views import cells
from pdprep.notebook.views.pages import Page, read_page
from pdprep.notebook.views.record_query import IDS, Query
from pdprep.notebook.views.sheet import Bar, Code, Grid, Sheet

NEVER: Final = "never"
_ROUTES: Final = {"bulk": "by import jobs", "incremental": "sent by put", "both": "imported, and put since"}
_WAITS: Final = (effects.NOT_READ, effects.NOT_IN_SEGMENTS, "unknown")


def sheet(records: Records) -> Sheet:
    """Return which went by which route, what counts and what waits, and the first rows."""
    page = read_page(records, Query())
    first = (_first(page),) if page.total else ()
    codes = (Code("As code", str(page.message()["code"])),) if page.total else ()
    answer = glance(records)
    return Sheet(answer.title, bars=answer.bars, notes=answer.notes, grids=first, codes=codes)


def glance(records: Records) -> Sheet:
    """Return the answer: the records by origin, and what counts now and what waits."""
    found = counts(records)
    if not sum(found.values()):
        return Sheet(f"{records.dataset}: {sentence(found)}")
    waiting = effect(records)
    return Sheet(
        f"{records.dataset}: {'; '.join(filter(None, (sentence(found), _waiting(waiting))))}",
        bars=(_origins(records, found), waiting),
        notes=(full_import(found), filters.seen(records.dataset)),
    )


def _origins(records: Records, found: dict[str, int]) -> Bar:
    times = renewed(records)
    parts = [
        Segment(name, found[name], name, "; ".join(filter(None, (_ROUTES[name], times[name]))))
        for name in ORIGINS
    ]
    return Bar("Which went which way; times are in UTC", tuple(parts))


def effect(records: Records) -> Bar:
    """Return what counts now and what waits, with times; of ten million records that takes half a second."""
    words = effects.words(records.dataset, records.training)
    if len(words) == 1:  # nothing has to be read to know it of every record
        total = sum(counts(records).values())
        return Bar("What counts", (Segment(words[0], total, _state(words[0], None)),))
    grouped = records.frame.group_by("EFFECT").agg(
        pl.len(), pl.col("EFFECT_AT").min().alias("first"), pl.col("EFFECT_AT").max().alias("last")
    )
    rows = sorted(grouped.collect(engine="streaming").iter_rows(), key=lambda row: words.index(row[0]))
    parts = [Segment(word, rows, _state(word, last), _times(first, last)) for word, rows, first, last in rows]
    return Bar("What counts now, and what waits; times are in UTC", tuple(parts))


def _state(word: str, last: datetime | None) -> str:
    """Say whether records count (new), wait (aside) or never count (same)."""
    if word.startswith("counted") or (last is not None and last <= clock.now()):
        return "new"
    return "same" if word in _WAITS else "aside"


def _times(first: datetime | None, last: datetime | None) -> str:
    if first is None or last is None:
        return ""
    return cells.moment(first) if first == last else f"{cells.moment(first)} to {cells.moment(last)}"


def _waiting(bar: Bar) -> str:
    found = {kind: sum(part.count for part in bar.parts if part.kind == kind) for kind in ("new", "aside")}
    said = {"new": "count now", "aside": "wait"}
    return ", ".join(f"{count:,} {said[kind]}" for kind, count in found.items() if count)


def counts(records: Records) -> dict[str, int]:
    """Return the number of records by origin, for every origin."""
    frame = records.counts()
    found = dict(zip(frame["origin"], frame["records"], strict=True))
    return {origin: int(found.get(origin, 0)) for origin in ORIGINS}


def renewed(records: Records) -> dict[str, str]:
    """Return when each layer was last renewed; ``both`` are in both layers."""
    # CREATE PENDING, CREATE FAILED and the like renewed nothing.
    settled = records.sources().filter(~pl.col("STATUS").str.starts_with("CREATE"))
    latest = dict(settled.group_by("ORIGIN").agg(pl.col("SENT_AT").max()).iter_rows())
    return {name: f"last {_when(latest.get(name))}" if name != "both" else "" for name in ORIGINS}


def sentence(found: dict[str, int]) -> str:
    """Return the counts in words.

    >>> sentence({"bulk": 100_836, "incremental": 500, "both": 0})
    '100,836 bulk, 500 incremental, 0 both'
    """
    return ", ".join(f"{count:,} {origin}" for origin, count in found.items())


def full_import(found: dict[str, int]) -> str:
    """Return what a FULL import would do to the records that are there.

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


def _first(page: Page) -> Grid:
    shown = tuple(
        tuple(_cell(name, text) for name, text in zip(page.frame.columns, row, strict=True))
        for row in cells.rows(page.frame)
    )
    caption = f"The first {len(shown):,} of {page.total:,} records; times are in UTC"
    return Grid(tuple(page.frame.columns), shown, caption)


def _cell(name: str, text: str) -> str:
    return Id(text) if name in IDS else str(html.shortened(" ".join(text.split())))


def _when(value: datetime | None) -> str:
    return cells.moment(value) if value else NEVER
