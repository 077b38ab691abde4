"""A reader of Personalize's CSV, written from its documentation alone: it knows nothing of the writer.

One line is a record; a value stands bare or in double quotes; inside, a backslash escapes a quotation mark or
a backslash; blank is null.
"""

from __future__ import annotations


def read(data: bytes) -> tuple[list[str], list[list[str | None]]]:
    """Return the header and the records; whatever breaks the format is an error."""
    text = data.decode("utf-8")
    assert text.endswith("\n"), "the last line has no end"
    assert not text.startswith("\ufeff"), "a byte order mark"
    header, *lines = text[:-1].split("\n")
    assert '"' not in header, "a quoted header"
    names = header.split(",")
    records = [record(line) for line in lines]
    assert all(len(each) == len(names) for each in records), "a record of another width"
    return names, records


def record(line: str) -> list[str | None]:
    """Return the values of one line."""
    values, rest = [], line
    while True:
        value, rest = quoted(rest[1:]) if rest.startswith('"') else bare(rest)
        values.append(value)
        if not rest:
            return values
        assert rest[0] == ",", f"text after a closing quotation mark: {rest!r}"
        rest = rest[1:]


def bare(text: str) -> tuple[str | None, str]:
    """Return the value up to the next comma, and what follows."""
    value, comma, rest = text.partition(",")
    assert not set(value) & set('"\\\r\n'), f"an unquoted special character: {value!r}"
    assert value == value.strip(), f"an unquoted outer space: {value!r}"
    return value or None, comma + rest


def quoted(text: str) -> tuple[str, str]:
    """Return the value up to its closing quotation mark, and what follows."""
    value, escaped = "", False
    for place, character in enumerate(text):
        if escaped:
            assert character in '"\\', f"a backslash before {character!r}"
            value, escaped = value + character, False
        elif character == "\\":
            escaped = True
        elif character == '"':
            return value, text[place + 1 :]
        else:
            assert character != "\r", "a carriage return"
            value += character
    raise AssertionError(f"no closing quotation mark: {text!r}")
