"""Static HTML for the values that show themselves: text in, escaped text out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def table(head: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """Return a table; every cell is text.

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
    return escape(number(value))


def number(value: object) -> str:
    """Return the text of a value, with thousands separated."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int):
        return str(value)
    return f"{value:,}"
