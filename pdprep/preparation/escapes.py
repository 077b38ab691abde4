"""How quotation marks within quoted values are escaped, told from text: doubled, or after a backslash."""

from __future__ import annotations

import re
from collections.abc import Iterator
from mmap import mmap
from typing import Final, Literal

from pdprep import platforms
from pdprep.errors import SourceError
from pdprep.preparation.dialects import UNIT, Dialect, TextOptions

WINDOW: Final = 1 << 15  # bytes around a backslash that are looked at
STEP: Final = 1 << 24  # bytes that are searched at once
_ESCAPE: Final = re.compile(rb'\\["\\]')
Escaping = Literal["doubled", "backslash", "either", "none"]


def escaping(body: str, separator: str) -> Escaping:
    r"""Tell how a quotation mark within a quoted value is written, by what parses and what does not.

    >>> escaping('1,"say \\"hi\\", Bob"', ","), escaping('1,"C:\\new, x"', ",")
    ('backslash', 'doubled')
    """
    if "\\" not in body or '"' not in body:
        return "either"
    sign = re.escape(separator if len(separator) == 1 else UNIT)
    text = body if len(separator) == 1 else body.replace(separator, UNIT)
    bare = rf'[^"{sign}\r\n]*+'

    def parses(inside: str) -> bool:
        quoted = rf'"(?:{inside})*+"'
        whole = rf'(?:(?:{quoted}|{bare})(?:{sign}|\r?\n))*+(?:{quoted}|"(?:{inside})*+\\?|{bare})?\r?\Z'
        return re.match(whole, text) is not None

    doubled, strict = parses('[^"]|""'), parses(r'[^"\\]|\\["\\]')
    if doubled and strict:
        return "none" if re.search(r'"[^"]*\\["\\]', text) else "either"
    if doubled:
        return "doubled"
    return "backslash" if strict or ('\\"' in text and parses(r'[^"\\]|\\.')) else "either"


def unclear_escape(label: str, asked: TextOptions, escape: str = "\\") -> SourceError:
    """Return the error for backslashes that may be escapes and may be values."""
    return SourceError(
        f"{label} holds backslashes within quoted values, and its bytes do not tell what they are",
        'escape="\\\\" where they escape, as Amazon Personalize writes; escape=\'"\' where they are text',
        asked.code(label, escape=escape),
    )


def evidence(data: bytes | mmap, dialect: Dialect) -> Iterator[Escaping]:
    """Yield what text around its backslashes tells of the escaping, until something is told."""
    place = _next_escape(data, 0)
    while place >= 0:
        begin, end = data.rfind(b"\n", 0, max(0, place - WINDOW)) + 1, data.find(b"\n", place + WINDOW)
        text = bytes(data[begin : end + 1 if end >= 0 else len(data)]).decode("utf-8", errors="replace")
        found = escaping(text, dialect.separator)
        if found != "either":
            yield found
        place = _next_escape(data, place + WINDOW)


def _next_escape(data: bytes | mmap, place: int) -> int:
    while place < len(data):
        end = place + STEP
        # Most files hold no backslash: one search for a byte is many times as quick as one for a pattern.
        first = data.find(b"\\", place, end)
        if first >= 0 and (found := _ESCAPE.search(data, first, end + 1)):
            return found.start()
        if isinstance(data, mmap):
            platforms.let_go(data, place, end)
        place = end
    return -1
