"""What a value has to show, as a frozen value; its text and its HTML are two projections of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from typing import NamedTuple

from pdprep import html as markup


@dataclass(frozen=True, slots=True)
class Share:
    """A share between 0 and 1: a bar where there are bars, and always the figure.

    >>> str(Share(0.256)), str(Share(0.0001))
    ('26 %', '0.01 %')
    """

    value: float

    def __str__(self) -> str:
        percent = 100 * self.value
        return f"{percent:.0f} %" if percent >= 1 or not percent else f"{percent:.1g} %"

    @property
    def bar(self) -> markup.Markup:
        """The bar, and the figure beside it."""
        label = str(self)
        return markup.Markup(
            f'<span style="white-space: nowrap">{markup.bar(self.value, label)} {label}</span>'
        )


class Code(NamedTuple):
    """Code to copy, and what it is for."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its head, its rows, and what it is about."""

    head: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A title, facts by name, tables, sentences, and code to copy.

    >>> print(text(Sheet("movies", facts=(("domain", "CUSTOM"), ("records", 1234)))))
    movies
      domain   CUSTOM
      records  1,234
    """

    title: str
    facts: tuple[tuple[str, object], ...] = ()
    grids: tuple[Grid, ...] = ()
    notes: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()


def text(sheet: Sheet) -> str:
    """Return the sheet as lines of text."""
    lines = [sheet.title, *_columns(sheet.facts)]
    for grid in sheet.grids:
        lines += [grid.caption] if grid.caption else []
        lines += _columns([grid.head, *grid.rows])
    codes = [line for code in sheet.codes for line in (f"{code.title}:", textwrap.indent(code.text, "    "))]
    return "\n".join([*lines, *sheet.notes, *codes])


def html(sheet: Sheet) -> str:
    """Return the sheet as static HTML; every value is escaped."""
    title = f"<p><strong>{escape(sheet.title)}</strong></p>"
    grids = "".join(markup.table(grid.head, map(_drawn, grid.rows), grid.caption) for grid in sheet.grids)
    notes = "".join(f"<p>{escape(note)}</p>" for note in sheet.notes)
    codes = "".join(markup.code(code.text, code.title) for code in sheet.codes)
    return markup.block(title, _facts(sheet.facts), grids, notes, codes)


def _drawn(row: Iterable[object]) -> list[object]:
    return [value.bar if isinstance(value, Share) else value for value in row]


def _facts(facts: Iterable[tuple[str, object]]) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="text-align: left">{escape(name)}</th>'
        f'<td style="text-align: left; white-space: pre-line">{markup.cell(value)}</td></tr>'
        for name, value in facts
    )
    return f"<table><tbody>{rows}</tbody></table>" if rows else ""


def _columns(rows: Iterable[Iterable[object]]) -> list[str]:
    cells = [line for row in rows for line in _lines([markup.number(value) for value in row])]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def _lines(row: list[str]) -> list[tuple[str, ...]]:
    """Return the lines that a row takes: several where a value has several."""
    return list(zip_longest(*(cell.split("\n") for cell in row), fillvalue=""))
