"""What the rules make of drawn rows, in plain Python: nothing here asks the product."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tests.wild.cases import Record
from tests.wild.drawn import Drawn

IDS: Final = ("user", "item")
Forms = Mapping[str, str | None]


def records(drawn: Drawn, given: Forms | None = None) -> list[Record]:
    """Return the records that come out: those with an id, an item and a time, each once.

    Args:
        drawn: The rows.
        given: The forms of ids that a history has.
    """
    own = forms(drawn)
    ruling = {name: (given or {}).get(name) or own[name] for name in IDS}
    found = []
    for row in drawn.rows:
        user, item = (spelled(row[name].value, ruling[name]) for name in IDS)
        if user and item and row["at"].wanted:
            found.append((user, item, row["at"].wanted, row["TAGS"].wanted, "watch", row["amount"].wanted))
    return sorted(set(found), key=lambda row: [value or "" for value in row])


def spelled(value: Any, form: str | None) -> str | None:
    """Return an id as text, in a form."""
    if isinstance(value, float):
        return str(int(value))
    clean = _clean(value)
    return clean if form == "text" or clean is None else _undone(clean)


def forms(drawn: Drawn) -> dict[str, str | None]:
    """Return the form of the ids of each column: undone, text, or None where none has a point."""
    return {name: _form(drawn.values(name)) for name in IDS}


def fits(drawn: Drawn, given: Forms) -> bool:
    """Say whether ids are in the forms that a history has: only undone ones refuse text."""
    own = forms(drawn)
    return not any(given[name] == "undone" and own[name] == "text" for name in IDS)


def _form(values: Iterable[Any]) -> str | None:
    texts = {text for text in map(_clean, values) if text}
    decimals = {text for text in texts if re.fullmatch(r"-?\d+\.\d*", text)}
    if not decimals:
        return None
    spelled = {re.sub(r"^-(0\.0*)$", r"\1", text) for text in texts}  # a float has two zeros, an id has one
    if any(_undone(text) == text for text in decimals) or len(set(map(_undone, texts))) < len(spelled):
        return "text"
    return "undone"


def _clean(value: Any) -> str | None:
    return None if value is None else str(value).strip() or None


def _undone(text: str) -> str:
    whole = re.fullmatch(r"(-?(?:0|[1-9]\d*))\.0*", text)
    return text if not whole else "0" if whole[1] == "-0" else whole[1]
