"""Small charts: a Vega-Lite description, drawn here as SVG, so that a saved notebook needs no script for it.

Text and axes have the colour of the text around them, bars and curves those of the style sheet; those here
stand in where it is missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from importlib.util import find_spec
from typing import Any, Final, NamedTuple

import polars as pl

from pdprep import html

Spec = Mapping[str, Any]
BLUE: Final = "#2f7fd0"
ORANGE: Final = "#c2571a"
HEIGHT: Final = 110
WIDTH: Final = 250
LONGEST: Final = 150  # of a full horizontal bar: names and figures are beside it
ROW: Final = 16  # pixels of a horizontal bar and the gap below it
LABEL: Final = 18  # characters of a bar's name
_VERSION: Final = "5.20"  # of Vega-Lite: a pinned one, so that a newer renderer draws the same
# Nothing here depends on the width of a font: the same picture on every machine.
_CONFIG: Final[Spec] = {
    "aria": False,
    "background": "transparent",
    "font": "inherit",
    "view": {"stroke": None},
    "bar": {"color": BLUE},
    "axis": {
        **{f"{part}Color": "currentColor" for part in ("domain", "grid", "label", "tick", "title")},
        "gridOpacity": 0.15,
        "domainOpacity": 0.5,
        "tickOpacity": 0.5,
        "titleFontWeight": "normal",
        "labelLimit": 0,
        "labelOverlap": False,
    },
    "text": {"color": "currentColor", "fontSize": 10},
}


class Chart(NamedTuple):
    """A drawing, its title, and what it says in words."""

    title: str
    says: str
    svg: str

    @property
    def figure(self) -> html.Markup:
        """The chart as HTML: words are below it for everyone, its title is the name for a screen reader."""
        caption = f"<figcaption><strong>{escape(self.title)}</strong><br>{escape(self.says)}</figcaption>"
        named = self.svg.replace("<svg ", f'<svg role="img" aria-label="{escape(self.title)}" ', 1)
        return html.Markup(f"<figure>{named}{caption}</figure>")


def available() -> bool:
    """Say whether the library that draws is installed: it comes with the extra ``notebook``."""
    return find_spec("vl_convert") is not None


def horizontal_bars(rows: pl.DataFrame, top: float) -> str:
    """Draw horizontal bars, the first row on top, each with its name and its figure.

    Args:
        rows: ``name``, ``value``, ``label`` (the figure as text) and ``low`` (drawn hollow, in orange).
        top: The value of a bar of full length.
    """
    short = pl.col("name").str.slice(0, LABEL - 1) + "…"
    named = pl.when(pl.col("name").str.len_chars() > LABEL).then(short).otherwise("name")
    # Two names that are alike when shortened keep their own bars: the axis is of numbers.
    shown = rows.with_row_index("at").with_columns(named.alias("name"))
    y = {"field": "at", "type": "ordinal", "axis": None}
    bars = {
        "mark": {"type": "bar", "height": {"band": 0.7}, "strokeWidth": 1.5},
        "encoding": {
            "y": y,
            "x": _number("value", [0, top], None),
            "fill": {"condition": {"test": "datum.low", "value": "transparent"}, "value": BLUE},
            "stroke": {"condition": {"test": "datum.low", "value": ORANGE}, "value": BLUE},
        },
    }
    names = {
        "mark": {"type": "text", "align": "right", "x": -6},
        "encoding": {"y": y, "text": {"field": "name"}},
    }
    figures = {
        "mark": {"type": "text", "align": "left", "dx": 5},
        "encoding": {"y": y, "x": _number("value", [0, top], None), "text": {"field": "label"}},
    }
    return _draw(
        shown.to_dicts(),
        [bars, names, figures],
        width=LONGEST,
        height=ROW * rows.height,
        left=130,
        right=58,
        bottom=6,
    )


def over_time(rows: pl.DataFrame) -> str:
    """Draw counts over time.

    Args:
        rows: ``start`` and ``end`` (dates) and ``value`` (a count).
    """
    times = rows.with_columns(pl.col("start", "end").cast(pl.String))
    axis = {"labelFlush": True, "grid": False, "format": "%-d %b %Y", "values": _ends(rows)}
    encoding = {
        "x": {"field": "start", "type": "temporal", "scale": {"type": "utc"}, "title": None, "axis": axis},
        "x2": {"field": "end"},
        "y": {**_number("value", None, {"tickCount": 3, "format": "~s"}), "scale": {"zero": True}},
        "y2": {"datum": 0},
    }
    return _draw(times.to_dicts(), [{"mark": {"type": "bar", "binSpacing": 0.5}, "encoding": encoding}])


def curves(lines: Mapping[str, pl.DataFrame]) -> str:
    """Draw how much of all rows the busiest ids have: one line a name, the first full, the second dashed.

    Args:
        lines: Frames of ``ids`` and ``rows``, shares between 0 and 1.
    """
    percent = {"tickCount": 3, "format": "%"}
    encoding = {
        "x": _number("ids", [0, 1], {**percent, "title": "share of the ids, the busiest first"}),
        "y": _number("rows", [0, 1], {**percent, "title": "of the interactions"}),
    }
    layers = []
    for (name, points), style in zip(lines.items(), _STYLES, strict=False):
        data = {"values": points.to_dicts()}
        at = points.filter(pl.col("ids") <= style.place).tail(1).to_dicts()
        mark = {"type": "line", "color": style.colour, "strokeDash": style.dash, "strokeWidth": 2}
        layers.append({"data": data, "mark": mark, "encoding": encoding})
        text = {
            "type": "text",
            "align": style.align,
            "dx": style.side * 5,
            "dy": style.side * 8,
            "text": name,
        }
        layers.append({"data": {"values": at}, "mark": text, "encoding": encoding})
    return _draw([], layers, bottom=36, left=60)


class _LineStyle(NamedTuple):
    colour: str
    dash: list[int]
    place: float  # where along the line its name is written, and on which side of it
    align: str
    side: int


# The busiest come first, so both lines bend upward: one name is written above, the other below.
_STYLES: Final = (_LineStyle(BLUE, [], 0.3, "right", -1), _LineStyle(ORANGE, [5, 3], 0.6, "left", 1))


def _number(field: str, domain: Sequence[float] | None, axis: Spec | None) -> Spec:
    scale = {"scale": {"domain": list(domain)}} if domain else {}
    return {"field": field, "type": "quantitative", "title": None, "axis": axis, **scale}


def _ends(rows: pl.DataFrame) -> list[str]:
    """Return the first day, one in the middle and the last: labels that never run into each other."""
    first, middle, last = rows["start"][0], rows["start"][rows.height // 2], rows["end"][-1]
    return [str(day) for day in (first, middle, last)]


def _draw(
    rows: Sequence[Spec],
    layers: Sequence[Spec],
    *,
    width: int = WIDTH,
    height: int = HEIGHT,
    left: int = 40,
    right: int = 20,
    bottom: int = 22,
) -> str:
    spec = {
        "data": {"values": list(rows)},
        "layer": list(layers),
        "width": width,
        "height": height,
        "padding": {"left": left, "right": right, "top": 8, "bottom": bottom},
        "autosize": {"type": "none"},
        "config": _CONFIG,
    }
    return _svg(json.dumps(spec))


@lru_cache(maxsize=64)  # a job's view draws the same report again and again
def _svg(spec: str) -> str:
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(spec, vl_version=_VERSION)
    # The drawing has one role and one name, given outside; its parts need none.
    plain = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", drawn)
    for colour, token in ((BLUE, "bulk"), (ORANGE, "put")):
        plain = plain.replace(f'"{colour}"', f'"var(--pdprep-{token}, {colour})"')
    # A notebook that is not trusted loses the drawing and keeps its words: these shall not run together.
    return plain.replace("</text>", " </text>")
