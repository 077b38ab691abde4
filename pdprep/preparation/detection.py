"""What the first bytes of a text file tell: encoding, line ends, separator, escaping, header.

What they cannot tell is an error that names the argument to pass; nothing is taken for likely where that
could change a value.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from typing import Final

from pdprep import platforms
from pdprep.errors import SourceError
from pdprep.preparation import signatures
from pdprep.preparation.dialects import UNIT, Dialect, TextOptions
from pdprep.preparation.escapes import escaping, unclear_escape

SAMPLE: Final = 100  # records
FEW_NAMES: Final = 30  # are written out in a hint
_SINGLE: Final = (",", ";", "\t", "|", "\x01")
_LONG: Final = ("::", "||", "|~|", "~|~", "^|^", ";;", "\t\t")
_SPACED: Final = (".dat", ".data", ".txt")  # endings of files whose values may stand a space apart
_TYPED_NAME: Final = re.compile(r"(.+):(?:token|float)(?:_seq)?")  # of RecBole's atomic files
_VALUE: Final = re.compile(
    r"[-+]?\d+([.,]\d+)*([eE][-+]?\d+)?|\d{1,4}[-/.]\w{1,9}[-/.]\d{1,4}([T ].*)?"
    r"|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|https?://\S+|[^@\s]+@[^@\s]+\.\w+"
)


def detect(head: bytes, asked: TextOptions, label: str, *, whole: bool) -> Dialect:
    """Return how a file is read that begins like this.

    Args:
        head: Its first bytes.
        asked: What the user says of it.
        label: How the user named it.
        whole: Whether the first bytes are all there is.

    Raises:
        SourceError: They do not tell; says which argument to pass.

    >>> detect(b"user;item\\n1;7\\n", TextOptions(), "x.csv", whole=True).separator
    ';'
    """
    encoding = asked.encoding or _encoding(head, asked, label, whole)
    text = decoded(head, encoding, asked, label, whole=whole)
    if not text.strip():
        raise SourceError(f"{label} is empty", "a header and rows")
    signatures.check_text(text, label)
    carriage = "\r" in text.rstrip("\r") and "\n" not in text
    if carriage or "\n" not in text:
        text = text.replace("\r", "\n")
    said = [f"read as {encoding}"] if encoding.startswith("utf-16") and not asked.encoding else []
    skipped, separator = _prologue(text, asked)
    if skipped and asked.skip_lines is None:
        said.append(f"the first {skipped} lines are no rows" if skipped > 1 else "the first line is no row")
    body = _without_comments(text.split("\n", skipped)[-1], asked.comment_prefix)
    separator = asked.separator or separator or _separator(body, label)
    quote = '"' if asked.quote_char is None and len(separator) == 1 else asked.quote_char or None
    escape, proven = _escape(body, separator, asked, label) if quote else ('"', True)
    records, header_lines = _records(body, separator, quote, escape, whole)
    has_header, names = _header(records, asked, label)
    if not has_header:  # Polars would take a blank line for the first row
        skipped += next((n for n, line in enumerate(body.split("\n")) if line.strip()), 0)
    elif any('"' in name for name in records[0]) and not asked.comment_prefix:
        # Polars keeps doubled marks in a name, and reads on to the next one where a single one opens none.
        has_header, skipped, names = False, skipped + header_lines, names or tuple(records[0])
    if names and not asked.new_columns:
        said.append("the types within the names are left out")
    return Dialect(
        "utf-8" if encoding in ("utf-8-sig", "ascii") else encoding,
        separator, has_header, names, escape, asked.comment_prefix, quote, skipped,
        bool(asked.truncate_ragged_lines), carriage, proven, tuple(said),
        narrow=not has_header and bool(names and len(records[0]) < len(names)),
    )  # fmt: skip


def decoded(head: bytes, encoding: str, asked: TextOptions, label: str, *, whole: bool) -> str:
    """Return the text of first bytes, of which the last character may be cut in two."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head, final=whole).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise undecodable(label, encoding, asked, head) from error


def undecodable(label: str, encoding: str, asked: TextOptions, sample: bytes) -> SourceError:
    """Return the error for bytes that are no text of an encoding, with one that fits them."""
    found = f"{label} is not {encoding.replace('utf-8', 'UTF-8')}"
    said = "the encoding that it is written in: encoding= of read and of prepare"
    if encoding != "utf-8":
        return SourceError(found, said)
    if not sample.decode("utf-8", errors="ignore").isascii():
        # Read as Windows-1252, the characters that are UTF-8 would become two or three others.
        return SourceError(
            f"{found} throughout: some of its lines are and some are not",
            "one encoding",
            platforms.shell(["grep", "-naxv", ".*", label]),
        )
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return SourceError(f"{found}, nor Windows-1252", said)
    return SourceError(
        f"{found}, likely Windows-1252", f"UTF-8, or {said}", asked.code(label, encoding="cp1252")
    )


def _encoding(head: bytes, asked: TextOptions, label: str, whole: bool) -> str:
    signatures.check_bytes(head, label)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    pairs = head[: len(head) // 2 * 2]
    if pairs and b"\0" in pairs:
        # Every other byte of Western text in UTF-16 is zero; the mark that says so is missing.
        for name, high in (("utf-16-le", pairs[1::2]), ("utf-16-be", pairs[::2])):
            if high.count(0) * 2 > len(high):
                return name
        raise SourceError(f"{label} holds zero bytes", "text: it may be a binary file, or a damaged one")
    decoded(head, "utf-8", asked, label, whole=whole)
    return "utf-8"


def _prologue(text: str, asked: TextOptions) -> tuple[int, str]:
    """Return how many lines stand before the header, and the separator that Excel's ``sep=`` line names."""
    if asked.skip_lines is not None:
        return asked.skip_lines, ""
    lines = text.split("\n", SAMPLE)
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    found = re.fullmatch(r'"?sep=(.{1,3}?)"?\r?', lines[first], re.IGNORECASE)
    if found:
        return first + 1, found[1]
    if asked.comment_prefix or not lines[first].startswith("#"):
        return 0, ""
    after = next((n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    if after is None:
        return 0, ""
    # A header may begin with the sign too ("#user,item"): then it is as wide as what follows.
    separator = asked.separator or _separator("\n".join(lines[after:]), "")
    width = lines[after].count(separator)
    return (0, "") if width and lines[after - 1].count(separator) == width else (after, "")


def _without_comments(text: str, prefix: str | None) -> str:
    if not prefix:
        return text
    return "\n".join(line for line in text.split("\n") if not line.startswith(prefix))


def _separator(body: str, label: str) -> str:
    # A mark stands for a quoted value: two separators around it are not one of two characters.
    lines = [re.sub(r'"[^"]*"', '"', line) for line in body.split("\n", SAMPLE)[:SAMPLE] if line.strip()]
    header = lines[0] if lines else ""
    for long in _LONG:
        counts = {line.count(long) for line in lines[:-1] or lines}
        single = {line.count(long[0]) for line in lines[:-1] or lines}
        if len(counts) != 1 or 0 in counts:
            continue
        # Two bars may also be an empty value between two separators: then others stand alone.
        if long[0] not in _SINGLE or single == {counts.pop() * long.count(long[0])}:
            return long
    # As often in every line before more often in the first: a value may hold another one of these signs.
    even = {
        sign: {line.count(sign) for line in lines[:-1] or lines} == {header.count(sign)} for sign in _SINGLE
    }
    best = max(_SINGLE, key=lambda sign: (even[sign] and sign in header, header.count(sign)))
    spaces = {len(line.split(" ")) for line in lines[:-1] or lines}
    if not header.count(best) and len(lines) > 1 and len(spaces) == 1 and label.lower().endswith(_SPACED):
        return " " if spaces.pop() > 1 else best
    return best


def _escape(body: str, separator: str, asked: TextOptions, label: str) -> tuple[str, bool]:
    if asked.escape:
        return asked.escape, True
    found = escaping(body, separator)
    if found == "none":
        raise unclear_escape(label, asked)
    return ("\\" if found == "backslash" else '"'), found != "either"


def assumed(asked: TextOptions) -> Dialect:
    """Return how a file is read that nobody can look into: as the user says, else as a CSV is."""
    return Dialect(
        asked.encoding or "utf-8", asked.separator or ",", asked.has_header is not False, asked.new_columns,
        asked.escape or '"', asked.comment_prefix,
        '"' if asked.quote_char is None else asked.quote_char or None,
        asked.skip_lines or 0, bool(asked.truncate_ragged_lines),
    )  # fmt: skip


def _records(
    body: str, separator: str, quote: str | None, escape: str, whole: bool
) -> tuple[list[list[str]], int]:
    """Return the first records, and how many lines the first of them and what stands before it take."""
    sign = separator if len(separator) == 1 else UNIT
    text = body if len(separator) == 1 else body.replace(separator, UNIT)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=sign,
        quotechar=quote or '"',
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        doublequote=escape == '"',
        escapechar="\\" if escape == "\\" else None,
    )
    found: list[list[str]] = []
    lines = 0
    try:
        for record in reader:
            found += [record] if any(record) else []
            lines = lines or (reader.line_num if found else 0)
            if len(found) > SAMPLE:
                break
    except csv.Error:  # a value beyond the module's limit: what was read so far is enough
        pass
    return (found if whole or len(found) < 2 else found[:-1]), lines


def _header(
    records: Sequence[Sequence[str]], asked: TextOptions, label: str
) -> tuple[bool, tuple[str, ...] | None]:
    """Tell whether the first record holds names: a name stands over values of another kind."""
    if asked.has_header is not None:
        return asked.has_header, _named(records, asked, label)
    first, rest = records[0], records[1:]
    over, values = _told(first, rest)
    if values and not over:
        if asked.new_columns:
            return False, _named(records, asked, label)
        names = tuple(f"column_{number + 1}" for number in range(len(first)))
        more = {"new_columns": names} if len(names) <= FEW_NAMES else {}
        raise SourceError(
            f"{label} has no header: its first line holds values",
            "a header, or the names: new_columns= of read and of prepare",
            asked.code(label, has_header=False, **more),
        )
    if asked.new_columns and not over:
        raise SourceError(
            f"new_columns= for {label}, whose bytes do not tell whether its first line holds names",
            "has_header=True where they are to be replaced, has_header=False where it is a row",
            asked.code(label, has_header=False),
        )
    typed = [_TYPED_NAME.fullmatch(name.strip()) for name in first]
    if not asked.new_columns and all(typed):
        return True, tuple(each[1] for each in typed if each)
    return True, _named(records, asked, label)


def is_value(text: str) -> bool:
    """Tell whether a text is a number, a time, a UUID or an address, which no name of a column is."""
    return bool(_VALUE.fullmatch(text.strip()))


def holds_values(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Tell whether a first record holds values, and no names, by the records below it.

    >>> holds_values(["196", "881250949"], [["22", "891717742"]])
    True
    """
    over, values = _told(first, rest)
    return values and not over


def _told(first: Sequence[str], rest: Sequence[Sequence[str]]) -> tuple[bool, bool]:
    """Tell whether a name stands over values of another kind, and whether a value stands over its like."""
    kinds = [_kind([row[place] for row in rest if place < len(row)]) for place in range(len(first))]
    cells = [is_value(cell) for cell in first]
    over = any(
        kind and not cell and name.strip() for kind, cell, name in zip(kinds, cells, first, strict=True)
    )
    return over, any(cell and (kind or not rest) for kind, cell in zip(kinds, cells, strict=True))


def _named(records: Sequence[Sequence[str]], asked: TextOptions, label: str) -> tuple[str, ...] | None:
    names = asked.new_columns
    # A row may end early, and the first one too; a header names every column.
    width = max((len(row) for row in records), default=0) if asked.has_header is False else len(records[0])
    if names and width and len(names) != width:
        raise SourceError(
            f"new_columns= gives {len(names)} names, and {label} has {width} columns",
            "a name for each column",
            asked.code(
                label, new_columns=(*names, *(f"column_{n + 1}" for n in range(len(names), width)))[:width]
            ),
        )
    return names


def _kind(values: Sequence[str]) -> bool:
    """Tell whether values that are there are all numbers, times or the like."""
    filled = [value.strip() for value in values if value.strip()]
    return bool(filled) and all(map(is_value, filled))
