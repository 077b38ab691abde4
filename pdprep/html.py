"""What every view is made of: headline, bar, finding, table, code. Text in, escaped text out.

One style sheet, ``style.css``, gives them their looks, light and dark, saved and live. A notebook that is not
trusted loses it and keeps the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Final, Literal

ENDS: Final = 6  # characters of an id at each end of what is left out
SHORT: Final = 60  # characters of a value that text and HTML show
_STYLE: Final = Path(__file__).with_name("style.css")
Gravity = Literal["error", "warning", "note", "good", ""]
# How grave something is: said by a mark and a word, and only then by a colour.
MARKS: Final = {"error": "✖ error", "warning": "▲ warning", "note": "● note", "good": "✓", "": ""}
# In the page itself, so that the button works without a kernel too: in a saved notebook, in an HTML export.
# Where a browser keeps pages from the clipboard the text is at least selected.
_COPY: Final = (
    "const p=this.parentNode.querySelector('pre');getSelection().selectAllChildren(p);"
    "this.textContent=document.execCommand('copy')?'Copied':'Selected: press Ctrl+C'"
)
_FIGURE: Final = re.compile(r"[<>~]?-?[\d,]+(\.\d+)?( ?(%|B|kB|MB|GB|s|min|ms))?")
_ID: Final = re.compile(r"\S+-\S+|\d{4}-\d\d-\d\d.*")
# A word of a sentence that a hyphen would break where no word ends: us-east-1, bulk-0001, 2026-01-01.
_HYPHENED: Final = re.compile(r"[\w.-]*\w-[\w.]*\d[\w.-]*")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


class Id(str):
    """An id: shown shortened in the middle where there are looks, and copied whole."""

    __slots__ = ()

    @property
    def drawn(self) -> Markup:
        """The id whose middle takes no room; to shorten what is short would say less."""
        if len(self) <= 2 * ENDS + 4:
            return Markup(escape(self))
        first, middle, last = (escape(part) for part in (self[:ENDS], self[ENDS:-ENDS], self[-ENDS:]))
        return Markup(f'<span class="pdprep-id" title="{escape(self)}">{first}<i>{middle}</i>{last}</span>')


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: its name, how many, what it is drawn as, and what else there is to say of it."""

    name: str
    count: int
    kind: str
    says: str = ""


@cache
def style() -> str:
    """Return the style sheet, without comments and needless spaces: each output carries it."""
    text = re.sub(r"/\*.*?\*/", "", _STYLE.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", text)).replace(";}", "}").strip()


def view(*parts: str) -> Markup:
    """Return parts as one view, with its style.

    JupyterLab has shortcuts on Enter and makes a formula of what stands between two dollar signs, as prices
    do: a view keeps its keys and its text. MathJax 2 and 3 have a class each for it.

    >>> view("<p>1</p>", "<p>2</p>").endswith("<p>1</p><p>2</p></div>")
    True
    """
    sheet = f"<style>{style()}</style>"
    kept = 'class="pdprep mathjax_ignore tex2jax_ignore" data-lm-suppress-shortcuts="true"'
    return Markup(f"<div {kept}>{sheet}{''.join(parts)}</div>")


def behind(name: str, *parts: str) -> Markup:
    """Return the parts of a view that its live form, an output below it, hides while it lives."""
    return Markup(f'<div class="pdprep-behind" data-pdprep="{escape(name)}">{"".join(parts)}</div>')


def headline(text: str, gravity: Gravity = "") -> Markup:
    """Return the answer, in one line.

    >>> headline("ready", "good")
    '<p class="pdprep-headline"><span class="pdprep-mark pdprep-good">✓</span> <strong>ready</strong></p>'
    """
    sign = MARKS[gravity].partition(" ")[0]  # the word is in the sentence
    marked = f'<span class="pdprep-mark pdprep-{gravity}">{sign}</span> ' if sign else ""
    return Markup(f'<p class="pdprep-headline">{marked}<strong>{escape(text)}</strong></p>')


def mark(gravity: Gravity) -> Markup:
    """Return how grave something is: a mark, the word, and a colour; nothing where it is not said."""
    said = MARKS[gravity]
    return Markup(f'<span class="pdprep-mark pdprep-{gravity}">{said}</span> ' if said else "")


def bar(parts: Sequence[Segment], label: str, whole: int | None = None) -> Markup:
    """Return a bar of parts side by side, and below it what each of them is, how many and which share.

    Args:
        parts: What it is made of; all of them are named below it, those of nothing too.
        label: What it shows.
        whole: What the full width stands for, where that is more than all parts together.

    >>> "width:75.00%" in bar([Segment("kept", 3, "kept"), Segment("invalid", 1, "gone")], "rows")
    True
    """
    total = sum(part.count for part in parts)
    full = max(total, whole or 0, 1)
    said = f"{label}: {', '.join(f'{part.name} {part.count:,}' for part in parts)}"
    drawn = "".join(
        f'<span class="pdprep-of-{part.kind}" style="width:{100 * part.count / full:.2f}%"></span>'
        for part in parts
        if part.count
    )
    return Markup(
        f'<p class="pdprep-quiet">{escape(label)}</p>'
        f'<div class="pdprep-bar" role="img" aria-label="{escape(said)}">{drawn}</div>'
        f'<table class="pdprep-legend" aria-label="{escape(label)}">'
        f"<tbody>{''.join(_named(part, total) for part in parts)}</tbody></table>"
    )


def meter(value: float, label: str) -> Markup:
    """Return a small bar, as long as a share between 0 and 1, and its figure.

    >>> "width:50.0%" in meter(0.5, "half")
    True
    """
    width = 100 * min(1.0, max(0.0, value))
    drawn = f'<span class="pdprep-meter" aria-hidden="true"><span style="width:{width:.1f}%"></span></span>'
    return Markup(f'<span class="pdprep-nowrap">{drawn} {escape(label)}</span>')


def finding(gravity: Gravity, text: str, *inside: str, unfolded: bool = False) -> Markup:
    """Return a finding: how grave it is, what it is, and to unfold what can be done about it."""
    title = f"{mark(gravity)}{escape(text)}"
    body = "".join(inside)
    if not body:
        return Markup(f'<p class="pdprep-finding pdprep-{gravity}"><span>{title}</span></p>')
    opened = " open" if unfolded else ""
    return Markup(
        f'<details class="pdprep-finding pdprep-{gravity}"{opened}><summary>{title}</summary>{body}</details>'
    )


def table(head: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> Markup:
    """Return a table; every cell is text, unless it is marked as HTML. Figures stand to the right.

    >>> "<td>&lt;b&gt;</td>" in table(["rule"], [["<b>"]])
    True
    """
    listed = [list(row) for row in rows]
    figures = [_figures(column) for column in zip(*listed, strict=True)] if listed else [False] * len(head)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    heads = "".join(
        f'<th scope="col"{_number(right)}>{escape(name)}</th>'
        for name, right in zip(head, figures, strict=True)
    )
    body = "".join(
        f"<tr>{''.join(_td(value, right) for value, right in zip(row, figures, strict=True))}</tr>"
        for row in listed
    )
    # Reached by keys, since it scrolls where it is too wide.
    named = f' role="region" aria-label="{escape(caption or ", ".join(head))}"'
    return Markup(
        f'<div class="pdprep-scroll" tabindex="0"{named}><table>{title}<thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def facts(rows: Iterable[tuple[str, object]]) -> Markup:
    """Return facts by name; a value may have several lines."""
    drawn = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td class="pdprep-lines">{cell(value)}</td></tr>'
        for name, value in rows
    )
    return Markup(f"<table><tbody>{drawn}</tbody></table>" if drawn else "")


def notes(lines: Iterable[str], *, quiet: bool = False) -> Markup:
    """Return sentences, a paragraph each."""
    look = ' class="pdprep-quiet"' if quiet else ""
    return Markup("".join(f"<p{look}>{escape(line)}</p>" for line in lines))


def code(text: str, title: str) -> Markup:
    """Return code under a title, with a button that copies it.

    >>> "<pre" in code("job.wait()", "To wait")
    True
    """
    button = (
        f'<button type="button" data-lm-suppress-shortcuts="true" onclick="{escape(_COPY)}">Copy</button>'
    )
    pre = f'<pre tabindex="0">{escape(text)}</pre>'
    caption = f"<figcaption>{escape(title)}</figcaption>"
    return Markup(f'<figure>{caption}<div class="pdprep-code">{pre}{button}</div></figure>')


def folded(title: str, body: str) -> Markup:
    """Return something to unfold."""
    return Markup(f"<details><summary>{escape(title)}</summary>{body}</details>")


def cell(value: object) -> str:
    """Return a value as people write it: 1,234 for 1234, nothing for None.

    >>> cell(1234), cell(None)
    ('1,234', '')
    """
    if isinstance(value, Id):
        return value.drawn
    if isinstance(value, Markup):
        return value
    return _HYPHENED.sub(r'<span class="pdprep-word">\g<0></span>', escape(number(value)))


def share(count: int, total: int) -> str:
    """Return a share in per cent; a little is not nothing, and nearly all is not all.

    >>> [share(n, 10_000) for n in (0, 1, 5_000, 9_999, 10_000)]
    ['0 %', '<0.1 %', '50.0 %', '>99.9 %', '100 %']
    """
    if count in (0, total):
        return "100 %" if count else "0 %"
    percent = 100 * count / total
    return "<0.1 %" if percent < 0.1 else ">99.9 %" if percent > 99.9 else f"{percent:.1f} %"


def shortened(value: object) -> str | None:
    """Return a value as text of at most sixty characters."""
    text = None if value is None else str(value)
    return text if text is None or len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def number(value: object) -> str:
    """Return the text of a value, with thousands separated."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int):
        return str(value)
    return f"{value:,}"


def size(done: int, total: int | None = None) -> str:
    """Return bytes as people write them, both in the unit that fits the whole.

    >>> size(1_200_000, 5_000_000), size(22_300), size(3, 4_100_000_000)
    ('1.2 of 5.0 MB', '22.3 kB', '0.0 of 4.1 GB')
    """
    most = max(done, total or 0)
    unit, by = next((each for each in _UNITS if most >= each[1]), _UNITS[-1])
    whole = f" of {total / by:,.1f}" if total else ""
    return f"{done / by:,.1f}{whole} {unit}"


_UNITS: Final = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def _named(part: Segment, total: int) -> str:
    """Return a row: a swatch, the name of a part, how many, which share, and what else there is to say."""
    swatch = f'<span class="pdprep-swatch pdprep-of-{part.kind}"></span>'
    figures = (f"{part.count:,}", share(part.count, total))
    drawn = "".join(f'<td class="pdprep-number">{text}</td>' for text in figures)
    return f'<tr><th scope="row">{swatch}{escape(part.name)}</th>{drawn}<td>{escape(part.says)}</td></tr>'


def _figures(column: Sequence[object]) -> bool:
    texts = [number(value) for value in column if value is not None and value != ""]
    return (
        bool(texts)
        and all(isinstance(value, str | int | float) for value in column if value is not None)
        and all(_FIGURE.fullmatch(text) for text in texts)
    )


def _number(right: bool) -> str:
    return ' class="pdprep-number"' if right else ""


def _td(value: object, right: bool) -> str:
    if not right and isinstance(value, str) and not isinstance(value, Markup) and _ID.fullmatch(value):
        return f'<td class="pdprep-whole">{cell(value)}</td>'  # neither an id nor a time breaks at a hyphen
    return f"<td{_number(right)}>{cell(value)}</td>"
