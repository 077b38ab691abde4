"""How a text file is to be read: what the user says of it, and what is settled before the first row."""

from __future__ import annotations

import codecs
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, TypedDict

from pdprep.errors import InputError

UNIT: Final = "\x1f"  # stands for a separator of several characters


class TextArguments(TypedDict, total=False):
    """The arguments of ``pdprep.read`` that ``prepare`` and ``infer_contract`` take too."""

    encoding: str | None
    separator: str | None
    has_header: bool | None
    new_columns: Sequence[str] | None
    escape: str | None
    comment_prefix: str | None
    quote_char: str | None
    skip_lines: int | None
    truncate_ragged_lines: bool | None


@dataclass(frozen=True)
class TextOptions:
    """What the user says of a text file; what is None is told from the first bytes.

    Attributes:
        encoding: A name that Python knows, such as cp1252.
        separator: What stands between two values, of any length.
        has_header: Whether the first line holds the names.
        new_columns: The names of the columns, from the first on.
        escape: How a quotation mark within a quoted value is written: doubled (``"``) or after a backslash.
        comment_prefix: Lines that begin with it are no rows.
        quote_char: What stands around a value; empty where quotation marks are part of the values.
        skip_lines: Lines before the header that are not read.
        truncate_ragged_lines: Whether values beyond the last name are dropped; otherwise they are an error.
    """

    encoding: str | None = None
    separator: str | None = None
    has_header: bool | None = None
    new_columns: tuple[str, ...] | None = None
    escape: str | None = None
    comment_prefix: str | None = None
    quote_char: str | None = None
    skip_lines: int | None = None
    truncate_ragged_lines: bool | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The options that the user wrote."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def over(self, before: TextOptions) -> TextOptions:
        """Return these options, and for what they leave open those of an earlier file."""
        return replace(before, **self.given)

    def code(self, label: str, **more: object) -> str:
        """Return the call that reads a file with these options and some more.

        >>> TextOptions(separator=";").code("shop.csv", encoding="cp1252")
        'pdprep.read("shop.csv", separator=";", encoding="cp1252")'
        """
        said = [f"{name}={_text(value)}" for name, value in {**self.given, **more}.items()]
        return f"pdprep.read({', '.join([_text(label), *said])})"


@dataclass(frozen=True)
class Dialect:
    """How a text file is read, with nothing left open.

    Attributes:
        names: The names of the columns where they are not the header's.
        carriage: Whether a carriage return alone ends a line.
        proven: Whether the first bytes prove how quotation marks are escaped, or the user said it.
        said: What was told from the bytes and is worth saying.
        narrow: Whether the first row has fewer values than there are columns, which Polars would go by.
    """

    encoding: str = "utf-8"
    separator: str = ","
    has_header: bool = True
    names: tuple[str, ...] | None = None
    escape: str = '"'
    comment_prefix: str | None = None
    quote_char: str | None = '"'
    skip_lines: int = 0
    truncate_ragged_lines: bool = False
    carriage: bool = False
    proven: bool = True
    said: tuple[str, ...] = ()
    narrow: bool = False

    @property
    def plain(self) -> bool:
        """Whether Polars reads such a file by itself."""
        common = self.encoding == "utf-8" and self.escape == '"' and not (self.carriage or self.narrow)
        return common and len(self.separator.encode()) == 1

    @property
    def scanning(self) -> dict[str, Any]:
        """The arguments of a scan of Polars."""
        return {
            "separator": self.separator,
            "has_header": self.has_header,
            "new_columns": list(self.names) if self.names else None,
            "comment_prefix": self.comment_prefix,
            "quote_char": self.quote_char,
            "skip_lines": self.skip_lines,
            "truncate_ragged_lines": self.truncate_ragged_lines or None,
        }


def options(given: Mapping[str, Any]) -> TextOptions:
    """Return the options of a call, checked.

    Raises:
        InputError: There is no such option, or its value is none of its kind.

    >>> options({"encoding": "windows-1252"}).encoding
    'cp1252'
    """
    known = [each.name for each in fields(TextOptions)]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, [*known, *_OF_PREPARE], n=1)
            raise InputError(
                f"no argument {name!r}",
                f"{near[0]}= or another of {', '.join(known)}" if near else f"one of {', '.join(known)}",
                f"{near[0]}={_text(given[name])}" if near and _is_code(given[name]) else "",
            )
    values = {name: value for name, value in given.items() if value is not None}
    if "encoding" in values:
        values["encoding"] = _encoding(values["encoding"])
    if "new_columns" in values:
        values["new_columns"] = _names(values["new_columns"])
    for name, valid, expected, hint in _VALID:
        if name in values and not valid(values[name]):
            raise InputError(f"{name}={_text(values[name])}", expected, hint)
    return TextOptions(**values)


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except (LookupError, TypeError, ValueError) as error:
        near = difflib.get_close_matches(str(name).lower(), _ENCODINGS, n=1)
        raise InputError(
            f"encoding={_text(name)}",
            "the name of an encoding that Python knows",
            f'encoding="{near[0] if near else "cp1252"}"',
        ) from error


def _names(names: Sequence[str]) -> tuple[str, ...]:
    wrong = isinstance(names, str) or not all(isinstance(name, str) for name in names)
    if wrong or len(set(names)) != len(names) or not names:
        raise InputError(
            f"new_columns={names!r}"[:200], "a list of names, each once", 'new_columns=["user", "item"]'
        )
    return tuple(names)


def _text(value: object) -> str:
    """Return a value as code, text in double quotes where that needs no more escapes."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_text, value))}]"
    plain = isinstance(value, str) and value.isprintable() and not {'"', "\\"} & set(value)
    return f'"{value}"' if plain else repr(value)


def _is_code(value: object) -> bool:
    """Say whether a value can be typed again: a text, a number, or a list or dict of them."""
    if isinstance(value, dict):
        return all(isinstance(each, str) for each in (*value, *value.values()))
    return isinstance(value, str | int | float) or (
        isinstance(value, list | tuple) and all(map(_is_code, value))
    )


_OF_PREPARE: Final = ("columns", "metadata", "like", "on_invalid", "max_invalid", "dedupe_on", "domain")
_ENCODINGS: Final = ("cp1252", "latin-1", "utf-8", "utf-16", "cp1251", "cp1250", "shift_jis", "gb18030")
_VALID: Final = (
    ("separator", lambda value: isinstance(value, str) and value, "one character or more", 'separator=";"'),
    ("escape", lambda value: value in ('"', "\\"), "a quotation mark or a backslash", 'escape="\\\\"'),
    (
        "quote_char",
        lambda value: isinstance(value, str) and len(value.encode()) <= 1,
        "one character, or empty where quotation marks are part of the values",
        'quote_char=""',
    ),
    (
        "comment_prefix",
        lambda value: isinstance(value, str) and 0 < len(value) <= 5,
        "one to five characters",
        'comment_prefix="#"',
    ),
    ("skip_lines", lambda value: isinstance(value, int) and value >= 0, "a number of lines", "skip_lines=1"),
    ("has_header", lambda value: isinstance(value, bool), "True or False", "has_header=False"),
    (
        "truncate_ragged_lines",
        lambda value: isinstance(value, bool),
        "True or False",
        "truncate_ragged_lines=True",
    ),
)
