"""What a value has to show, as a frozen value; its text and its HTML are two projections of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from pdprep import html
from pdprep.html import Gravity, Segment


class Code(NamedTuple):
    """Code to copy, and what it is for."""

    title: str
    text: str


class Finding(NamedTuple):
    """Something that was found, and how grave it is."""

    gravity: Gravity
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A picture of an answer: parts that add up, and what they are parts of.

    Attributes:
        whole: What the full width stands for, where several bars are drawn to one scale.
    """

    label: str
    parts: tuple[Segment, ...]
    whole: int | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its head, its rows, and what it is about."""

    head: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The answer in a line and in a picture, then findings, facts by name, sentences, tables, code to copy.

    >>> print(to_text(Sheet("movies", facts=(("domain", "CUSTOM"), ("records", 1234)))))
    movies
      domain   CUSTOM
      records  1,234
    """

    title: str
    gravity: Gravity = ""
    bars: tuple[Bar, ...] = ()
    findings: tuple[Finding, ...] = ()
    facts: tuple[tuple[str, object], ...] = ()
    notes: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    codes: tuple[Code, ...] = ()


def to_text(sheet: Sheet) -> str:
    """Return the sheet as lines of text."""
    lines = [sheet.title]
    for bar in sheet.bars:
        lines += [f"  {bar.label}", *_columns(_parts(bar))]
    lines += [f"  {finding.gravity}: {finding.text}" for finding in sheet.findings]
    lines += [*_columns(sheet.facts), *sheet.notes]
    for grid in sheet.grids:
        lines += [grid.caption] if grid.caption else []
        lines += _columns([grid.head, *grid.rows])
    codes = [line for code in sheet.codes for line in (f"{code.title}:", textwrap.indent(code.text, "    "))]
    return "\n".join([*lines, *codes])


def to_html(sheet: Sheet, live: str = "", *, answered: bool = False) -> str:
    """Return the sheet as static HTML; every value is escaped.

    Args:
        sheet: What to show.
        live: The name of its live form, which stands in its place while it lives.
        answered: Whether the live form has no answer of its own, so that the sheet's is shown all the time.
    """
    answer, rest = "".join(_answer(sheet)), "".join(_rest(sheet))
    if not live:
        return html.view(answer, rest)
    return (
        html.view(answer, html.behind(live, rest)) if answered else html.view(html.behind(live, answer, rest))
    )


def _answer(sheet: Sheet) -> Iterator[str]:
    yield html.headline(sheet.title, sheet.gravity)
    yield from (html.bar(bar.parts, bar.label, bar.whole) for bar in sheet.bars)
    yield from (html.finding(gravity, text) for gravity, text in sheet.findings)
    yield html.facts(sheet.facts)
    yield html.notes(sheet.notes)


def _rest(sheet: Sheet) -> Iterator[str]:
    yield from (html.table(grid.head, grid.rows, grid.caption) for grid in sheet.grids)
    yield from (html.code(code.text, code.title) for code in sheet.codes)


def _parts(bar: Bar) -> Iterator[tuple[object, ...]]:
    total = sum(part.count for part in bar.parts)
    for part in bar.parts:
        yield part.name, part.count, html.share(part.count, total), part.says


def _columns(rows: Iterable[Iterable[object]]) -> list[str]:
    # A value of several lines makes its row take as many.
    split = ([html.number(value).split("\n") for value in row] for row in rows)
    cells = [line for row in split for line in zip_longest(*row, fillvalue="")]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
