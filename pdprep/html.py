"""Static HTML for the values that show themselves: text in, escaped text out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

SHORT: Final = 60  # characters of a value that text and HTML show
WIDTH: Final = 10  # em of a full bar
# In the page itself, so that the button works without a kernel too: in a saved notebook, in an HTML export.
# Where a browser keeps pages from the clipboard the text is at least selected.
_COPY: Final = (
    "const p=this.parentNode.querySelector('pre');getSelection().selectAllChildren(p);"
    "this.textContent=document.execCommand('copy')?'Copied':'Selected: press Ctrl+C'"
)


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def table(head: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """Return a table; every cell is text, unless it is marked as HTML.

    >>> "<td>&lt;b&gt;</td>" in table(["rule"], [["<b>"]])
    True
    """
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell(value)}</td>' for value in row)}</tr>" for row in rows)
    return f"<table>{title}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def cell(value: object) -> str:
    """Return a value as people write it: 1,234 for 1234, nothing for None.

    >>> cell(1234), cell(None)
    ('1,234', '')
    """
    return value if isinstance(value, Markup) else escape(number(value))


def bar(share: float, label: str) -> Markup:
    """Return a bar, as long as the share between 0 and 1, in the colour of the text around it.

    >>> "width:5.00em" in bar(0.5, "half")
    True
    """
    full = f"width:{WIDTH}em;background:currentColor;opacity:.15"
    part = f"width:{WIDTH * min(1.0, max(0.0, share)):.2f}em;background:currentColor;opacity:.6"
    both = "".join(
        f'<span style="position:absolute;left:0;top:0;height:100%;{each}"></span>' for each in (full, part)
    )
    box = f"display:inline-block;position:relative;height:.7em;width:{WIDTH}em"
    return Markup(f'<span role="img" aria-label="{escape(label)}" style="{box}">{both}</span>')


def block(*parts: str) -> Markup:
    """Return parts of HTML as one block that keeps its keys: JupyterLab has shortcuts on Enter and others.

    >>> block("<p>1</p>", "<p>2</p>")
    '<div data-lm-suppress-shortcuts="true"><p>1</p><p>2</p></div>'
    """
    return Markup(f'<div data-lm-suppress-shortcuts="true">{"".join(parts)}</div>')


def code(text: str, title: str) -> Markup:
    """Return code under a title, with a button that copies it.

    >>> "<pre" in code("job.wait()", "To wait")
    True
    """
    button = (
        f'<button type="button" data-lm-suppress-shortcuts="true" onclick="{escape(_COPY)}">Copy</button>'
    )
    pre = f'<pre tabindex="0" style="margin: .3em 0">{escape(text)}</pre>'
    return Markup(
        f'<figure style="margin: .5em 0"><figcaption>{escape(title)}</figcaption>{pre}{button}</figure>'
    )


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
